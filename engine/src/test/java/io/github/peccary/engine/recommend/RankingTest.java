package io.github.peccary.engine.recommend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RankingTest {
  /// The obvious way: sort all allowed items by tier, score, index.
  private static List<ScoredItem> sorted(float[] scores, int[] tiers, boolean[] allowed, int k) {
    return IntStream.range(0, scores.length)
        .filter(item -> allowed[item])
        .mapToObj(item -> new ScoredItem(item, scores[item]))
        .sorted(
            Comparator.comparingInt((ScoredItem item) -> tiers[item.item()])
                .thenComparingDouble(item -> -item.score())
                .thenComparingInt(ScoredItem::item))
        .limit(k)
        .toList();
  }

  @Test
  void equalsSortingEverything() {
    for (int seed = 0; seed < 400; seed++) {
      Random random = new Random(seed);
      int items = 1 + random.nextInt(120);
      int k = 1 + random.nextInt(40);
      int tierCount = 1 + random.nextInt(3);
      float[] scores = new float[items];
      int[] tiers = new int[items];
      boolean[] allowed = new boolean[items];
      for (int item = 0; item < items; item++) {
        scores[item] = random.nextBoolean() ? random.nextInt(4) : -random.nextFloat();
        // rarely the first tier, so that it is often too small for k
        tiers[item] = Math.max(0, random.nextInt(tierCount + 2) - 2);
        allowed[item] = random.nextInt(seed % 7 + 1) == 0;
      }

      Ranking ranking = new Ranking(k, tierCount, item -> allowed[item], item -> tiers[item]);
      List<Integer> order = new ArrayList<>(IntStream.range(0, items).boxed().toList());
      Collections.shuffle(order, random);
      order.forEach(item -> ranking.offer(item, scores[item]));

      assertThat(ranking.ranked())
          .as("seed=%d, items=%d, k=%d", seed, items, k)
          .isEqualTo(sorted(scores, tiers, allowed, k));
    }
  }

  @Test
  void asksOnlyAboutItemsThatReachTheThreshold() {
    int[] asked = {0};
    Ranking ranking =
        new Ranking(
            1,
            1,
            item -> {
              asked[0]++;
              return true;
            },
            item -> 0);
    for (int item = 0; item < 1000; item++) {
      ranking.offer(item, -item);
    }

    assertThat(asked[0]).isEqualTo(1);
    assertThat(ranking.ranked()).containsExactly(new ScoredItem(0, 0f));
  }
}
