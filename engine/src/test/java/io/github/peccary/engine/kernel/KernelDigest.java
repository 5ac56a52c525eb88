package io.github.peccary.engine.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/// Runs every operation over many ranks and condenses the bits of all results into one number. As
/// a program it prints which kernel ran and that number, so that a test can compare machines.
public final class KernelDigest {
  private static final int ROWS = 24;
  private static final int RECORDS = 200;

  private KernelDigest() {}

  public static void main(String[] args) {
    System.out.printf("%s %d %s%n", Kernels.active(), Kernels.lanes(), digest());
  }

  static String digest() {
    CRC32C crc = new CRC32C();
    for (int rank = 1; rank <= 142; rank += rank % 16 < 13 ? 4 : 1) {
      Kernels kernels = Kernels.forRank(rank);
      try (Arena arena = Arena.ofConfined()) {
        Operands operands = Operands.random(arena, rank, 1f, rank);
        crc.update(operands.runAll(kernels).asByteBuffer());
      }
    }
    return Long.toHexString(crc.getValue());
  }

  /// Rows, records and step sizes to run kernels on.
  record Operands(MemorySegment memory, int stride, long rowsOffset, StepSizes steps) {
    private MemorySegment users() {
      return memory.asSlice(rowsOffset, 4L * ROWS * stride);
    }

    private MemorySegment items() {
      return memory.asSlice(itemsOffset(), 4L * ROWS * stride);
    }

    private MemorySegment records() {
      return memory.asSlice(recordsOffset(), 8L * RECORDS);
    }

    private MemorySegment out(long floatsBefore, long floats) {
      return memory.asSlice(recordsOffset() + 8L * RECORDS + 4 * floatsBefore, 4 * floats);
    }

    /// Values of about `magnitude`, at an offset that is a multiple of 4 bytes only.
    static Operands random(Arena arena, int rank, float magnitude, long seed) {
      int stride = Kernels.strideFor(rank);
      SplittableRandom random = new SplittableRandom(seed);
      long rowsOffset = 4L * random.nextInt(1, 16);
      long bytes = rowsOffset + 2L * ROWS * stride * 4 + 8L * RECORDS + 4L * (RECORDS + ROWS + 2);
      MemorySegment memory = arena.allocate(bytes + 64, 64);
      for (long at = rowsOffset; at < rowsOffset + 8L * ROWS * stride; at += 4) {
        memory.set(JAVA_FLOAT, at, (float) (magnitude * random.nextDouble(-1, 1)));
      }
      int[] counts = random.ints(2L * ROWS, 1, 2000).toArray();
      int[] userCounts = Arrays.copyOf(counts, ROWS);
      int[] itemCounts = Arrays.copyOfRange(counts, ROWS, 2 * ROWS);
      StepSizes steps = new StepSizes(arena, userCounts, 2f, itemCounts, 7f);
      steps.setRates(0.01f, 0.2f, 0.02f, 0.5f);
      Operands operands = new Operands(memory, stride, rowsOffset, steps);
      for (int j = 0; j < RECORDS; j++) {
        float value = (float) (magnitude * random.nextDouble(-1, 1));
        long record = Kernels.record(random.nextInt(ROWS - 5), random.nextInt(ROWS - 5), value);
        operands.records().setAtIndex(JAVA_LONG, j, record);
      }
      return operands;
    }

    long itemsOffset() {
      return rowsOffset + 4L * ROWS * stride;
    }

    long recordsOffset() {
      return (itemsOffset() + 4L * ROWS * stride + 7) & -8;
    }

    /// Every operation once; the rows are changed. All memory holds the results.
    MemorySegment runAll(Kernels kernels) {
      kernels.errors(users(), 3, items(), 5, records(), 7, RECORDS / 2, out(0, RECORDS));
      kernels.dots(memory, rowsOffset, memory, itemsOffset(), ROWS, out(RECORDS, ROWS), 0);
      float dot = kernels.dot(memory, rowsOffset, memory, itemsOffset());
      out(RECORDS + ROWS, 1).set(JAVA_FLOAT, 0, dot);
      kernels.step(users(), 2, items(), 4, records(), 5, RECORDS / 4, steps);
      float squares = kernels.update(users(), 0, items(), 0, records(), 0, RECORDS, steps);
      out(RECORDS + ROWS + 1, 1).set(JAVA_FLOAT, 0, squares);
      touch(kernels);
      int rowBytes = 4 * stride;
      long last = itemsOffset() + (long) (ROWS - 1) * rowBytes;
      kernels.sumRows(memory, rowsOffset, 8, memory, itemsOffset(), ROWS - 1, memory, last);
      kernels.scale(memory, last, memory, itemsOffset(), memory, rowsOffset + 4, memory, last);
      return memory;
    }

    /// An update by the first record only; its value is then the error.
    void updateFirst(Kernels kernels) {
      kernels.errors(users(), 0, items(), 0, records(), 0, 1, out(0, 1));
      float error = out(0, 1).get(JAVA_FLOAT, 0);
      float _ = kernels.update(users(), 0, items(), 0, records(), 0, 1, steps);
      setFirst(error);
    }

    /// A step on what [#updateFirst] finds.
    void stepOnFirstError(Kernels kernels) {
      kernels.errors(users(), 0, items(), 0, records(), 0, 1, out(0, 1));
      setFirst(out(0, 1).get(JAVA_FLOAT, 0));
      kernels.step(users(), 0, items(), 0, records(), 0, 1, steps);
    }

    private void setFirst(float value) {
      long record = records().get(JAVA_LONG, 0);
      records()
          .set(
              JAVA_LONG,
              0,
              Kernels.record(Kernels.localUser(record), Kernels.localItem(record), value));
    }

    void touch(Kernels kernels) {
      kernels.touch(users(), 0, items(), 0, records(), 0, RECORDS);
    }
  }
}
