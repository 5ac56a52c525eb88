package io.github.peccary.engine.train;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.parallel.Workers;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;

/// Draws the items that events are set against. They come from the stripe of the event, whose rows
/// are near; as items were dealt, it is a random sample of all.
///
/// What makes it fast:
/// 1. Each stripe has a pool in which an item stands as often as its weight asks for: a draw is one
///    random place. Pools are filled anew for each epoch, as small weights do not all find a place.
/// 2. The events of a batch share what is drawn, in a ring: neighbours take overlapping pieces. So
///    a batch reads few rows of items.
/// 3. All of a user's events with items of the stripe are in the tile. A filter of 16 bits an
///    event, filled when the tile is entered, never fails to know one of them. It takes a few other
///    pairs for events, too: these are not drawn in this tile.
final class Negatives {
  private static final int POOL = 1 << 14;

  private final Grid grid;
  private final double[] weights;
  private final char[][] pools;

  /// @param weights of each item's row, what its probability is proportional to; 0 or more
  Negatives(Grid grid, double[] weights) {
    this.grid = grid;
    this.weights = weights;
    pools = new char[grid.stripes()][POOL];
  }

  /// Fills the pools: each item as often as its weight asks for, up or down by chance.
  void fill(long seed, Workers workers) {
    workers.forRange(
        pools.length, 1, (stripe, _) -> fill(stripe, new SplittableRandom(seed + stripe)));
  }

  private void fill(int stripe, SplittableRandom random) {
    char[] pool = pools[stripe];
    int first = grid.stripeStarts()[stripe];
    int end = grid.stripeStarts()[stripe + 1];
    double sum = 0;
    for (int row = first; row < end; row++) {
      sum += weights[row];
    }
    double scale = POOL / sum;
    double start = random.nextDouble();
    double reached = 0;
    int filled = 0;
    for (int row = first; row < end; row++) {
      reached += weights[row];
      int until = (int) Math.min(POOL, Math.ceil(reached * scale - start));
      while (filled < until) {
        pool[filled++] = (char) (row - first);
      }
    }
    for (; filled > 0 && filled < POOL; filled++) { // rounding may have left the last place free
      pool[filled] = pool[filled - 1];
    }
  }

  /// Draws for tile after tile: a worker's own.
  final class Sampler {
    private static final int TRIES = 4;
    private static final int FILTER_BITS_PER_EVENT = 16;
    private static final int MAX_FILTER_BITS_LOG2 = 30;

    private final int negatives;
    private final long[] events;
    private final char[] ring;
    private SplittableRandom random = new SplittableRandom(0);
    private long[] filter = new long[1];
    private int filterShift;
    private char[] pool = pools[0];

    /// @param batch events at a time, at most
    /// @param negatives of each event
    Sampler(int batch, int negatives) {
      this.negatives = negatives;
      events = new long[batch];
      ring = new char[Math.max(batch, negatives)];
    }

    /// Enters a tile.
    void begin(TileLayout layout, int tile, long seed) {
      random = new SplittableRandom(seed);
      pool = pools[tile % grid.stripes()];
      long bits = layout.size(tile) * FILTER_BITS_PER_EVENT;
      int log2 = Math.min(MAX_FILTER_BITS_LOG2, Long.SIZE - Long.numberOfLeadingZeros(bits));
      log2 = Math.max(6, log2);
      filterShift = Long.SIZE - log2;
      int words = 1 << (log2 - 6);
      if (filter.length < words) {
        filter = new long[words];
      } else {
        Arrays.fill(filter, 0, words, 0);
      }
      long end = layout.start(tile + 1);
      for (long first = layout.start(tile); first < end; first += events.length) {
        int count = (int) Math.min(events.length, end - first);
        MemorySegment.copy(layout.records(), JAVA_LONG, first * Long.BYTES, events, 0, count);
        for (int k = 0; k < count; k++) {
          int bit = filterBit((int) events[k]);
          filter[bit >> 6] |= 1L << bit;
        }
      }
    }

    private int filterBit(int pair) {
      return (int) ((pair * 0x9E3779B97F4A7C15L) >>> filterShift);
    }

    private boolean mayBeEvent(int pair) {
      int bit = filterBit(pair);
      return (filter[bit >> 6] >>> bit & 1) != 0;
    }

    /// Makes records of events of the tile and of their negatives, in the order of [SampledLoss],
    /// with the value 0. A user who has nearly all that was drawn gets [SampledLoss#ABSENT] ones.
    ///
    /// @param first number of the first event in the layout
    /// @param step from one event to the next
    void draw(TileLayout layout, long first, long step, int count, long[] records) {
      for (int k = 0; k < count; k++) {
        events[k] = layout.records().getAtIndex(JAVA_LONG, first + k * step);
      }
      for (int n = 0; n < ring.length; n++) {
        ring[n] = pool[random.nextInt() & (POOL - 1)];
      }
      for (int k = 0; k < count; k++) {
        int user = Kernels.localUser(events[k]);
        records[k] = Kernels.record(user, Kernels.localItem(events[k]), 0f);
        int at = k;
        for (int j = 1; j <= negatives; j++) {
          int item = 0;
          boolean free = false;
          for (int attempt = 0; !free && attempt < TRIES; attempt++) {
            item = ring[at];
            at = at + 1 < ring.length ? at + 1 : 0;
            free = !mayBeEvent(item << Short.SIZE | user);
          }
          records[j * count + k] = Kernels.record(user, item, free ? 0f : SampledLoss.ABSENT);
        }
      }
    }
  }
}
