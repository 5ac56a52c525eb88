package io.github.peccary.engine.recommend;

import io.github.peccary.engine.model.ItemNeighbors;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.Interactions;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Finds the nearest neighbours of items (item-kNN) by who had both.
///
/// 1. A user who had `n` items counts `w = n^(−¼)`: who had everything says little about two items.
/// 2. Two items are alike by the users who had both, against those who had either: their cosine,
///    shrunk, `Σ w (of both) / (√(Σ w · Σ w) + shrinkage)`, so that few users cannot make two items
///    equal. Values of ratings have no part in it.
/// 3. Of each item the [#NEIGHBORS] most similar ones are kept, of those that two users or more had
///    both of: one user says nothing that holds for another.
///
/// M. Deshpande, G. Karypis: Item-based top-N recommendation algorithms, ACM TOIS 22(1), 2004; the
/// shrunk cosine as in M. Ferrari Dacrema et al.: Are we really making much progress?, RecSys 2019;
/// users who count the less the more they had as in J. S. Breese et al.: Empirical analysis of
/// predictive algorithms for collaborative filtering, UAI 1998, there for items.
///
/// A row of similarities is summed up from the users of its item and their items, in one array as
/// long as the items per worker, and only for items that are asked for: memory grows with the items
/// and the events, never with the pairs of items. The result does not depend on the number of
/// threads.
public final class NeighborSearch {
  /// How many neighbours an item has at most.
  public static final int NEIGHBORS = 20;

  /// What is added to the geometric mean of what the two items' users count.
  static final float SHRINKAGE = 10;

  private final Interactions had;
  private final float[] counts; // of the users
  private final double[] roots; // of what the users of each item count
  private final TieOrder ties;

  private NeighborSearch(Interactions had) {
    this.had = had;
    ties = TieOrder.of(had.items());
    counts = new float[had.users()];
    for (int user = 0; user < counts.length; user++) {
      int items = had.itemCount(user);
      counts[user] = (float) (1 / Math.sqrt(Math.sqrt(Math.max(1, items))));
    }
    roots = new double[had.items()];
    for (int item = 0; item < roots.length; item++) {
      roots[item] = Math.sqrt(sum(item));
    }
  }

  private double sum(int item) {
    double sum = 0;
    int users = had.users(item);
    for (int number = 0; number < users; number++) {
      sum += counts[had.user(item, number)];
    }
    return sum;
  }

  /// Finds the neighbours of some items; the others have none.
  public static ItemNeighbors find(Interactions had, BitSet wanted, Workers workers) {
    NeighborSearch search = new NeighborSearch(had);
    int[][] neighbors = new int[had.items()][];
    float[][] similarities = new float[had.items()][];
    Arrays.fill(neighbors, new int[0]); // one for all, as most items may not be asked for
    Arrays.fill(similarities, new float[0]);
    int[] items = wanted.stream().toArray();
    AtomicInteger next = new AtomicInteger();
    workers.run(
        worker -> {
          Row row = search.new Row();
          for (int at = next.getAndIncrement(); at < items.length; at = next.getAndIncrement()) {
            int item = items[at];
            List<ScoredItem> similar = row.mostSimilar(item);
            neighbors[item] =
                similar.stream().mapToInt(other -> search.ties.items()[other.item()]).toArray();
            similarities[item] = new float[similar.size()];
            for (int i = 0; i < similar.size(); i++) {
              similarities[item][i] = similar.get(i).score();
            }
          }
        });
    return ItemNeighbors.of(neighbors, similarities);
  }

  /// The scratch of one worker.
  private final class Row {
    /// What users who had both count, by the other item; negative as long as it is one user.
    private final float[] common = new float[had.items()];

    private final int[] touched = new int[had.items()]; // the items that have any

    /// Places in the order of ties.
    List<ScoredItem> mostSimilar(int item) {
      int count = sumUp(item);
      TopK top = new TopK(NEIGHBORS);
      for (int i = 0; i < count; i++) {
        int other = touched[i];
        if (other != item && common[other] > 0) {
          double mean = roots[item] * roots[other];
          top.offer(ties.places()[other], (float) (common[other] / (mean + SHRINKAGE)));
        }
        common[other] = 0;
      }
      return top.ranked();
    }

    private int sumUp(int item) {
      int touchedItems = 0;
      int users = had.users(item);
      for (int number = 0; users > 1 && number < users; number++) {
        int user = had.user(item, number);
        float count = counts[user];
        long end = had.end(user);
        for (long position = had.start(user); position < end; position++) {
          int other = had.item(position);
          if (common[other] == 0) {
            touched[touchedItems++] = other;
            common[other] = -count;
          } else {
            common[other] = Math.abs(common[other]) + count;
          }
        }
      }
      return touchedItems;
    }
  }
}
