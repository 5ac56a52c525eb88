package io.github.peccary.tools.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ItemSamplerTest {
  private static final int[] WEIGHTS = PowerLaw.sizes(40, 400, 60, 2);

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 20, 21, 39, 40})
  void aUserHasNoItemTwiceAndTheScratchIsLeftEmpty(int size) {
    ItemSampler sampler = new ItemSampler(WEIGHTS, 40L * size, new SplittableRandom(1));
    SplittableRandom random = new SplittableRandom(2);
    BitSet taken = new BitSet();
    BitSet drawn = new BitSet();
    for (int user = 0; user < 40; user++) {
      int[] row = new int[size];
      sampler.draw((long) user * size, size, row, taken, random);
      assertThat(Arrays.stream(row).distinct().count()).as("user=%d", user).isEqualTo(size);
      assertThat(taken.isEmpty()).isTrue();
      Arrays.stream(row).forEach(drawn::set);
    }
    assertThat(drawn.cardinality()).as("every item has a rating").isEqualTo(WEIGHTS.length);
  }

  /// Half of the items are drawn by repeated draws, one more by waiting times: two ways to the same
  /// distribution, so the shares of the items can hardly differ.
  @Test
  void bothWaysOfDrawingFavourTheSameItems() {
    double[] repeated = shares(20);
    double[] waiting = shares(21);
    for (int item = 0; item < WEIGHTS.length; item++) {
      assertThat(waiting[item] - repeated[item])
          .as("item=%d", item)
          .isCloseTo(0.025, within(0.045));
    }
    assertThat(repeated[0]).isGreaterThan(0.95);
    assertThat(repeated[WEIGHTS.length - 1]).isLessThan(0.4);
  }

  /// The share of users who draw each item.
  private static double[] shares(int size) {
    int users = 10_000;
    ItemSampler sampler = new ItemSampler(WEIGHTS, (long) users * size, new SplittableRandom(3));
    SplittableRandom random = new SplittableRandom(4);
    double[] shares = new double[WEIGHTS.length];
    int[] row = new int[size];
    for (int user = 0; user < users; user++) {
      sampler.draw((long) user * size, size, row, new BitSet(), random);
      for (int item : row) {
        shares[item] += 1.0 / users;
      }
    }
    return shares;
  }
}
