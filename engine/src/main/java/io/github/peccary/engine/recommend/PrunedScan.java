package io.github.peccary.engine.recommend;

import io.github.peccary.engine.model.ItemIndex;
import io.github.peccary.engine.model.ItemIndex.Bound;
import java.util.function.IntConsumer;

/// Scores all items that may be among the best, and proves of the others that they are not.
///
/// 1. Blocks come by falling score for an average user. Once nothing from a block on can reach the
///    worst score kept, the scan is done.
/// 2. A block is skipped if its own bound does not reach that score: `‖p‖ · ‖q‖` for the product
///    (Cauchy and Schwarz), and bias and popularity, which would spoil the norms, by themselves.
/// 3. Of the other blocks, the product of the directions is taken in codes of 8 bits, 64 items at a
///    time and a quarter of the memory. Its error is bounded, so that it tells who needs a look.
/// 4. Only these are scored, in full precision, as any item ever is.
///
/// So the result is that of scoring every item, to the bit. After C. Teflioudi, R. Gemulla, O.
/// Mykytiuk: LEMP, fast retrieval of large entries in a matrix product, SIGMOD 2015; and H. Li, T.
/// N. Chan, M. L. Yiu, N. Mamoulis: FEXIPRO, fast and exact inner product retrieval in recommender
/// systems, SIGMOD 2017.
final class PrunedScan {
  /// More than doubles are rounded by in what follows.
  private static final double CODE_ROUNDING = 1e-9;

  private static final Bounds BLOCK =
      new Bounds(Bound.NORM, Bound.BIAS, Bound.EVENTS, Bound.POPULARITY);
  private static final Bounds ALL_FROM_HERE =
      new Bounds(
          Bound.NORM_FROM_HERE,
          Bound.BIAS_FROM_HERE,
          Bound.EVENTS_FROM_HERE,
          Bound.POPULARITY_FROM_HERE);

  private record Bounds(Bound norm, Bound bias, Bound events, Bound popularity) {}

  private final ItemIndex index;
  private final ScoreBound bound;
  private final double rounding;
  private final double underflow;
  private final int preferredEvents;

  /// @param stride floats of a row, whose sum rounds a score
  /// @param preferredEvents from which on items come first
  PrunedScan(ItemIndex index, ScoreBound bound, int stride, int preferredEvents) {
    this.index = index;
    this.bound = bound;
    this.preferredEvents = preferredEvents;
    // each operation on floats rounds by a share of 2^-24 of the largest number in it
    rounding = (stride + 8) * 0x1p-23;
    // or, below the normal ones, by at most 2^-150; the rest is room for what a blend weighs it by
    underflow = (stride + 8) * (double) Float.MIN_NORMAL;
  }

  /// Scores every trained item that may be among the best.
  ///
  /// @param score offers an item to `ranking`
  void run(Ranking ranking, IntConsumer score) {
    int blocks = index.blocks();
    for (int block = 0; block < blocks; block++) {
      float threshold = ranking.threshold();
      if (isBelow(threshold, block, ALL_FROM_HERE)) {
        return;
      }
      if (!isBelow(threshold, block, BLOCK)) {
        score(block, candidates(block, threshold), score);
      }
    }
  }

  private void score(int block, long candidates, IntConsumer score) {
    int first = block * ItemIndex.BLOCK_ITEMS;
    int places = Math.min(ItemIndex.BLOCK_ITEMS, index.size() - first);
    long left = candidates & -1L >>> (ItemIndex.BLOCK_ITEMS - places);
    while (left != 0) {
      score.accept(index.item(first + Long.numberOfTrailingZeros(left)));
      left &= left - 1;
    }
  }

  /// Not `>=` anywhere: a number that is none bounds nothing.
  private boolean isBelow(float threshold, int block, Bounds of) {
    boolean known = threshold > Float.NEGATIVE_INFINITY; // k of those that come first are kept
    if (known && index.get(block, of.popularity) < preferredEvents) {
      return true;
    }
    float bias = index.get(block, of.bias);
    float events = index.get(block, of.events);
    double product = bound.product(index.get(block, of.norm));
    return bound.rest(bias, events) + product + slack(bias, events, product) < threshold;
  }

  private double slack(float bias, float events, double product) {
    return rounding * (bound.magnitude(bias, events) + product) + underflow;
  }

  /// The items of a block whose scores may reach the threshold.
  private long candidates(int block, float threshold) {
    float bias = index.get(block, Bound.BIAS);
    float events = index.get(block, Bound.EVENTS);
    double product = bound.product(index.get(block, Bound.NORM));
    double cosine = (threshold - bound.rest(bias, events) - slack(bias, events, product)) / product;
    // norms are at most that of the bound, from which nothing follows for a cosine below 0
    if (!(cosine > 0)) {
      return -1;
    }
    Direction direction = bound.direction();
    double step = direction.step() * index.get(block, Bound.STEP);
    double error = direction.error() + direction.codedNorm() * index.get(block, Bound.ERROR);
    double limit = (cosine - error) / step;
    limit -= CODE_ROUNDING * (1 + Math.abs(limit));
    if (limit > Short.MAX_VALUE) {
      return 0;
    }
    return index.reaching(
        block, direction.codes(), (int) Math.max(Short.MIN_VALUE, Math.ceil(limit)));
  }
}
