package io.github.peccary.engine.train;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.kernel.StepSizes;
import io.github.peccary.engine.memory.HugePages;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;

/// Rows of users and items, and records that pair them at random, to measure kernels with: the same
/// work over and over, with rows that lie where their size puts them, in a cache or in memory.
/// Not thread-safe.
public final class KernelProbe implements AutoCloseable {
  /// Records that one call handles; as many as training hands to the kernel at a time.
  public static final int RECORDS = 512;

  private static final int CHUNKS = 64;

  /// What a record can count up to.
  private static final int MAX_LOCAL_ROWS = 1 << 16;

  private final Arena arena = Arena.ofShared();
  private final Kernels kernels;
  private final int rows;
  private final MemorySegment users;
  private final MemorySegment items;
  private final MemorySegment records;
  private final MemorySegment scores;
  private final StepSizes steps;
  private final int[] firstRows = new int[CHUNKS];
  private int chunk;

  /// @param rank of the kernels
  /// @param bytes of all rows together, users and items in equal parts
  public KernelProbe(Kernels kernels, int rank, long bytes) {
    this.kernels = kernels;
    int stride = Kernels.strideFor(rank);
    rows = Math.toIntExact(Math.max(1, bytes / (2L * stride * Float.BYTES)));
    users = HugePages.allocate(arena, (long) rows * stride * Float.BYTES);
    items = HugePages.allocate(arena, (long) rows * stride * Float.BYTES);
    records = arena.allocate((long) CHUNKS * RECORDS * Long.BYTES, 64);
    scores = arena.allocate((long) RECORDS * Float.BYTES, 64);
    SplittableRandom random = new SplittableRandom(42);
    for (long n = 0; n < (long) rows * stride; n++) {
      users.setAtIndex(JAVA_FLOAT, n, (float) random.nextDouble(-0.1, 0.1));
      items.setAtIndex(JAVA_FLOAT, n, (float) random.nextDouble(-0.1, 0.1));
    }
    int localRows = Math.min(rows, MAX_LOCAL_ROWS);
    for (int n = 0; n < CHUNKS * RECORDS; n++) {
      float value = (float) random.nextDouble(-1, 1);
      int user = random.nextInt(localRows);
      records.setAtIndex(JAVA_LONG, n, Kernels.record(user, random.nextInt(localRows), value));
    }
    Arrays.setAll(firstRows, _ -> random.nextInt(rows - localRows + 1));
    int[] counts = new int[rows];
    Arrays.fill(counts, 100);
    steps = new StepSizes(arena, counts, 5f, counts, 5f);
    steps.setRates(1e-4f, 1e-4f, 1e-5f, 1e-3f);
  }

  /// [Kernels#update] of [#RECORDS] records, the next ones at each call.
  public float update() {
    int next = nextChunk();
    return kernels.update(
        users, firstRows[next], items, firstRows[next], records, first(next), RECORDS, steps);
  }

  /// [Kernels#touch] of [#RECORDS] records, the next ones at each call.
  public void touch() {
    int next = nextChunk();
    kernels.touch(users, firstRows[next], items, firstRows[next], records, first(next), RECORDS);
  }

  /// [Kernels#dots] of the first user and [#RECORDS] items.
  ///
  /// @throws IndexOutOfBoundsException if there are fewer
  public MemorySegment dots() {
    kernels.dots(users, 0, items, 0, RECORDS, scores, 0);
    return scores;
  }

  private int nextChunk() {
    chunk = (chunk + 1) % CHUNKS;
    return chunk;
  }

  private static long first(int chunk) {
    return (long) chunk * RECORDS;
  }

  /// f32 [rows, stride]
  public MemorySegment users() {
    return users;
  }

  /// f32 [rows, stride]
  public MemorySegment items() {
    return items;
  }

  @Override
  public void close() {
    arena.close();
  }
}
