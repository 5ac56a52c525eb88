package io.github.peccary.engine.recommend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.peccary.engine.model.ItemNeighbors;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.Interactions;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

public class NeighborSearchTest {
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
      return NeighborSearch.find(interactions, wanted, workers);
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

  /// Every pair of items, the plain way; sums in the order of the users.
  public static float[][] similarities(boolean[][] had) {
    int items = had[0].length;
    float[] weights = new float[had.length];
    for (int user = 0; user < had.length; user++) {
      boolean[] of = had[user];
      double count = IntStream.range(0, items).filter(item -> of[item]).count();
      weights[user] = (float) (1 / Math.sqrt(Math.sqrt(count)));
    }
    float[][] similarities = new float[items][items];
    for (int one = 0; one < items; one++) {
      for (int other = 0; other < items; other++) {
        float both = 0;
        int users = 0;
        double ofOne = 0;
        double ofOther = 0;
        for (int user = 0; user < had.length; user++) {
          boolean hadBoth = had[user][one] && had[user][other];
          both += hadBoth ? weights[user] : 0;
          users += hadBoth ? 1 : 0;
          ofOne += had[user][one] ? weights[user] : 0;
          ofOther += had[user][other] ? weights[user] : 0;
        }
        similarities[one][other] =
            one == other || users < 2
                ? 0
                : (float) (both / (Math.sqrt(ofOne) * Math.sqrt(ofOther) + 10));
      }
    }
    return similarities;
  }

  private static int[] neighbors(ItemNeighbors found, int item) {
    return LongStream.range(found.start(item), found.end(item)).mapToInt(found::item).toArray();
  }

  /// Positive scores, highest first, of equal ones by the order of ties.
  public static List<Integer> sorted(float[] scores) {
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
    ItemNeighbors found = neighbors(had, all(3), 1);

    assertThat(neighbors(found, 0)).containsExactly(1);
    double ofTwo = Math.pow(2, -0.25); // a user who had two items
    double similarity = 2 * ofTwo / (Math.sqrt((3 * ofTwo + 1) * 2 * ofTwo) + 10);
    assertThat(found.similarity(found.start(0))).isCloseTo((float) similarity, within(1e-6f));
    assertThat(neighbors(found, 2)).as("of one user").isEmpty();
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
          List<Integer> expected = sorted(row).stream().limit(NeighborSearch.NEIGHBORS).toList();
          assertThat(neighbors(found, item))
              .as("seed=%d item=%d", seed, item)
              .containsExactly(expected.stream().mapToInt(i -> i).toArray());
          for (int i = 0; i < expected.size(); i++) {
            assertThat(found.similarity(found.start(item) + i)).isEqualTo(row[expected.get(i)]);
          }
        }
      }
    }
  }

  @Test
  void itemsNotAskedForHaveNone() {
    BitSet some = new BitSet();
    some.set(3);
    ItemNeighbors found = neighbors(random(60, 30, 1), some, 1);
    assertThat(neighbors(found, 3)).isNotEmpty();
    assertThat(neighbors(found, 4)).isEmpty();
  }
}
