package io.github.peccary.engine.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RatingMetricsTest {
  @Test
  void worksOutTheTextbookExample() {
    RatingMetrics metrics = new RatingMetrics();
    metrics.add(4, 5);
    metrics.add(3, 1);
    metrics.add(2, 2);
    metrics.add(4.5, 1.5);

    assertThat(metrics.count()).isEqualTo(4);
    assertThat(metrics.rmse()).isCloseTo(Math.sqrt(14.0 / 4), within(1e-12));
    assertThat(metrics.mae()).isCloseTo(6.0 / 4, within(1e-12));
  }

  @Test
  void piecesCombineToTheWhole() {
    RatingMetrics left = new RatingMetrics();
    left.add(1, 2);
    RatingMetrics right = new RatingMetrics();
    right.add(7, 4);
    right.add(0, 0);

    RatingMetrics whole = new RatingMetrics();
    whole.add(left);
    whole.add(right);

    assertThat(whole.count()).isEqualTo(3);
    assertThat(whole.rmse()).isCloseTo(Math.sqrt(10.0 / 3), within(1e-12));
    assertThat(whole.mae()).isCloseTo(4.0 / 3, within(1e-12));
  }

  @Test
  void nothingAddedIsNotAPerfectScore() {
    assertThat(new RatingMetrics().rmse()).isNaN();
    assertThat(new RatingMetrics().mae()).isNaN();
  }

  @Test
  void aPredictionThatIsNotFiniteShows() {
    RatingMetrics metrics = new RatingMetrics();
    metrics.add(3, 3);
    metrics.add(Double.NaN, 3);

    assertThat(metrics.rmse()).isNaN();
    assertThat(metrics.mae()).isNaN();
  }

  @Test
  void smallErrorsAreNotLostInAMillionOfThem() {
    RatingMetrics metrics = new RatingMetrics();
    for (int i = 0; i < 1_000_000; i++) {
      metrics.add(5.001, 5);
    }

    assertThat(metrics.rmse()).isCloseTo(0.001, within(1e-9));
    assertThat(metrics.mae()).isCloseTo(0.001, within(1e-9));
  }
}
