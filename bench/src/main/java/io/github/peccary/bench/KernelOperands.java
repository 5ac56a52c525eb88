package io.github.peccary.bench;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.kernel.StepSizes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;

/// Rows of users and items, and records that pair them at random, for benchmarks of kernels.
final class KernelOperands implements AutoCloseable {
  /// Records in one invocation of a benchmark; the chunk that training uses.
  static final int RECORDS = 512;

  private static final int CHUNKS = 64;

  private final Arena arena = Arena.ofShared();
  final Kernels kernels;
  final MemorySegment users;
  final MemorySegment items;
  final MemorySegment records;
  final MemorySegment scores;
  final StepSizes steps;
  final int rows;
  private int chunk;

  /// @param bytes of all rows together, users and items in equal parts
  KernelOperands(Kernels kernels, int stride, int bytes) {
    this.kernels = kernels;
    rows = bytes / (2 * stride * Float.BYTES);
    users = arena.allocate((long) rows * stride * Float.BYTES, 64);
    items = arena.allocate((long) rows * stride * Float.BYTES, 64);
    records = arena.allocate((long) CHUNKS * RECORDS * Long.BYTES, 64);
    scores = arena.allocate((long) RECORDS * Float.BYTES, 64);
    SplittableRandom random = new SplittableRandom(42);
    for (long n = 0; n < (long) rows * stride; n++) {
      users.setAtIndex(JAVA_FLOAT, n, (float) random.nextDouble(-0.1, 0.1));
      items.setAtIndex(JAVA_FLOAT, n, (float) random.nextDouble(-0.1, 0.1));
    }
    for (int n = 0; n < CHUNKS * RECORDS; n++) {
      float value = (float) random.nextDouble(-1, 1);
      records.setAtIndex(
          JAVA_LONG, n, Kernels.record(random.nextInt(rows), random.nextInt(rows), value));
    }
    int[] counts = new int[rows];
    Arrays.fill(counts, 100);
    steps = new StepSizes(arena, counts, 5f, counts, 5f);
    steps.setRates(1e-4f, 1e-4f, 1e-3f);
  }

  /// One pass of updates over the next chunk of records, round and round; the sum of their squared
  /// errors.
  float update() {
    chunk = (chunk + 1) % CHUNKS;
    return kernels.update(users, 0, items, 0, records, (long) chunk * RECORDS, RECORDS, steps);
  }

  @Override
  public void close() {
    arena.close();
  }
}
