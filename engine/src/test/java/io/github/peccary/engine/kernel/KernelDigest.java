package io.github.peccary.engine.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/// Runs every operation over every stride and condenses the bits of all results into one number. As
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
    for (int stride = 16; stride <= 144; stride += 16) {
      Kernels kernels = Kernels.forStride(stride);
      try (Arena arena = Arena.ofConfined()) {
        Operands operands = Operands.random(arena, stride, 1f, stride);
        crc.update(operands.runAll(kernels).asByteBuffer());
      }
    }
    return Long.toHexString(crc.getValue());
  }

  /// Rows, records and step sizes to run kernels on.
  record Operands(MemorySegment memory, int stride, long rowsOffset, StepSizes steps) {
    /// Values of about `magnitude`, at an offset that is a multiple of 4 bytes only.
    static Operands random(Arena arena, int stride, float magnitude, long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      long rowsOffset = 4L * random.nextInt(1, 16);
      long bytes = rowsOffset + 2L * ROWS * stride * 4 + 8L * RECORDS + 4L * (RECORDS + ROWS + 1);
      MemorySegment memory = arena.allocate(bytes + 64, 64);
      for (long at = rowsOffset; at < rowsOffset + 8L * ROWS * stride; at += 4) {
        memory.set(JAVA_FLOAT, at, (float) (magnitude * random.nextDouble(-1, 1)));
      }
      Operands operands =
          new Operands(memory, stride, rowsOffset, new StepSizes(arena, stride - 2, stride));
      for (int j = 0; j < RECORDS; j++) {
        long record = operands.recordsOffset() + 8L * j;
        memory.set(JAVA_INT, record, random.nextInt(ROWS) | random.nextInt(ROWS) << 16);
        memory.set(JAVA_FLOAT, record + 4, (float) (magnitude * random.nextDouble(-1, 1)));
      }
      operands.steps.setFactors(0.01f, 0.999f);
      operands.steps.setBiases(0.02f, 0.99f);
      return operands;
    }

    long itemsOffset() {
      return rowsOffset + 4L * ROWS * stride;
    }

    long recordsOffset() {
      return itemsOffset() + 4L * ROWS * stride;
    }

    /// Every operation once; the rows are changed. All memory holds the results.
    MemorySegment runAll(Kernels kernels) {
      long out = recordsOffset() + 8L * RECORDS;
      MemorySegment errors = memory.asSlice(out, 4L * RECORDS);
      kernels.errors(
          memory, rowsOffset, memory, itemsOffset(), memory, recordsOffset(), RECORDS, errors);
      long scores = out + 4L * RECORDS;
      kernels.dots(memory, rowsOffset, memory, itemsOffset(), ROWS, memory, scores);
      memory.set(
          JAVA_FLOAT, scores + 4L * ROWS, kernels.dot(memory, rowsOffset, memory, itemsOffset()));
      double sum =
          kernels.update(
              memory, rowsOffset, memory, itemsOffset(), memory, recordsOffset(), RECORDS, steps);
      memory.set(JAVA_FLOAT, 0, (float) sum);
      return memory;
    }
  }
}
