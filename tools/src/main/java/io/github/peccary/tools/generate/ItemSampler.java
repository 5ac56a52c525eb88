package io.github.peccary.tools.generate;

import java.util.Arrays;
import java.util.BitSet;
import java.util.random.RandomGenerator;

/// Draws the items of a user, popular ones rather than others, none twice. Shared by any number of
/// threads; what it draws depends on its arguments only.
///
/// So that no item is left without a rating, all of them are dealt out first, in random order, at
/// even distances over the positions of all ratings; at the others an item is drawn by its weight
/// from those that the user does not have yet.
final class ItemSampler {
  private final int[] weights;
  private final long ratings;
  private final AliasTable table;
  private final int[] dealt;

  /// @param weights of each item, 1 or more
  /// @param ratings of all users, as many as there are items or more
  ItemSampler(int[] weights, long ratings, RandomGenerator random) {
    this.weights = weights;
    this.ratings = ratings;
    table = new AliasTable(weights);
    dealt = new int[weights.length];
    for (int i = 0; i < dealt.length; i++) { // shuffled as it grows
      int place = random.nextInt(i + 1);
      dealt[i] = dealt[place];
      dealt[place] = i;
    }
  }

  /// Draws `size` items into the first places of `row`, in no order.
  ///
  /// @param start position of the user's first rating among those of all users
  /// @param taken without a bit set, and so it is on return
  void draw(long start, int size, int[] row, BitSet taken, RandomGenerator random) {
    int filled = 0;
    for (long i = dealtBefore(start); i < dealtBefore(start + size); i++) {
      row[filled++] = dealt[(int) i];
      taken.set(dealt[(int) i]);
    }
    if (size > weights.length / 2) {
      drawMost(filled, size, row, taken, random);
    } else {
      while (filled < size) {
        int item = table.draw(random);
        if (!taken.get(item)) {
          taken.set(item);
          row[filled++] = item;
        }
      }
    }
    for (int i = 0; i < size; i++) {
      taken.clear(row[i]);
    }
  }

  /// The number of items dealt to the positions before this one. There are as many positions as
  /// items or more, so that none gets two.
  private long dealtBefore(long position) {
    return Math.ceilDiv(position * weights.length, ratings);
  }

  /// The same for a user who has most items, for whom most draws would be of what he has: each item
  /// waits for an exponential time of the rate of its weight, and the first ones come.
  ///
  /// P. Efraimidis, P. Spirakis: Weighted Random Sampling with a Reservoir, 2006.
  private void drawMost(int filled, int size, int[] row, BitSet taken, RandomGenerator random) {
    double[] times = new double[weights.length];
    for (int item = 0; item < times.length; item++) {
      times[item] =
          taken.get(item)
              ? Double.POSITIVE_INFINITY
              : -Math.log1p(-random.nextDouble()) / weights[item];
    }
    double[] sorted = times.clone();
    Arrays.sort(sorted);
    int missing = size - filled;
    double last = missing == 0 ? Double.NEGATIVE_INFINITY : sorted[missing - 1];
    for (int item = 0; item < times.length && filled < size; item++) {
      if (times[item] <= last) {
        row[filled++] = item;
      }
    }
  }
}
