package io.github.peccary.engine.recommend;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;

/// The best `k` of all items offered, where items of an earlier tier come before those of a later
/// one whatever their scores.
///
/// One heap per tier. Once the first is full the others cannot matter any more, and its threshold
/// decides; until then no item was turned away, so that the others are complete. The allow and tier
/// tests run only for the few items that reach the threshold.
final class Ranking {
  private final int k;
  private final IntPredicate allowed;
  private final IntUnaryOperator tierOf;
  private final TopK[] tiers;

  /// @param allowed whether an item may be in the ranking
  /// @param tierOf the tier of an item, from 0 to `tiers − 1`
  Ranking(int k, int tiers, IntPredicate allowed, IntUnaryOperator tierOf) {
    this.k = k;
    this.allowed = allowed;
    this.tierOf = tierOf;
    this.tiers = new TopK[tiers];
    for (int tier = 0; tier < tiers; tier++) {
      this.tiers[tier] = new TopK(k);
    }
  }

  /// The score below which no item matters any more; [Float#NEGATIVE_INFINITY] while there is none.
  float threshold() {
    return tiers[0].threshold();
  }

  /// Whether there are `k` items of tiers before this one.
  boolean isFullBefore(int tier) {
    int size = 0;
    for (int earlier = 0; earlier < tier; earlier++) {
      size += tiers[earlier].size();
    }
    return size >= k;
  }

  /// Offers an item, each once.
  void offer(int item, float score) {
    // not >=: a score that is no number must be counted, not lost
    if (!(score < threshold()) && allowed.test(item)) {
      int tier = tierOf.applyAsInt(item);
      if (tier == 0 || !tiers[0].isFull()) {
        tiers[tier].offer(item, score);
      }
    }
  }

  List<ScoredItem> ranked() {
    List<ScoredItem> ranked = new ArrayList<>(k);
    for (TopK tier : tiers) {
      List<ScoredItem> next = tier.ranked();
      ranked.addAll(next.subList(0, Math.min(next.size(), k - ranked.size())));
    }
    return ranked;
  }
}
