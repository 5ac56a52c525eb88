package io.github.peccary.engine.ratings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HoldoutTest {

  @TempDir Path folder;

  @Test
  void randomHoldsOutTheFractionAskedFor() {
    Holdout holdout = Holdout.random(0.1, 42);
    int held = 0;
    for (int user = 0; user < 1000; user++) {
      for (int item = 0; item < 1000; item++) {
        held += holdout.contains(user, item) ? 1 : 0;
      }
    }
    // one standard deviation of the binomial is 3e-4
    assertThat(held / 1e6).isCloseTo(0.1, within(1.5e-3));
  }

  @Test
  void leaveOutTakesKRatingsOfEveryUserWhoHasMore() throws Exception {
    var triples = RatingMatrices.random(80, 30, 0.3, 7);
    try (RatingMatrix matrix = RatingMatrices.open(folder.resolve("r.safetensors"), triples)) {
      for (int k : new int[] {1, 2, 7}) {
        Holdout holdout = Holdout.leaveOut(matrix, k, 42);
        int usersWithMore = 0;
        for (int user = 0; user < matrix.users(); user++) {
          int ratings = 0;
          int held = 0;
          for (long p = matrix.byUser().start(user); p < matrix.byUser().end(user); p++) {
            if (matrix.isRating(matrix.byUser().value(p))) {
              ratings++;
              held += holdout.contains(user, matrix.byUser().index(p)) ? 1 : 0;
            }
          }
          assertThat(held).as("k=%s user=%s", k, user).isEqualTo(ratings > k ? k : 0);
          usersWithMore += ratings > k ? 1 : 0;
        }
        assertThat(usersWithMore).isBetween(1, matrix.users());
      }
    }
  }

  @Test
  void isWrittenAndReadBack() throws Exception {
    var triples = RatingMatrices.random(30, 30, 0.3, 7);
    try (RatingMatrix matrix = RatingMatrices.open(folder.resolve("r.safetensors"), triples)) {
      for (Holdout holdout :
          new Holdout[] {
            Holdout.none(),
            Holdout.random(0.1, 42),
            Holdout.random(1e-7, -3),
            Holdout.random(0.25, Long.MIN_VALUE),
            Holdout.leaveOut(matrix, 2, 42)
          }) {
        Holdout read = Holdout.parse(holdout.toString(), matrix);
        assertThat(read).hasToString(holdout.toString());
        for (int user = 0; user < matrix.users(); user++) {
          for (int item = 0; item < matrix.items(); item++) {
            assertThat(read.contains(user, item)).isEqualTo(holdout.contains(user, item));
          }
        }
      }
    }
    assertThat(Holdout.random(0.1, 42)).hasToString("random fraction=0.1 seed=42");
    assertThat(Holdout.none()).hasToString("none");
  }

  @Test
  void anotherSeedIsAnotherSplit() {
    int both = 0;
    int one = 0;
    for (int user = 0; user < 300; user++) {
      for (int item = 0; item < 300; item++) {
        boolean a = Holdout.random(0.5, 1).contains(user, item);
        boolean b = Holdout.random(0.5, 2).contains(user, item);
        both += a && b ? 1 : 0;
        one += a ? 1 : 0;
      }
    }
    assertThat((double) both / one).isCloseTo(0.5, within(0.01));
  }

  @Test
  void refusesWhatIsNone() throws Exception {
    for (double fraction : new double[] {-0.1, 1, 2, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> Holdout.random(fraction, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the held-out fraction must be from 0 to less than 1: fraction=" + fraction);
    }
    var triples = RatingMatrices.random(3, 3, 1, 7);
    try (RatingMatrix matrix = RatingMatrices.open(folder.resolve("r.safetensors"), triples)) {
      assertThatThrownBy(() -> Holdout.leaveOut(matrix, 0, 1))
          .hasMessage("held-out ratings per user must be 1 or more: k=0");
      for (String text :
          new String[] {
            "",
            "None",
            "random",
            "random fraction=1 seed=1",
            "random fraction=0.1 seed=99999999999999999999",
            "random fraction=- seed=1",
            "leave-out k=0 seed=1",
            "leave-out k=99999999999 seed=1"
          }) {
        assertThatThrownBy(() -> Holdout.parse(text, matrix))
            .as(text)
            .isInstanceOf(IllegalArgumentException.class);
      }
      assertThatThrownBy(() -> Holdout.parse("half", matrix))
          .hasMessage(
              "a hold-out must be 'none', 'random fraction=… seed=…' or 'leave-out k=… seed=…':"
                  + " holdout=half");
    }
  }

  @Test
  void onlyOneThatHoldsNothingIsNone() {
    assertThat(Holdout.none().isNone()).isTrue();
    assertThat(Holdout.random(0, 1).isNone()).isTrue();
    assertThat(Holdout.random(0.1, 1).isNone()).isFalse();
  }
}
