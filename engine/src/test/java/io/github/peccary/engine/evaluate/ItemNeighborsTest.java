package io.github.peccary.engine.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.evaluate.Baselines.ItemRanker;
import io.github.peccary.engine.parallel.Workers;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ItemNeighborsTest {
  private static BitSet all(int items) {
    BitSet all = new BitSet();
    all.set(0, items);
    return all;
  }

  private static ItemNeighbors neighbors(boolean[][] had, BitSet wanted, int threads) {
    int items = had[0].length;
    try (Interactions interactions =
            new Interactions(
                had.length,
                items,
                (user, to) -> IntStream.range(0, items).filter(i -> had[user][i]).forEach(to));
        Workers workers = new Workers(threads)) {
      return new ItemNeighbors(interactions, wanted, workers);
    }
  }

  /// Few users have much, many have little, the first one has nothing; and so with items.
  private static boolean[][] random(int users, int items, long seed) {
    Random random = new Random(seed);
    boolean[][] had = new boolean[users][items];
    for (int user = 0; user < users; user++) {
      for (int item = 0; item < items; item++) {
        had[user][item] =
            user > 0 && random.nextDouble() < 8.0 / ((user % 29 + 2) * (item % 17 + 1));
      }
    }
    return had;
  }

  /// Every pair of items, the plain way.
  static float[][] similarities(boolean[][] had) {
    int items = had[0].length;
    float[][] similarities = new float[items][items];
    for (int one = 0; one < items; one++) {
      for (int other = 0; other < items; other++) {
        int first = one;
        int second = other;
        double both = users(had.length, user -> had[user][first] && had[user][second]);
        double ofOne = users(had.length, user -> had[user][first]);
        double ofOther = users(had.length, user -> had[user][second]);
        similarities[one][other] =
            one == other ? 0 : (float) (both / (Math.sqrt(ofOne) * Math.sqrt(ofOther) + 100));
      }
    }
    return similarities;
  }

  private static int users(int count, IntPredicate had) {
    return (int) IntStream.range(0, count).filter(had).count();
  }

  /// Positive scores, highest first, of equal ones by the order of ties.
  static List<Integer> sorted(float[] scores) {
    int[] ties = TieOrder.of(scores.length).places();
    return IntStream.range(0, scores.length)
        .boxed()
        .filter(item -> scores[item] > 0)
        .sorted(
            Comparator.comparingDouble((Integer item) -> -scores[item])
                .thenComparingInt(i -> ties[i]))
        .toList();
  }

  @Test
  void worksOutByHand() {
    boolean[][] had = {
      {true, true, false}, {true, true, false}, {true, false, false}, {true, false, true}
    };
    ItemNeighbors neighbors = neighbors(had, all(3), 1);

    assertThat(neighbors.neighbors(0)).containsExactly(1, 2);
    assertThat(neighbors.similarities(0))
        .containsExactly((float) (2 / (2 * Math.sqrt(2) + 100)), 1f / (2 + 100));
    assertThat(neighbors.neighbors(2)).containsExactly(0);
  }

  @Test
  void theMostSimilarItemsAreThoseOfTheDenseMatrix() {
    for (long seed = 1; seed <= 5; seed++) {
      boolean[][] had = random(120, 130, seed);
      float[][] dense = similarities(had);
      for (int threads : new int[] {1, 3}) {
        ItemNeighbors found = neighbors(had, all(130), threads);
        for (int item = 0; item < 130; item++) {
          float[] row = dense[item];
          List<Integer> expected = sorted(row).stream().limit(ItemNeighbors.NEIGHBORS).toList();
          assertThat(found.neighbors(item))
              .as("seed=%d item=%d", seed, item)
              .containsExactly(expected.stream().mapToInt(i -> i).toArray());
          for (int i = 0; i < expected.size(); i++) {
            assertThat(found.similarities(item)[i]).isEqualTo(row[expected.get(i)]);
          }
        }
      }
    }
  }

  @Test
  void rankingsAreThoseOfTheDenseSumsAndThenOfTheRest() {
    ItemRanker byIndex =
        (user, k, seen) ->
            IntStream.iterate(seen.nextClearBit(0), item -> seen.nextClearBit(item + 1))
                .takeWhile(item -> item < 130)
                .limit(k)
                .toArray();
    boolean[][] had = random(120, 130, 7);
    float[][] dense = similarities(had);
    ItemRanker ranker = neighbors(had, all(130), 2).ranker(byIndex);
    int filled = 0;
    for (int user = 0; user < had.length; user++) {
      BitSet seen = new BitSet();
      float[] scores = new float[130];
      for (int item = 0; item < 130; item++) {
        if (had[user][item]) {
          seen.set(item);
          for (int other : sorted(dense[item]).stream().limit(50).toList()) {
            scores[other] += dense[item][other];
          }
        }
      }
      seen.stream().forEach(item -> scores[item] = 0);
      List<Integer> scored = sorted(scores);
      for (int k : new int[] {1, 10, 130}) {
        IntStream first = scored.stream().mapToInt(item -> item);
        IntStream rest = IntStream.range(0, 130).filter(i -> scores[i] == 0 && !seen.get(i));
        assertThat(ranker.rank(user, k, seen))
            .as("seed=7 user=%d k=%d", user, k)
            .containsExactly(IntStream.concat(first, rest).limit(k).toArray());
      }
      filled += scored.size() < 10 ? 1 : 0;
    }
    assertThat(filled).as("users with too few neighbours").isPositive();
  }

  @Test
  void itemsNotAskedForHaveNone() {
    BitSet some = new BitSet();
    some.set(3);
    ItemNeighbors found = neighbors(random(60, 30, 1), some, 1);
    assertThat(found.neighbors(3)).isNotEmpty();
    assertThat(found.neighbors(4)).isEmpty();
  }
}
