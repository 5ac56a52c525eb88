package io.github.peccary.engine.evaluate;

import io.github.peccary.engine.evaluate.Baselines.ItemRanker;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.recommend.ScoredItem;
import io.github.peccary.engine.recommend.TopK;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/// Item-based nearest neighbours (item-kNN), the baseline that many published models do not beat.
///
/// 1. Two items are alike by how many users had both, `c`, against how many had either, `n` and
///    `m`: their cosine, shrunk, `c / (√(n m) + shrinkage)`, so that few users cannot make two
///    items equal. Values of ratings have no part in it.
/// 2. Of each item the [#NEIGHBORS] most similar ones are kept.
/// 3. An item's score for a user is the sum of its similarities to those of the user's items whose
///    neighbour it is. Where too few items have a score, the popular ones follow.
///
/// M. Deshpande, G. Karypis: Item-based top-N recommendation algorithms, ACM TOIS 22(1), 2004; the
/// shrunk cosine as in M. Ferrari Dacrema et al.: Are we really making much progress?, RecSys 2019.
///
/// A row of similarities is counted from the users of its item and their items, in one array as
/// long as the items per worker, and only for items that are asked for: memory grows with the items
/// and the events, never with the pairs of items. The result does not depend on the number of
/// threads.
final class ItemNeighbors {
  /// How many neighbours an item has at most.
  static final int NEIGHBORS = 50;

  /// What is added to the geometric mean of the two items' users. Of 10 and 100, sparse data want
  /// the latter: NDCG@10 is 0.0152 against 0.0163 on a Book-Crossing slice, 0.248 against 0.239 on
  /// ml-100k.
  static final double SHRINKAGE = 100;

  private final TieOrder ties;
  private final int[][] neighbors; // by item, most similar first; empty for items not asked for
  private final float[][] similarities;

  /// @param wanted whose neighbours are found
  ItemNeighbors(Interactions had, BitSet wanted, Workers workers) {
    ties = TieOrder.of(had.items());
    neighbors = new int[had.items()][];
    similarities = new float[had.items()][];
    Arrays.fill(neighbors, new int[0]); // one for all, as most items may not be asked for
    Arrays.fill(similarities, new float[0]);
    int[] items = wanted.stream().toArray();
    double[] roots = new double[had.items()];
    Arrays.setAll(roots, item -> Math.sqrt(had.users(item)));
    AtomicInteger next = new AtomicInteger();
    workers.run(
        worker -> {
          Row row = new Row(had, roots, ties.places());
          for (int at = next.getAndIncrement(); at < items.length; at = next.getAndIncrement()) {
            keep(items[at], row.mostSimilar(items[at]));
          }
        });
  }

  /// @param similar places in the order of ties, with their scores
  private void keep(int item, List<ScoredItem> similar) {
    int[] indexes = new int[similar.size()];
    float[] scores = new float[similar.size()];
    for (int i = 0; i < indexes.length; i++) {
      indexes[i] = ties.items()[similar.get(i).item()];
      scores[i] = similar.get(i).score();
    }
    neighbors[item] = indexes;
    similarities[item] = scores;
  }

  /// The scratch of one worker.
  private static final class Row {
    private final Interactions had;
    private final double[] roots;
    private final int[] places;
    private final int[] common; // users who had both, by the other item
    private final int[] touched; // the items that have any

    Row(Interactions had, double[] roots, int[] places) {
      this.had = had;
      this.roots = roots;
      this.places = places;
      common = new int[had.items()];
      touched = new int[had.items()];
    }

    List<ScoredItem> mostSimilar(int item) {
      int count = count(item);
      TopK top = new TopK(NEIGHBORS);
      for (int i = 0; i < count; i++) {
        int other = touched[i];
        if (other != item) {
          double mean = roots[item] * roots[other];
          top.offer(places[other], (float) (common[other] / (mean + SHRINKAGE)));
        }
        common[other] = 0;
      }
      return top.ranked();
    }

    private int count(int item) {
      int count = 0;
      int users = had.users(item);
      for (int number = 0; number < users; number++) {
        int user = had.user(item, number);
        long end = had.end(user);
        for (long position = had.start(user); position < end; position++) {
          int other = had.item(position);
          if (common[other]++ == 0) {
            touched[count++] = other;
          }
        }
      }
      return count;
    }
  }

  /// The neighbours of an item, most similar first.
  int[] neighbors(int item) {
    return neighbors[item];
  }

  /// Their similarities, in the same order.
  float[] similarities(int item) {
    return similarities[item];
  }

  /// Ranks by what a user had: the items in `seen`, which must have been asked for.
  ///
  /// @param rest ranks what is left when too few items have a score
  ItemRanker ranker(ItemRanker rest) {
    return (user, k, seen) -> {
      int[] scored =
          score(k, seen).ranked().stream().mapToInt(top -> ties.items()[top.item()]).toArray();
      if (scored.length == k) {
        return scored;
      }
      BitSet placed = (BitSet) seen.clone();
      IntStream.of(scored).forEach(placed::set);
      int[] others = rest.rank(user, k - scored.length, placed);
      return IntStream.concat(IntStream.of(scored), IntStream.of(others)).toArray();
    };
  }

  /// The places in the order of ties.
  private TopK score(int k, BitSet seen) {
    float[] scores = new float[neighbors.length];
    seen.stream()
        .forEach(
            item -> {
              for (int i = 0; i < neighbors[item].length; i++) {
                scores[neighbors[item][i]] += similarities[item][i];
              }
            });
    TopK top = new TopK(Math.min(k, neighbors.length));
    for (int place = 0; place < scores.length; place++) {
      int item = ties.items()[place];
      if (scores[item] > 0 && !seen.get(item)) {
        top.offer(place, scores[item]);
      }
    }
    return top;
  }
}
