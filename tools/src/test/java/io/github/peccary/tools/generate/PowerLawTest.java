package io.github.peccary.tools.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PowerLawTest {
  @ParameterizedTest
  @CsvSource({
    "278858, 1149480, 13602, 0.4",
    "340553, 1149480, 2502, 7",
    "5000, 39960, 600, 0.4",
    "10, 10, 1, 0",
    "10, 11, 2, 3",
    "10, 100, 10, 3",
    "3, 28, 10, 0",
    "1, 7, 7, 1",
  })
  void theTotalsAreExact(int count, int total, int largest, double shift) {
    int[] sizes = PowerLaw.sizes(count, total, largest, shift);
    assertThat(sizes).hasSize(count);
    assertThat(Arrays.stream(sizes).asLongStream().sum()).isEqualTo(total);
    assertThat(sizes[0]).isEqualTo(largest);
    assertThat(Arrays.stream(sizes).min().orElseThrow()).isPositive();
    assertThat(Arrays.stream(sizes).max()).hasValue(largest);
  }

  @ParameterizedTest
  @CsvSource({"10, 9, 1", "10, 101, 10", "10, 10, 2"})
  void whatCannotBeIsRefused(int count, int total, int largest) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PowerLaw.sizes(count, total, largest, 1))
        .withMessage("no such numbers: count=%d, total=%d, largest=%d", count, total, largest);
  }

  /// A straight line in the logarithms: where the rank doubles, the size falls by one factor.
  @Test
  void sizesFallAsAPowerOfTheRank() {
    int[] sizes = PowerLaw.sizes(200_000, 1_000_000, 10_000, 0);
    double early = Math.log((double) sizes[9] / sizes[99]) / Math.log(10);
    double late = Math.log((double) sizes[99] / sizes[999]) / Math.log(10);
    assertThat(early).isBetween(0.5, 1.5);
    assertThat(late).isCloseTo(early, org.assertj.core.data.Offset.offset(0.05));
  }
}
