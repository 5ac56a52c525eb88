package io.github.peccary.engine.evaluate;

import io.github.peccary.engine.evaluate.Baselines.ItemRanker;
import io.github.peccary.engine.model.ItemNeighbors;
import io.github.peccary.engine.recommend.TieOrder;
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
/// @param ties the order of items with equal scores
record NeighborRanker(ItemNeighbors neighbors, ItemRanker rest, TieOrder ties)
    implements ItemRanker {
  @Override
  public int[] rank(int user, int k, BitSet seen) {
    int[] scored =
        score(k, seen).ranked().stream().mapToInt(top -> ties.items()[top.item()]).toArray();
    if (scored.length == k) {
      return scored;
    }
    BitSet placed = (BitSet) seen.clone();
    IntStream.of(scored).forEach(placed::set);
    int[] others = rest.rank(user, k - scored.length, placed);
    return IntStream.concat(IntStream.of(scored), IntStream.of(others)).toArray();
  }

  /// The places in the order of ties.
  private TopK score(int k, BitSet seen) {
    int items = ties.items().length;
    float[] scores = new float[items];
    seen.stream()
        .forEach(
            item -> {
              for (long at = neighbors.start(item); at < neighbors.end(item); at++) {
                scores[neighbors.item(at)] += neighbors.similarity(at);
              }
            });
    TopK top = new TopK(Math.min(k, items));
    for (int place = 0; place < items; place++) {
      int item = ties.items()[place];
      if (scores[item] > 0 && !seen.get(item)) {
        top.offer(place, scores[item]);
      }
    }
    return top;
  }
}
