package io.github.peccary.engine.train;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

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
/// matrix or its held-out part. Users and items are counted by their [RatedRows].
///
/// Two passes over the matrix, one that counts and one that writes, make the layout. Inside a tile,
/// records come out sorted by user and then by item, as they lie in the matrix; at last users are
/// spread a little.
final class TileLayout {
  /// How far apart the records of a user are put, and among how many: the rows of their users and
  /// items stay in the L1 cache.
  private static final int SPREAD = 16;

  private static final int WINDOW = SPREAD * SPREAD;

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
    return Kernels.localUser(records.getAtIndex(JAVA_LONG, record));
  }

  int localItem(long record) {
    return Kernels.localItem(records.getAtIndex(JAVA_LONG, record));
  }

  float value(long record) {
    return Kernels.value(records.getAtIndex(JAVA_LONG, record));
  }

  /// Makes the two layouts of one split.
  static final class Builder {
    private final RatingMatrix ratings;
    private final CompressedRows matrix;
    private final Holdout holdout;
    private final RatedRows users;
    private final RatedRows items;
    private final Grid grid;
    private final Workers workers;
    private final Arena arena;

    /// @param stride floats in a row of factors
    /// @param arena holds the records
    Builder(
        RatingMatrix ratings,
        Holdout holdout,
        RatedRows users,
        RatedRows items,
        int stride,
        Workers workers,
        Arena arena) {
      this.ratings = ratings;
      this.matrix = ratings.byUser();
      this.holdout = holdout;
      this.users = users;
      this.items = items;
      this.grid = Grid.of(users.counts(), items.counts(), stride);
      this.workers = workers;
      this.arena = arena;
    }

    /// The ratings that are not held out.
    ///
    /// @param centred whether values are stored as distances from their mean, or as they are
    TileLayout training(boolean centred) {
      return build(false, mean -> centred ? mean : 0f);
    }

    /// The ratings that are held out, stored as distances from the same number as the training
    /// ones.
    TileLayout heldOut(TileLayout training) {
      return build(true, _ -> training.offset);
    }

    private TileLayout build(boolean heldOut, UnaryOperator<Float> offsetOfMean) {
      long[] starts = new long[grid.tiles() + 1];
      double[] sums = new double[grid.blocks()];
      workers.forRange(grid.blocks(), 1, (block, _) -> sums[block] = count(block, heldOut, starts));
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
      MemorySegment records = HugePages.allocate(arena, Math.max(1, count) * Long.BYTES);
      workers.forRange(
          grid.blocks(), 1, (block, _) -> fill(block, heldOut, starts, records, offset));
      return new TileLayout(grid, starts, records, mean, offset);
    }

    /// Counts the ratings of each tile of a block into the element behind the tile's own, and sums
    /// their values.
    private double count(int block, boolean heldOut, long[] starts) {
      double sum = 0;
      for (int row = grid.blockStarts()[block]; row < grid.blockStarts()[block + 1]; row++) {
        int user = users.numbers()[row];
        int stripe = 0;
        long end = matrix.end(user);
        for (long position = matrix.start(user); position < end; position++) {
          int item = matrix.index(position);
          float value = matrix.value(position);
          if (ratings.isRating(value) && holdout.contains(user, item) == heldOut) {
            stripe = stripeOf(items.rows()[item], stripe);
            starts[grid.tile(stripe, block) + 1]++;
            sum += value;
          }
        }
      }
      return sum;
    }

    private void fill(
        int block, boolean heldOut, long[] starts, MemorySegment records, float offset) {
      long[] next = new long[grid.stripes()];
      System.arraycopy(starts, grid.tile(0, block), next, 0, next.length);
      int firstRow = grid.blockStarts()[block];
      for (int row = firstRow; row < grid.blockStarts()[block + 1]; row++) {
        int user = users.numbers()[row];
        int stripe = 0;
        long end = matrix.end(user);
        for (long position = matrix.start(user); position < end; position++) {
          int item = matrix.index(position);
          float value = matrix.value(position);
          if (ratings.isRating(value) && holdout.contains(user, item) == heldOut) {
            int itemRow = items.rows()[item];
            stripe = stripeOf(itemRow, stripe);
            int localItem = itemRow - grid.stripeStarts()[stripe];
            long record = Kernels.record(row - firstRow, localItem, value - offset);
            records.setAtIndex(JAVA_LONG, next[stripe]++, record);
          }
        }
      }
      for (int stripe = 0; stripe < grid.stripes(); stripe++) {
        spreadUsers(records, starts[grid.tile(stripe, block)], next[stripe]);
      }
    }

    /// Puts the records of one user some places apart. Each update needs the row that the one
    /// before has left: a run of one user would have the processor wait for every result, where it
    /// could work on several updates at a time.
    private static void spreadUsers(MemorySegment records, long start, long end) {
      long[] sorted = new long[WINDOW];
      long[] spread = new long[WINDOW];
      for (long first = start; first < end; first += WINDOW) {
        int count = (int) Math.min(WINDOW, end - first);
        MemorySegment.copy(records, JAVA_LONG, first * Long.BYTES, sorted, 0, count);
        int at = 0;
        for (int column = 0; column < SPREAD; column++) {
          for (int n = column; n < count; n += SPREAD) {
            spread[at++] = sorted[n];
          }
        }
        MemorySegment.copy(spread, 0, records, JAVA_LONG, first * Long.BYTES, count);
      }
    }

    /// Items ascend within a row, so the stripe is found by going on from the last one.
    private int stripeOf(int itemRow, int from) {
      int stripe = from;
      while (itemRow >= grid.stripeStarts()[stripe + 1]) {
        stripe++;
      }
      return stripe;
    }
  }
}
