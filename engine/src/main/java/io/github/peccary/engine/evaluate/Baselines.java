package io.github.peccary.engine.evaluate;

import io.github.peccary.engine.model.DampedBiases;
import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.recommend.TieOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntUnaryOperator;

/// What a model must beat, besides [NeighborRanker]. These rank all users alike, so that their
/// order of the items is sorted once.
final class Baselines {
  /// Predicts a rating. Indexes are those of the model, -1 for a user or an item unknown to it.
  interface RatingPredictor {
    float predict(int user, int item);
  }

  /// Ranks the items of the model.
  interface ItemRanker {
    /// The best `k` items for a user of the model, best first, without those in `seen`.
    int[] rank(int user, int k, BitSet seen);
  }

  private Baselines() {}

  /// Whether a pair's user or item had no ratings in training.
  static boolean isCold(FactorModel model, int user, int item) {
    return user < 0 || item < 0 || !model.userTrained(user) || !model.itemTrained(item);
  }

  /// The score of the model. For a cold pair it is μ and the biases: a row never trained adds
  /// nothing else, and who is unknown has no bias. A model without biases falls back to the damped
  /// ones.
  static RatingPredictor model(FactorModel model, RatingPredictor damped) {
    if (!model.hasBiases()) {
      return (user, item) ->
          isCold(model, user, item) ? damped.predict(user, item) : model.predict(user, item);
    }
    return (user, item) ->
        user >= 0 && item >= 0
            ? model.predict(user, item)
            : model.globalMean()
                + (user < 0 ? 0 : model.userFactors().get(user, model.rank()))
                + (item < 0 ? 0 : model.itemFactors().get(item, model.rank() + 1));
  }

  /// μ for every pair.
  static RatingPredictor globalMean(float globalMean) {
    return (user, item) -> globalMean;
  }

  /// `μ + b_u + b_i`, with 0 for whoever is unknown.
  static RatingPredictor biases(DampedBiases biases) {
    float[] users = biases.user();
    float[] items = biases.item();
    return (user, item) ->
        biases.globalMean() + (user < 0 ? 0 : users[user]) + (item < 0 ? 0 : items[item]);
  }

  /// Items by falling bias; like in the model's own ranking, untrained ones come last.
  static ItemRanker byBias(FactorModel model, DampedBiases biases) {
    float[] items = biases.item();
    return inOrder(
        order(
            items.length,
            item -> falling(model.itemTrained(item) ? items[item] : Float.NEGATIVE_INFINITY)));
  }

  /// Items by falling number of events.
  static ItemRanker byPopularity(int[] events) {
    return inOrder(order(events.length, item -> -events[item]));
  }

  private static ItemRanker inOrder(int[] order) {
    return (user, k, seen) ->
        Arrays.stream(order).filter(item -> !seen.get(item)).limit(k).toArray();
  }

  /// The items by rising key.
  private static int[] order(int items, IntUnaryOperator key) {
    int[] ties = TieOrder.of(items).items();
    long[] keys = new long[items];
    for (int place = 0; place < items; place++) {
      keys[place] = (long) key.applyAsInt(ties[place]) << Integer.SIZE | place;
    }
    Arrays.sort(keys);
    return Arrays.stream(keys).mapToInt(packed -> ties[(int) packed]).toArray();
  }

  /// An integer that falls as `score` rises.
  private static int falling(float score) {
    int bits = Float.floatToIntBits(score + 0f); // + 0 makes one of the two zeros
    return ~(bits ^ ((bits >> 31) & Integer.MAX_VALUE));
  }
}
