package io.github.peccary.engine.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.evaluate.Baselines.ItemRanker;
import io.github.peccary.engine.model.ItemNeighbors;
import io.github.peccary.engine.recommend.TieOrder;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NeighborRankerTest {
  private static final int ITEMS = 40;

  /// Up to three neighbours of each item, at similarities with ties.
  private static ItemNeighbors random(Random random) {
    int[][] neighbors = new int[ITEMS][];
    float[][] similarities = new float[ITEMS][];
    for (int item = 0; item < ITEMS; item++) {
      int count = random.nextInt(4);
      neighbors[item] = random.ints(0, ITEMS).distinct().limit(count).toArray();
      similarities[item] = new float[count];
      for (int i = 0; i < count; i++) {
        similarities[item][i] = 0.25f * (1 + random.nextInt(4));
      }
    }
    return ItemNeighbors.of(neighbors, similarities);
  }

  @Test
  void rankingsAreThoseOfTheSumsAndThenOfTheRest() {
    ItemRanker byIndex =
        (user, k, seen) ->
            IntStream.range(0, ITEMS).filter(item -> !seen.get(item)).limit(k).toArray();
    int[] ties = TieOrder.of(ITEMS).places();
    for (long seed = 1; seed <= 20; seed++) {
      Random random = new Random(seed);
      ItemNeighbors neighbors = random(random);
      BitSet seen = new BitSet();
      random.ints(seed % 8, 0, ITEMS).forEach(seen::set);
      float[] sums = new float[ITEMS];
      for (int item = 0; item < ITEMS; item++) {
        for (long at = neighbors.start(item); seen.get(item) && at < neighbors.end(item); at++) {
          sums[neighbors.item(at)] += neighbors.similarity(at);
        }
      }
      List<Integer> expected =
          IntStream.range(0, ITEMS)
              .filter(item -> !seen.get(item))
              .boxed()
              .sorted(
                  Comparator.comparingDouble((Integer item) -> -sums[item])
                      .thenComparingInt(item -> sums[item] > 0 ? ties[item] : item))
              .toList();
      for (int k : new int[] {1, 10, ITEMS}) {
        assertThat(new NeighborRanker(neighbors, byIndex, TieOrder.of(ITEMS)).rank(0, k, seen))
            .as("seed=%d k=%d", seed, k)
            .containsExactly(expected.stream().limit(k).mapToInt(i -> i).toArray());
      }
    }
  }
}
