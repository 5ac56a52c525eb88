package io.github.peccary.engine.train;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.memory.HugePages;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.CompressedRows;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.IntCursor;
import io.github.peccary.engine.ratings.LongCursor;
import io.github.peccary.engine.ratings.RatingMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Ratings as records of eight bytes, tile by tile, outside the heap: the training part of a rating
/// matrix or its held-out part. Users and items are counted by their [RatedRows].
///
/// Two passes over the matrix, one that counts and one that writes, make the layout. Inside a tile,
/// records come out sorted by user and then by item, as they lie in the matrix; at last users are
/// spread a little.
final class TileLayout {
  private final Grid grid;
  private final long[] starts;
  private final MemorySegment records;
  private final float mean;
  private final double deviation;
  private float offset;

  private TileLayout(
      Grid grid, long[] starts, MemorySegment records, float mean, double deviation, float offset) {
    this.grid = grid;
    this.starts = starts;
    this.records = records;
    this.mean = mean;
    this.deviation = deviation;
    this.offset = offset;
  }

  Grid grid() {
    return grid;
  }

  long ratings() {
    return starts[grid.tiles()];
  }

  /// The mean of the training ratings; 0 when there is none.
  float mean() {
    return mean;
  }

  /// The standard deviation of the training ratings around their mean.
  double deviation() {
    return deviation;
  }

  /// What has been subtracted from every rating.
  float offset() {
    return offset;
  }

  /// Subtracts `more` from every rating, besides what has been.
  void subtract(float more, Workers workers) {
    offset += more;
    workers.forRange(
        grid.tiles(),
        1,
        (tile, _) -> {
          long[] tileRecords = new long[Math.toIntExact(size(tile))]; // see Builder#fill
          long start = start(tile) * Long.BYTES;
          MemorySegment.copy(records, JAVA_LONG, start, tileRecords, 0, tileRecords.length);
          for (int n = 0; n < tileRecords.length; n++) {
            long record = tileRecords[n];
            float rest = Kernels.value(record) - more;
            tileRecords[n] =
                Kernels.record(Kernels.localUser(record), Kernels.localItem(record), rest);
          }
          MemorySegment.copy(tileRecords, 0, records, JAVA_LONG, start, tileRecords.length);
        });
  }

  MemorySegment records() {
    return records;
  }

  /// Stores consecutive records.
  ///
  /// @param first number of the first one
  void store(long[] block, int count, long first) {
    MemorySegment.copy(block, 0, records, JAVA_LONG, first * Long.BYTES, count);
  }

  /// The number of the first record of a tile; that of `tile + 1` is its end.
  long start(int tile) {
    return starts[tile];
  }

  /// Reads the records of a tile, front to back.
  LongCursor records(int tile) {
    return new LongCursor(records, starts[tile]);
  }

  /// The number of records of a tile.
  long size(int tile) {
    return starts[tile + 1] - starts[tile];
  }

  /// The two layouts of one split, which count rows alike and store distances from one number.
  ///
  /// @param userCounts of each user's row, its training ratings
  /// @param itemCounts of each item's row, the same
  record Split(TileLayout training, TileLayout heldOut, int[] userCounts, int[] itemCounts) {}

  /// Some pairs of users and items, by their numbers in the ratings file.
  interface Pairs {
    boolean contains(int user, int item);
  }

  /// Makes the two layouts of one split.
  static final class Builder {
    private static final int TRAINING = 0;
    private static final int HELD_OUT = 1;
    private static final int SET_ASIDE = 2;
    private static final int PARTS = 3;

    private final RatingMatrix ratings;
    private final CompressedRows matrix;
    private final Holdout holdout;
    private final boolean allEvents;
    private final Pairs setAside;
    private final RatedRows users;
    private final RatedRows items;
    private final Grid grid;
    private final int[] places;
    private final Workers workers;
    private final Arena arena;

    /// @param setAside which held-out ratings are to be in neither part
    /// @param stride floats in a row of factors
    /// @param arena holds the records
    Builder(
        RatingMatrix ratings,
        Holdout holdout,
        Pairs setAside,
        RatedRows users,
        RatedRows items,
        int stride,
        Workers workers,
        Arena arena) {
      this(
          ratings,
          holdout,
          setAside,
          users,
          items,
          Grid.of(users.counts(), items.counts(), stride),
          false,
          workers,
          arena);
    }

    /// The same for all events, rated or not, and items in random order.
    static Builder ofEvents(
        RatingMatrix ratings,
        Holdout holdout,
        RatedRows users,
        RatedRows items,
        int stride,
        Workers workers,
        Arena arena) {
      Grid grid = Grid.ofDealt(users.counts(), items.counts(), stride);
      return new Builder(
          ratings, holdout, (_, _) -> false, users, items, grid, true, workers, arena);
    }

    private Builder(
        RatingMatrix ratings,
        Holdout holdout,
        Pairs setAside,
        RatedRows users,
        RatedRows items,
        Grid grid,
        boolean allEvents,
        Workers workers,
        Arena arena) {
      this.ratings = ratings;
      this.matrix = ratings.byUser();
      this.holdout = holdout;
      this.setAside = setAside;
      this.users = users;
      this.items = items;
      this.grid = grid;
      this.allEvents = allEvents;
      this.places = places(items, grid);
      this.workers = workers;
      this.arena = arena;
    }

    /// Of each item in the file, its stripe (upper half) and its row in that (lower half).
    private static int[] places(RatedRows items, Grid grid) {
      int[] places = new int[items.rows().length];
      for (int stripe = 0; stripe < grid.stripes(); stripe++) {
        int first = grid.stripeStarts()[stripe];
        for (int row = first; row < grid.stripeStarts()[stripe + 1]; row++) {
          places[items.numbers()[row]] = stripe << Short.SIZE | (row - first);
        }
      }
      return places;
    }

    /// @param centred whether values are stored as distances from the mean of the training ratings,
    /// or as they are
    Split build(boolean centred) {
      long[][] starts = new long[PARTS][grid.tiles() + 1];
      Moments[] blocks = new Moments[grid.blocks()];
      workers.forRange(grid.blocks(), 1, (block, _) -> blocks[block] = count(block, starts));
      double sum = 0;
      double squares = 0;
      for (Moments block : blocks) {
        sum += block.sum;
        squares += block.squares;
      }
      for (int tile = 0; tile < grid.tiles(); tile++) {
        for (long[] part : starts) {
          part[tile + 1] += part[tile];
        }
      }
      long count = Math.max(1, starts[TRAINING][grid.tiles()]);
      double mean = sum / count;
      double deviation = Math.sqrt(Math.max(0, squares / count - mean * mean));
      float offset = centred ? (float) mean : 0f;
      TileLayout training = layout(starts[TRAINING], (float) mean, deviation, offset);
      TileLayout heldOut = layout(starts[HELD_OUT], (float) mean, deviation, offset);
      TileLayout aside = layout(starts[SET_ASIDE], (float) mean, deviation, offset);
      workers.run(
          worker -> {
            BlockRecords[] parts = {
              new BlockRecords(training), new BlockRecords(heldOut), new BlockRecords(aside)
            };
            for (int block = worker; block < grid.blocks(); block += workers.threads()) {
              fill(block, parts, offset);
            }
          });
      int[] userCounts = users.counts().clone();
      int[] itemCounts = items.counts().clone();
      subtract(heldOut, userCounts, itemCounts);
      subtract(aside, userCounts, itemCounts);
      return new Split(training, heldOut, userCounts, itemCounts);
    }

    private void subtract(TileLayout part, int[] userCounts, int[] itemCounts) {
      for (int tile = 0; tile < grid.tiles(); tile++) {
        LongCursor records = part.records(tile);
        for (long left = part.size(tile); left > 0; left--) {
          long record = records.next();
          userCounts[grid.firstUser(tile) + Kernels.localUser(record)]--;
          itemCounts[grid.firstItem(tile) + Kernels.localItem(record)]--;
        }
      }
    }

    private TileLayout layout(long[] starts, float mean, double deviation, float offset) {
      long bytes = Math.max(1, starts[grid.tiles()]) * Long.BYTES;
      MemorySegment records = HugePages.allocate(arena, bytes);
      return new TileLayout(grid, starts, records, mean, deviation, offset);
    }

    private record Moments(double sum, double squares) {}

    /// Counts the ratings of each tile of a block into the element behind the tile's own. Returns
    /// the sums of the training ratings and of their squares.
    private Moments count(int block, long[][] starts) {
      double sum = 0;
      double squares = 0;
      BlockCursor rating = new BlockCursor(block);
      while (rating.next()) {
        int tile = grid.tile(rating.place >>> Short.SIZE, block);
        starts[rating.part][tile + 1]++;
        double value = rating.part == TRAINING ? rating.value : 0;
        sum += value;
        squares += value * value;
      }
      return new Moments(sum, squares);
    }

    /// The tiles of a block lie one after the other, so they are put together on the heap and
    /// copied at once: the first pass over the data is made by code that is not compiled yet, for
    /// which a segment is ten times as slow as an array.
    private void fill(int block, BlockRecords[] parts, float offset) {
      for (BlockRecords part : parts) {
        part.begin(block);
      }
      BlockCursor rating = new BlockCursor(block);
      long start = rating.position;
      while (rating.next()) {
        float distance = rating.value - offset;
        long record = Kernels.record(rating.localUser, rating.place & 0xFFFF, distance);
        parts[rating.part].add(rating.place >>> Short.SIZE, record);
      }
      parts[TRAINING].store(true);
      parts[HELD_OUT].store(false);
      parts[SET_ASIDE].store(false);
      matrix.unload(start, rating.position); // so that data and copy never fill the memory twice
    }

    /// Every rating of a block of users, in the order of the matrix.
    private final class BlockCursor {
      private final int endUser;
      private final LongCursor ends;
      private final IntCursor indices;
      private final IntCursor values;
      private int user;
      private long position;
      private long end;
      private int localUser = -1;
      private int place;
      private float value;
      private int part;

      BlockCursor(int block) {
        int firstRow = grid.blockStarts()[block];
        int endRow = grid.blockStarts()[block + 1];
        int firstUser = firstRow == endRow ? 0 : users.numbers()[firstRow];
        endUser = firstRow == endRow ? 0 : users.numbers()[endRow - 1] + 1;
        ends = new LongCursor(matrix.offsets(), firstUser);
        position = ends.next();
        end = position;
        indices = new IntCursor(matrix.indices(), position);
        values = new IntCursor(matrix.values(), position);
        user = firstUser - 1;
      }

      private int partOf(int item) {
        if (holdout.trainsOn(user, item, value)) {
          return TRAINING;
        }
        boolean measured = holdout.contains(user, item, value) && !setAside.contains(user, item);
        return measured ? HELD_OUT : SET_ASIDE;
      }

      /// Goes on to the next rating; false after the last one.
      boolean next() {
        while (true) {
          while (position == end) {
            if (++user >= endUser) {
              return false;
            }
            end = ends.next();
            localUser += users.rows()[user] >= 0 ? 1 : 0;
          }
          position++;
          int item = indices.next();
          value = values.nextFloat();
          if (allEvents || ratings.isRating(value)) {
            place = places[item];
            part = partOf(item);
            return true;
          }
        }
      }
    }
  }
}
