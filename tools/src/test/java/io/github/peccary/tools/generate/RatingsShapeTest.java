package io.github.peccary.tools.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RatingsShapeTest {
  @Test
  void largeHasAHeavyHeadAndALongTail() {
    RatingsShape shape = RatingsShape.large();
    int[] users = shape.userSizes();
    assertThat(users[0]).isEqualTo(shape.heaviestUser()).isEqualTo(2_000);
    assertThat(users[users.length / 2]).isBetween(40, 70); // the mean is 100
    int[] items = shape.itemWeights();
    assertThat(items[0]).isEqualTo(40_000);
    assertThat(items[items.length / 2]).isBetween(40, 100); // the mean is 400
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "1, 9, 9",
    "9, 1, 9",
    "3, 3, 9",
    "10, 10, 10",
    "7, 1000, 1001",
    "1000, 7, 1500",
    "1000, 50, 50000",
    "1000, 50, 49999",
    "2000000, 500000, 200000000",
    "100000, 200000, 5000000000",
  })
  void theLawsFitAnyNumbers(int users, int items, long ratings) {
    RatingsShape shape = RatingsShape.of(users, items, ratings);
    check(shape.userSizes(), items, ratings);
    check(shape.itemWeights(), users, ratings);
  }

  private static void check(int[] sizes, int most, long total) {
    assertThat(Arrays.stream(sizes).asLongStream().sum()).isEqualTo(total);
    assertThat(sizes[0]).isLessThanOrEqualTo(most);
    assertThat(sizes[sizes.length - 1]).isPositive();
    for (int i = 1; i < sizes.length; i++) {
      if (sizes[i] > sizes[i - 1]) {
        throw new AssertionError("sizes must fall: rank=" + i);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0|5|5|users and items must be from 1 to 100000000 each: users=0, items=5, ratings=5; choose other numbers",
        "5|-1|5|users and items must be from 1 to 100000000 each: users=5, items=-1, ratings=5; choose other numbers",
        "5|2147483647|5|users and items must be from 1 to 100000000 each: users=5, items=2147483647, ratings=5; choose other numbers",
        "5|6|5|every user and every item must have a rating: users=5, items=6, ratings=5; choose other numbers",
        "5|6|31|a user can rate an item once, so that there must be as many pairs as ratings: users=5, items=6, ratings=31; choose other numbers",
        "200000|200000|10000000001|there can be at most 10000000000 ratings: users=200000, items=200000, ratings=10000000001; choose other numbers",
      })
  void whatCannotBeIsRefusedInOneSentence(int users, int items, long ratings, String sentence) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RatingsShape.of(users, items, ratings))
        .withMessage(sentence);
  }
}
