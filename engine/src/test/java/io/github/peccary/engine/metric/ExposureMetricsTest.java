package io.github.peccary.engine.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ExposureMetricsTest {
  @Test
  void worksOutByHand() {
    int[] shown = {3, 0, 1, 0};

    assertThat(ExposureMetrics.coverage(shown)).isEqualTo(0.5);
    // by rising exposure 0 0 1 3: (−3·0 − 1·0 + 1·1 + 3·3) / (4 · 4)
    assertThat(ExposureMetrics.gini(shown)).isEqualTo(10.0 / 16);
    assertThat(ExposureMetrics.meanPopularity(shown, new int[] {10, 99, 2, 99}))
        .isEqualTo((3 * 10 + 2) / 4.0);
  }

  @Test
  void theEvenAndTheLopsided() {
    int[] even = {7, 7, 7, 7, 7};
    int[] lopsided = {0, 0, 35, 0, 0};

    assertThat(ExposureMetrics.gini(even)).isZero();
    assertThat(ExposureMetrics.coverage(even)).isEqualTo(1);
    assertThat(ExposureMetrics.gini(lopsided)).isCloseTo(0.8, within(1e-12));
    assertThat(ExposureMetrics.coverage(lopsided)).isEqualTo(0.2);
  }

  @Test
  void nothingShownIsZero() {
    for (int[] shown : new int[][] {{}, {0, 0}}) {
      assertThat(ExposureMetrics.coverage(shown)).isZero();
      assertThat(ExposureMetrics.gini(shown)).isZero();
      assertThat(ExposureMetrics.meanPopularity(shown, shown)).isZero();
    }
  }

  @Test
  void giniIsHalfTheMeanDifferenceOfTwoItems() {
    Random random = new Random(42);
    for (int round = 0; round < 200; round++) {
      int[] shown = random.ints(1 + random.nextInt(30), 0, 9).toArray();
      double differences = 0;
      double sum = 0;
      for (int one : shown) {
        for (int other : shown) {
          differences += Math.abs(one - other);
        }
        sum += one;
      }
      double expected = sum == 0 ? 0 : differences / (2.0 * shown.length * sum);
      assertThat(ExposureMetrics.gini(shown))
          .as("seed=42 round=" + round)
          .isCloseTo(expected, within(1e-12));
    }
  }

  @Test
  void refusesWhatMakesNoSense() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ExposureMetrics.meanPopularity(new int[2], new int[3]))
        .withMessage("every item must have its number of events: shown=2, events=3");
  }
}
