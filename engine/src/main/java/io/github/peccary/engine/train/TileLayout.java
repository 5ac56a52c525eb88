package io.github.peccary.engine.train;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.memory.HugePages;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.CompressedRows;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.RatingMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.UnaryOperator;

/// Ratings as records of eight bytes, tile by tile, outside the heap: the training part of a rating
/// matrix or its held-out part.
///
/// Inside a tile, records are sorted by user and then by item, which is the order in which they lie
/// in the matrix: two passes over it, one that counts and one that writes, make the layout.
final class TileLayout {
  private final Grid grid;
  private final long[] starts;
  private final MemorySegment records;
  private final float mean;
  private final float offset;

  private TileLayout(Grid grid, long[] starts, MemorySegment records, float mean, float offset) {
    this.grid = grid;
    this.starts = starts;
    this.records = records;
    this.mean = mean;
    this.offset = offset;
  }

  /// The ratings that are not held out.
  ///
  /// @param centred whether values are stored as distances from their mean, or as they are
  static TileLayout ofTraining(
      RatingMatrix ratings,
      Holdout holdout,
      boolean centred,
      Grid grid,
      Workers workers,
      Arena arena) {
    return new Builder(ratings, holdout, false, grid, workers)
        .build(arena, mean -> centred ? mean : 0f);
  }

  /// The ratings that are held out, stored as distances from the same number as the training ones.
  static TileLayout ofHeldOut(
      RatingMatrix ratings, Holdout holdout, TileLayout training, Workers workers, Arena arena) {
    return new Builder(ratings, holdout, true, training.grid, workers)
        .build(arena, _ -> training.offset);
  }

  Grid grid() {
    return grid;
  }

  long ratings() {
    return starts[grid.tiles()];
  }

  /// The mean of the ratings; 0 when there is none.
  float mean() {
    return mean;
  }

  /// What has been subtracted from every rating.
  float offset() {
    return offset;
  }

  MemorySegment records() {
    return records;
  }

  /// The number of the first record of a tile; that of `tile + 1` is its end.
  long start(int tile) {
    return starts[tile];
  }

  int localUser(long record) {
    return records.get(JAVA_INT, record * Kernels.RECORD_BYTES) & 0xFFFF;
  }

  int localItem(long record) {
    return records.get(JAVA_INT, record * Kernels.RECORD_BYTES) >>> 16;
  }

  float value(long record) {
    return records.get(JAVA_FLOAT, record * Kernels.RECORD_BYTES + Integer.BYTES);
  }

  private static final class Builder {
    private final RatingMatrix ratings;
    private final CompressedRows rows;
    private final Holdout holdout;
    private final boolean heldOut;
    private final Grid grid;
    private final Workers workers;

    Builder(RatingMatrix ratings, Holdout holdout, boolean heldOut, Grid grid, Workers workers) {
      this.ratings = ratings;
      this.rows = ratings.byUser();
      this.holdout = holdout;
      this.heldOut = heldOut;
      this.grid = grid;
      this.workers = workers;
    }

    TileLayout build(Arena arena, UnaryOperator<Float> offsetOfMean) {
      long[] starts = new long[grid.tiles() + 1];
      double[] sums = new double[grid.blocks()];
      workers.forRange(grid.blocks(), 1, (block, _) -> sums[block] = count(block, starts));
      double sum = 0;
      for (double blockSum : sums) {
        sum += blockSum;
      }
      for (int tile = 0; tile < grid.tiles(); tile++) {
        starts[tile + 1] += starts[tile];
      }
      long count = starts[grid.tiles()];
      float mean = (float) (sum / Math.max(1, count));
      float offset = offsetOfMean.apply(mean);
      MemorySegment records = HugePages.allocate(arena, Math.max(1, count) * Kernels.RECORD_BYTES);
      workers.forRange(grid.blocks(), 1, (block, _) -> fill(block, starts, records, offset));
      return new TileLayout(grid, starts, records, mean, offset);
    }

    /// Counts the ratings of each tile of a block into the element behind the tile's own, and sums
    /// their values.
    private double count(int block, long[] starts) {
      double sum = 0;
      for (int user = grid.blockStarts()[block]; user < grid.blockStarts()[block + 1]; user++) {
        int stripe = 0;
        for (long position = rows.start(user), end = rows.end(user); position < end; position++) {
          int item = rows.index(position);
          float value = rows.value(position);
          if (ratings.isRating(value) && holdout.contains(user, item) == heldOut) {
            stripe = stripeOf(item, stripe);
            starts[grid.tile(stripe, block) + 1]++;
            sum += value;
          }
        }
      }
      return sum;
    }

    private void fill(int block, long[] starts, MemorySegment records, float offset) {
      long[] next = new long[grid.stripes()];
      System.arraycopy(starts, grid.tile(0, block), next, 0, next.length);
      int firstUser = grid.blockStarts()[block];
      for (int user = firstUser; user < grid.blockStarts()[block + 1]; user++) {
        int stripe = 0;
        for (long position = rows.start(user), end = rows.end(user); position < end; position++) {
          int item = rows.index(position);
          float value = rows.value(position);
          if (ratings.isRating(value) && holdout.contains(user, item) == heldOut) {
            stripe = stripeOf(item, stripe);
            long record = next[stripe]++ * Kernels.RECORD_BYTES;
            int localItem = item - grid.stripeStarts()[stripe];
            records.set(JAVA_INT, record, (user - firstUser) | localItem << 16);
            records.set(JAVA_FLOAT, record + Integer.BYTES, value - offset);
          }
        }
      }
    }

    /// Items ascend within a row, so the stripe is found by going on from the last one.
    private int stripeOf(int item, int from) {
      int stripe = from;
      while (item >= grid.stripeStarts()[stripe + 1]) {
        stripe++;
      }
      return stripe;
    }
  }
}
