package io.github.peccary.tools.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShapeTest {
  @Test
  void bookCrossingHasTheNumbersOfTheOriginal() {
    Shape shape = Shape.named("book-crossing");
    assertThat(shape.users()).isEqualTo(278_858);
    assertThat(shape.items()).isEqualTo(340_553);
    assertThat(shape.rows()).isEqualTo(1_149_780);
    assertThat(shape.books()).isEqualTo(271_379);
    int pairs = shape.rows() - shape.duplicates();
    int[] users = PowerLaw.sizes(shape.users(), pairs, shape.heaviestUser(), Population.USER_SHIFT);
    int[] items = PowerLaw.sizes(shape.items(), pairs, shape.hottestItem(), Population.ITEM_SHIFT);
    assertThat(singles(users)).isBetween(0.5, 0.65);
    assertThat(singles(items)).isBetween(0.5, 0.65);
  }

  private static double singles(int[] sizes) {
    return (double) Arrays.stream(sizes).filter(size -> size == 1).count() / sizes.length;
  }

  @Test
  void anUnknownNameIsAnsweredWithTheKnownOnes() {
    assertThat(Shape.names())
        .allSatisfy(name -> assertThat(Shape.named(name).name()).isEqualTo(name));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Shape.named("netflix"))
        .withMessage("the shape must be one of book-crossing, small: shape='netflix'");
  }

  @ParameterizedTest
  @CsvSource({"1000, 800, 9000", "100, 100, 2000", "50, 5000, 6000", "5000, 50, 6000", "2, 2, 2"})
  void aShapeOfAnySizeCanBeMadeOrIsRefused(int users, int items, int rows) {
    if ((double) rows > 0.2 * users * items) {
      assertThatIllegalArgumentException().isThrownBy(() -> Shape.of(users, items, rows));
      return;
    }
    Shape shape = Shape.of(users, items, rows);
    Population population = Population.make(shape, new SplittableRandom(1));
    assertThat(population.items()).hasSize(rows - shape.duplicates());
    assertThat(Arrays.stream(population.items()).distinct().count()).isEqualTo(items);
    assertThat(population.userSizes()).hasSize(users);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0|10|10|there must be a user: users=0; choose other numbers",
        "10|0|10|there must be an item: items=0; choose other numbers",
        "100|50|99|every user and every item must have a row (users=100, items=50): rows=99; choose other numbers",
        "20|20|81|at most a fifth of all pairs can be rows (users=20, items=20): rows=81; choose other numbers",
        "100|50|-1|every user and every item must have a row (users=100, items=50): rows=-1; choose other numbers",
      })
  void whatCannotBeIsRefusedInOneSentence(int users, int items, int rows, String sentence) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Shape.of(users, items, rows))
        .withMessage(sentence);
  }
}
