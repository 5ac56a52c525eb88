package io.github.peccary.tools.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who meets what, and what he says of it.
class PopulationTest {
  private static final Shape SHAPE = Shape.small();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void everyUserAndEveryItemHasItsShareAndNoPairOccursTwice(long seed) {
    Population population = Population.make(SHAPE, new SplittableRandom(seed));
    assertThat(population.userSizes()[SHAPE.heaviestUserId() - 1])
        .isEqualTo(SHAPE.heaviestUser())
        .isEqualTo(Arrays.stream(population.userSizes()).max().orElseThrow());
    int[] itemSizes = new int[SHAPE.items()];
    int event = 0;
    for (int size : population.userSizes()) {
      assertThat(size).isPositive();
      Set<Integer> own = new HashSet<>();
      for (int end = event + size; event < end; event++) {
        assertThat(own.add(population.items()[event])).as("seed=%d", seed).isTrue();
        itemSizes[population.items()[event]]++;
      }
    }
    assertThat(event).isEqualTo(SHAPE.rows() - SHAPE.duplicates());
    assertThat(itemSizes[0]).isEqualTo(SHAPE.hottestItem());
    assertThat(Arrays.stream(itemSizes).min().orElseThrow()).isPositive();
    int[] falling = itemSizes.clone();
    Arrays.sort(falling);
    for (int i = 0; i < itemSizes.length; i++) {
      assertThat(itemSizes[i]).isEqualTo(falling[falling.length - 1 - i]);
    }
  }

  @Test
  void usersReadMostlyTheirGenre() {
    Population population = Population.make(SHAPE, new SplittableRandom(4));
    int faithful = 0;
    int event = 0;
    for (int user = 0; user < SHAPE.users(); user++) {
      for (int end = event + population.userSizes()[user]; event < end; event++) {
        int genre = population.taste().itemGenre(population.items()[event]);
        faithful += genre == population.taste().userGenre(user) ? 1 : 0;
      }
    }
    assertThat((double) faithful / event).isBetween(0.42, 0.6); // by chance it would be 0.16
  }

  @ParameterizedTest
  @ValueSource(longs = {5, 6, 7})
  void valuesHaveTheMomentsAskedFor(long seed) {
    byte[] values = Population.make(SHAPE, new SplittableRandom(seed)).values();
    int zeros = 0;
    int ratings = 0;
    long sum = 0;
    for (byte value : values) {
      assertThat(value).isBetween((byte) 0, (byte) 10);
      zeros += value == 0 ? 1 : 0;
      ratings += value == 0 ? 0 : 1;
      sum += value;
    }
    assertThat((double) zeros / values.length).as("seed=%d", seed).isCloseTo(0.62, within(0.01));
    assertThat((double) sum / ratings).as("seed=%d", seed).isCloseTo(7.6, within(0.02));
  }

  /// The planted score leaves the noise; the biases alone would leave the factors, too.
  @Test
  void thePlantedModelExplainsTheRatings() {
    Population population = Population.make(SHAPE, new SplittableRandom(8));
    double squares = 0;
    double residuals = 0;
    double scores = 0;
    int ratings = 0;
    int event = 0;
    double mean = meanScore(population);
    for (int user = 0; user < SHAPE.users(); user++) {
      for (int end = event + population.userSizes()[user]; event < end; event++) {
        int value = population.values()[event];
        if (value > 0) {
          double score = population.taste().score(user, population.items()[event]) - mean;
          squares += (value - 7.6) * (value - 7.6);
          residuals += (value - 7.6 - score) * (value - 7.6 - score);
          scores += score * score;
          ratings++;
        }
      }
    }
    assertThat(Math.sqrt(squares / ratings)).isBetween(1.7, 2.0);
    assertThat(Math.sqrt(residuals / ratings)).isBetween(0.95, 1.25);
    // biases have a variance of 0.7² + 0.5² = 0.74: the factors have more
    assertThat(scores / ratings).isBetween(2.0, 3.5);
  }

  private static double meanScore(Population population) {
    double sum = 0;
    int ratings = 0;
    int event = 0;
    for (int user = 0; user < SHAPE.users(); user++) {
      for (int end = event + population.userSizes()[user]; event < end; event++) {
        if (population.values()[event] > 0) {
          sum += population.taste().score(user, population.items()[event]);
          ratings++;
        }
      }
    }
    return sum / ratings;
  }
}
