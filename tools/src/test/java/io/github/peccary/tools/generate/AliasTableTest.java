package io.github.peccary.tools.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AliasTableTest {
  private static final int DRAWS = 200_000;

  @ParameterizedTest
  @ValueSource(strings = {"700,1,1,40,300,1,5,90", "3,3,3,3", "9", "1,1000000"})
  void numbersAreDrawnAsOftenAsTheirWeightsSay(String list) {
    int[] weights = Stream.of(list.split(",")).mapToInt(Integer::parseInt).toArray();
    int[] counts = new int[weights.length];
    AliasTable table = new AliasTable(weights);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < DRAWS; i++) {
      counts[table.draw(random)]++;
    }
    for (int i = 0; i < weights.length; i++) {
      double share = weights[i] / (double) Arrays.stream(weights).sum();
      double deviation = Math.sqrt(DRAWS * share * (1 - share));
      assertThat((double) counts[i])
          .as("number=%d", i)
          .isCloseTo(DRAWS * share, within(5 * deviation + 1));
    }
  }
}
