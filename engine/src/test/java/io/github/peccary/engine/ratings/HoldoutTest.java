package io.github.peccary.engine.ratings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.peccary.engine.ratings.Holdout.Scope;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HoldoutTest {
  @TempDir private Path folder;
  private RatingMatrix matrix;

  @BeforeEach
  void open() throws IOException {
    var triples = RatingMatrices.random(80, 30, 0.3, 7);
    matrix = RatingMatrices.open(folder.resolve("r.safetensors"), triples);
  }

  @AfterEach
  void close() {
    matrix.close();
  }

  @Test
  void randomHoldsOutTheFractionAskedFor() {
    Holdout holdout = Holdout.random(matrix, Scope.RATINGS, 0.1, 42);
    int held = 0;
    for (int user = 0; user < 1000; user++) {
      for (int item = 0; item < 1000; item++) {
        held += holdout.contains(user, item, 5) ? 1 : 0;
      }
    }
    // one standard deviation of the binomial is 3e-4
    assertThat(held / 1e6).isCloseTo(0.1, within(1.5e-3));
  }

  @Test
  void theScopeSaysWhetherZerosCanBeHeldOut() throws IOException {
    Path file = folder.resolve("zeros.safetensors");
    var triples = RatingMatrices.random(5, 5, 0.9, 7);
    RatingMatrices.write(file, triples, Zero.RATING, Map.of(), Map.of());
    try (RatingMatrix rated = RatingMatrix.open(file, Verify.CHECKSUMS)) {
      Holdout ratings = Holdout.random(matrix, Scope.RATINGS, 0.5, 42);
      Holdout events = Holdout.random(matrix, Scope.EVENTS, 0.5, 42);
      Holdout zeros = Holdout.random(rated, Scope.RATINGS, 0.5, 42);
      for (int item = 0; item < 100; item++) {
        boolean held = ratings.contains(3, item, 1);
        assertThat(ratings.contains(3, item, 0)).isFalse();
        assertThat(ratings.contains(3, item, -0f)).isFalse();
        assertThat(events.contains(3, item, 0)).isEqualTo(held);
        assertThat(events.contains(3, item, 1)).isEqualTo(held);
        assertThat(zeros.contains(3, item, 0)).isEqualTo(held);
      }
    }
  }

  @Test
  void leaveOutTakesKOfEveryUserWhoHasEnough() {
    for (Scope scope : Scope.values()) {
      for (int[] rule : new int[][] {{1, 2}, {2, 3}, {7, 8}, {1, 9}, {3, 10}, {2, 1000}}) {
        Holdout holdout = Holdout.leaveOut(matrix, scope, rule[0], rule[1], 42);
        int usersWithEnough = 0;
        for (int user = 0; user < matrix.users(); user++) {
          int count = 0;
          int held = 0;
          for (long p = matrix.byUser().start(user); p < matrix.byUser().end(user); p++) {
            float value = matrix.byUser().value(p);
            boolean heldOut = holdout.contains(user, matrix.byUser().index(p), value);
            assertThat(heldOut && scope == Scope.RATINGS && value == 0).isFalse();
            held += heldOut ? 1 : 0;
            count += scope == Scope.EVENTS || matrix.isRating(value) ? 1 : 0;
          }
          assertThat(held)
              .as("%s k=%d least=%d user=%d", scope, rule[0], rule[1], user)
              .isEqualTo(count >= rule[1] ? rule[0] : 0);
          usersWithEnough += count >= rule[1] ? 1 : 0;
        }
        assertThat(usersWithEnough).isBetween(rule[1] < 1000 ? 1 : 0, matrix.users());
      }
    }
  }

  @Test
  void isWrittenAndReadBack() {
    for (Scope scope : Scope.values()) {
      for (Holdout holdout :
          new Holdout[] {
            Holdout.none(),
            Holdout.random(matrix, scope, 0.1, 42),
            Holdout.random(matrix, scope, 1e-7, -3),
            Holdout.random(matrix, scope, 0.25, Long.MIN_VALUE),
            Holdout.leaveOut(matrix, scope, 2, 3, 42),
            Holdout.leaveOut(matrix, scope, 2, 8, 42),
            Holdout.fold(matrix, scope, 2, 3, 42),
            Holdout.random(matrix, scope, 0.3, 42).apartFrom(Holdout.fold(matrix, scope, 1, 3, 42)),
            Holdout.leaveOut(matrix, scope, 2, 8, 42)
                .apartFrom(Holdout.leaveOut(matrix, scope, 1, 2, 43)),
            Holdout.none().apartFrom(Holdout.fold(matrix, scope, 3, 3, 42))
          }) {
        Holdout read = Holdout.parse(holdout.toString(), matrix);
        assertThat(read).hasToString(holdout.toString());
        for (int user = 0; user < matrix.users(); user++) {
          for (int item = 0; item < matrix.items(); item++) {
            for (float value : new float[] {0, 1}) {
              assertThat(read.contains(user, item, value))
                  .isEqualTo(holdout.contains(user, item, value));
              assertThat(read.trainsOn(user, item, value))
                  .isEqualTo(holdout.trainsOn(user, item, value));
            }
          }
        }
      }
    }
  }

  @Test
  void theTextTellsAll() {
    assertThat(Holdout.none()).hasToString("none");
    assertThat(Holdout.random(matrix, Scope.RATINGS, 0.1, 42))
        .hasToString("random fraction=0.1 seed=42");
    assertThat(Holdout.random(matrix, Scope.EVENTS, 0.1, 42))
        .hasToString("random fraction=0.1 seed=42 of events");
    assertThat(Holdout.leaveOut(matrix, Scope.RATINGS, 2, 3, 7))
        .hasToString("leave-out k=2 seed=7");
    assertThat(Holdout.leaveOut(matrix, Scope.EVENTS, 1, 5, 7))
        .hasToString("leave-out k=1 least=5 seed=7 of events");
    Holdout fold = Holdout.fold(matrix, Scope.EVENTS, 2, 5, 7);
    assertThat(fold).hasToString("fold number=2 of=5 seed=7 of events");
    assertThat(Holdout.random(matrix, Scope.EVENTS, 0.1, 7).apartFrom(fold))
        .hasToString(
            "random fraction=0.1 seed=7 of events, apart from fold number=2 of=5 seed=7 of events");
  }

  @Test
  void everyEventIsInOneFoldAndFoldsAreAboutEqual() {
    for (int folds : new int[] {2, 3, 10}) {
      int[] sizes = new int[folds];
      for (int user = 0; user < 200; user++) {
        for (int item = 0; item < 200; item++) {
          int found = 0;
          for (int number = 1; number <= folds; number++) {
            Holdout fold = Holdout.fold(matrix, Scope.EVENTS, number, folds, 42);
            if (fold.contains(user, item, 0)) {
              found++;
              sizes[number - 1]++;
            }
          }
          assertThat(found).as("folds=%d user=%d item=%d", folds, user, item).isOne();
        }
      }
      for (int size : sizes) {
        // 40,000 events; one standard deviation is 100 at most
        assertThat(size).isBetween(40_000 / folds - 500, 40_000 / folds + 500);
      }
    }
  }

  @Test
  void ofWhatLiesApartNothingIsHeldOutNorTrainedOn() {
    Holdout fold = Holdout.fold(matrix, Scope.RATINGS, 1, 3, 42);
    Holdout random = Holdout.random(matrix, Scope.EVENTS, 0.4, 42).apartFrom(fold);
    Holdout leaveOut = Holdout.leaveOut(matrix, Scope.EVENTS, 2, 4, 42).apartFrom(fold);
    for (int user = 0; user < matrix.users(); user++) {
      int left = 0;
      int held = 0;
      for (long p = matrix.byUser().start(user); p < matrix.byUser().end(user); p++) {
        int item = matrix.byUser().index(p);
        float value = matrix.byUser().value(p);
        boolean apart = fold.contains(user, item, value);
        for (Holdout holdout : new Holdout[] {random, leaveOut}) {
          assertThat(holdout.excludes(user, item, value)).isEqualTo(apart);
          assertThat(holdout.contains(user, item, value) && apart).isFalse();
          assertThat(holdout.trainsOn(user, item, value))
              .isEqualTo(!apart && !holdout.contains(user, item, value));
        }
        left += apart ? 0 : 1;
        held += leaveOut.contains(user, item, value) ? 1 : 0;
      }
      assertThat(held).as("user=%d", user).isEqualTo(left >= 4 ? 2 : 0);
    }
    assertThat(Holdout.none().apartFrom(fold).isNone()).isFalse();
    assertThat(random.apartFrom(Holdout.none())).isSameAs(random);
    assertThatThrownBy(() -> random.apartFrom(fold))
        .hasMessageStartingWith("only two hold-outs can lie apart: holdout=random fraction=0.4");
  }

  @Test
  void anotherSeedIsAnotherSplit() {
    Holdout first = Holdout.random(matrix, Scope.EVENTS, 0.5, 1);
    Holdout second = Holdout.random(matrix, Scope.EVENTS, 0.5, 2);
    int both = 0;
    int one = 0;
    for (int user = 0; user < 300; user++) {
      for (int item = 0; item < 300; item++) {
        boolean a = first.contains(user, item, 0);
        boolean b = second.contains(user, item, 0);
        both += a && b ? 1 : 0;
        one += a ? 1 : 0;
      }
    }
    assertThat((double) both / one).isCloseTo(0.5, within(0.01));
  }

  @Test
  void refusesWhatIsNone() {
    for (double fraction : new double[] {-0.1, 1, 2, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> Holdout.random(matrix, Scope.RATINGS, fraction, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the held-out fraction must be from 0 to less than 1: fraction=" + fraction);
    }
    assertThatThrownBy(() -> Holdout.leaveOut(matrix, Scope.RATINGS, 0, 1, 1))
        .hasMessage("held-out ratings per user must be 1 or more: k=0");
    assertThatThrownBy(() -> Holdout.leaveOut(matrix, Scope.RATINGS, 3, 3, 1))
        .hasMessage("users must have more than is held out of each: k=3, least=3");
    for (String text :
        new String[] {
          "",
          "None",
          "random",
          "random fraction=1 seed=1",
          "random fraction=0.1 seed=99999999999999999999",
          "random fraction=- seed=1",
          "random fraction=0.1 seed=1 of ratings",
          "random fraction=0.1 seed=1 of events ",
          "leave-out k=0 seed=1",
          "leave-out k=2 least=2 seed=1",
          "leave-out k=2 least= seed=1",
          "leave-out k=2147483647 seed=1",
          "leave-out k=99999999999 seed=1",
          "fold number=0 of=2 seed=1",
          "fold number=3 of=2 seed=1",
          "fold number=1 of=1 seed=1",
          "none, apart from half",
          "none, apart from fold number=1 of=2 seed=1, apart from fold number=2 of=2 seed=1",
          "latest k=1",
          "since time=2024-01-31",
          "since time=now of events"
        }) {
      assertThatThrownBy(() -> Holdout.parse(text, matrix))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> Holdout.parse("half", matrix))
        .hasMessage(
            "a hold-out must be 'none', 'random fraction=… seed=…', 'leave-out k=… [least=…] seed=…',"
                + " 'latest k=… [least=…] seed=…', 'since time=…' or 'fold number=… of=… seed=…',"
                + " perhaps with ' of events': holdout=half");
    for (String text : new String[] {"latest k=1 seed=1", "since time=2024-01-31T00:00:00Z"}) {
      assertThatThrownBy(() -> Holdout.parse(text, matrix))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith(
              "the ratings must have times to hold out by them: holdout=" + text + "; load them");
    }
  }

  @Test
  void onlyOneThatHoldsNothingIsNone() {
    assertThat(Holdout.none().isNone()).isTrue();
    assertThat(Holdout.random(matrix, Scope.EVENTS, 0, 1).isNone()).isTrue();
    assertThat(Holdout.random(matrix, Scope.EVENTS, 0.1, 1).isNone()).isFalse();
  }
}
