package io.github.peccary.engine.evaluate;

import io.github.peccary.engine.evaluate.Baselines.ItemRanker;
import io.github.peccary.engine.model.ItemNeighbors;
import io.github.peccary.engine.recommend.ScoredItem;
import io.github.peccary.engine.recommend.TopK;
import java.util.BitSet;
import java.util.stream.IntStream;

/// Item-based nearest neighbours (item-kNN), the baseline that many published models do not beat.
///
/// An item's score for a user is the sum of its similarities to those of the user's items whose
/// neighbour it is. Where too few items have a score, the popular ones follow.
///
/// @param neighbors of the items that users had
/// @param rest ranks what is left when too few items have a score
record NeighborRanker(ItemNeighbors neighbors, int items, ItemRanker rest) implements ItemRanker {
  @Override
  public int[] rank(int user, int k, BitSet seen) {
    int[] scored = score(k, seen).ranked().stream().mapToInt(ScoredItem::item).toArray();
    if (scored.length == k) {
      return scored;
    }
    BitSet placed = (BitSet) seen.clone();
    IntStream.of(scored).forEach(placed::set);
    int[] others = rest.rank(user, k - scored.length, placed);
    return IntStream.concat(IntStream.of(scored), IntStream.of(others)).toArray();
  }

  private TopK score(int k, BitSet seen) {
    float[] scores = new float[items];
    seen.stream()
        .forEach(
            item -> {
              for (long at = neighbors.start(item); at < neighbors.end(item); at++) {
                scores[neighbors.item(at)] += neighbors.similarity(at);
              }
            });
    TopK top = new TopK(Math.min(k, items));
    for (int item = 0; item < items; item++) {
      if (scores[item] > 0 && !seen.get(item)) {
        top.offer(item, scores[item]);
      }
    }
    return top;
  }
}
