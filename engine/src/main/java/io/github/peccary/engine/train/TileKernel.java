package io.github.peccary.engine.train;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.kernel.StepSizes;
import io.github.peccary.engine.metric.RatingMetrics;
import io.github.peccary.engine.model.FactorMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Runs the kernels over tiles, a chunk of records at a time.
final class TileKernel {
  /// Few enough that the sum of their squares needs no double, and that their errors stay in the L1
  /// cache; and the JIT compiler, which counts calls, gets to see some.
  private static final int CHUNK = 512;

  private final Kernels kernels;
  private final FactorMatrix users;
  private final FactorMatrix items;
  private final MemorySegment[] errors;

  /// @param arena holds a few kilobytes for each worker
  TileKernel(FactorMatrix users, FactorMatrix items, int workers, Arena arena) {
    kernels = Kernels.forRank(users.rank());
    this.users = users;
    this.items = items;
    errors = new MemorySegment[workers];
    for (int worker = 0; worker < workers; worker++) {
      errors[worker] = arena.allocate((long) CHUNK * Float.BYTES, 64);
    }
  }

  /// One step for each rating of the tile. Returns the sum of the squares of the errors before.
  double update(TileLayout ratings, int tile, StepSizes steps) {
    double squares = 0;
    long end = ratings.start(tile + 1);
    for (long record = ratings.start(tile); record < end; record += CHUNK) {
      squares +=
          kernels.update(
              users.segment(),
              ratings.grid().firstUser(tile),
              items.segment(),
              ratings.grid().firstItem(tile),
              ratings.records(),
              record,
              (int) Math.min(CHUNK, end - record),
              steps);
    }
    return squares;
  }

  /// Adds the errors of all ratings of the tile to `metrics`.
  void measure(TileLayout ratings, int tile, RatingMetrics metrics, int worker) {
    MemorySegment out = errors[worker];
    long end = ratings.start(tile + 1);
    for (long record = ratings.start(tile); record < end; ) {
      int count = (int) Math.min(CHUNK, end - record);
      kernels.errors(
          users.segment(),
          ratings.grid().firstUser(tile),
          items.segment(),
          ratings.grid().firstItem(tile),
          ratings.records(),
          record,
          count,
          out);
      for (int j = 0; j < count; j++) {
        metrics.add(0, out.getAtIndex(JAVA_FLOAT, j));
      }
      record += count;
    }
  }
}
