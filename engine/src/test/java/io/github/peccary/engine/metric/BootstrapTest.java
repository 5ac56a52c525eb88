package io.github.peccary.engine.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.peccary.engine.metric.Bootstrap.Interval;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BootstrapTest {
  @Test
  void worksOutByHand() {
    // of 256 samples of four, 81 have the mean 0, so that the lowest 2.5 % are among them; one has
    // the mean 8 and twelve have 6, so that the highest 2.5 % begin among these
    assertThat(Bootstrap.interval(new double[] {0, 8, 0, 0})).isEqualTo(new Interval(0, 6));
  }

  @Test
  void oneValueOrEqualOnesLeaveNoDoubt() {
    assertThat(Bootstrap.interval(new double[] {0.25})).isEqualTo(new Interval(0.25, 0.25));
    assertThat(Bootstrap.interval(new double[] {0.5, 0.5, 0.5})).isEqualTo(new Interval(0.5, 0.5));
  }

  @Test
  void comesNearTheNormalIntervalOfManyValues() {
    Random random = new Random(42);
    double[] values = random.doubles(2000).toArray();
    double mean = Arrays.stream(values).average().orElseThrow();
    double variance =
        Arrays.stream(values).map(x -> (x - mean) * (x - mean)).average().orElseThrow();
    double half = 1.96 * Math.sqrt(variance / values.length);

    Interval interval = Bootstrap.interval(values);

    assertThat(interval.low()).as("seed=42").isCloseTo(mean - half, within(half / 8));
    assertThat(interval.high()).as("seed=42").isCloseTo(mean + half, within(half / 8));
    assertThat(Bootstrap.interval(values)).isEqualTo(interval);
  }

  @Test
  void holdsTheTrueMeanNineteenTimesOfTwenty() {
    Random random = new Random(42);
    int rounds = 300;
    int held = 0;
    for (int round = 0; round < rounds; round++) {
      double[] values = random.doubles(150).map(x -> x < 0.3 ? 1 : 0).toArray();
      Interval interval = Bootstrap.interval(values);
      held += interval.low() <= 0.3 && 0.3 <= interval.high() ? 1 : 0;
    }
    // three standard errors of such a share are 0.04
    assertThat((double) held / rounds).as("seed=42").isCloseTo(0.95, within(0.04));
  }

  @Test
  void refusesWhatMakesNoSense() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Bootstrap.interval(new double[0]))
        .withMessage("there must be a value to draw: values=0");
  }
}
