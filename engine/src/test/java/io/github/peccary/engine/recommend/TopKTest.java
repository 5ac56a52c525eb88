package io.github.peccary.engine.recommend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TopKTest {
  private static final Comparator<ScoredItem> BEST_FIRST =
      Comparator.comparingDouble((ScoredItem item) -> -item.score())
          .thenComparingInt(ScoredItem::item);

  @Test
  void equalsSortingEverything() {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      int count = random.nextInt(200);
      int k = 1 + random.nextInt(60);
      // few distinct scores make many ties; negative and infinite ones are scores like any other
      float[] palette = {Float.NEGATIVE_INFINITY, -Float.MAX_VALUE, -2, -1, 0, 1e-30f, 1, 2, 3};
      List<ScoredItem> offered = new ArrayList<>();
      for (int item = 0; item < count; item++) {
        float score =
            seed % 2 == 0 ? palette[random.nextInt(palette.length)] : (float) random.nextGaussian();
        offered.add(new ScoredItem(item, score));
      }
      Collections.shuffle(offered, random);

      TopK top = new TopK(k);
      offered.forEach(item -> top.offer(item.item(), item.score()));

      List<ScoredItem> expected = offered.stream().sorted(BEST_FIRST).limit(k).toList();
      assertThat(top.ranked()).as("seed=%d, count=%d, k=%d", seed, count, k).isEqualTo(expected);
      assertThat(top.size()).isEqualTo(expected.size());
    }
  }

  @Test
  void keepsNegativeScoresWhenThereIsNothingBetter() {
    TopK top = new TopK(2);
    top.offer(7, -5f);
    top.offer(3, Float.NEGATIVE_INFINITY);

    assertThat(top.ranked())
        .containsExactly(new ScoredItem(7, -5f), new ScoredItem(3, Float.NEGATIVE_INFINITY));
  }

  @Test
  void theThresholdIsTheWorstScoreOnceFull() {
    TopK top = new TopK(2);
    assertThat(top.threshold()).isEqualTo(Float.NEGATIVE_INFINITY);
    top.offer(0, 4f);
    assertThat(top.isFull()).isFalse();
    assertThat(top.threshold()).isEqualTo(Float.NEGATIVE_INFINITY);
    top.offer(1, 2f);
    assertThat(top.isFull()).isTrue();
    assertThat(top.threshold()).isEqualTo(2f);
    top.offer(2, 3f);
    assertThat(top.threshold()).isEqualTo(3f);
  }

  @Test
  void notANumberRanksLastButIsKeptWhenThereIsRoom() {
    TopK top = new TopK(2);
    top.offer(0, Float.NaN);
    top.offer(1, -1f);
    assertThat(top.ranked().getFirst().item()).isEqualTo(1);

    top.offer(2, -2f);
    assertThat(top.ranked()).containsExactly(new ScoredItem(1, -1f), new ScoredItem(2, -2f));
  }

  @Test
  void refusesAnEmptyList() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TopK(0))
        .withMessage("k must be at least 1: k=0");
  }
}
