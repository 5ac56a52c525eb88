package io.github.peccary.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RatedRowsTest {
  @TempDir private Path folder;

  @Test
  void thoseWithARatingAreNumberedInTheOrderOfTheFile() throws IOException {
    try (RatingMatrix ratings = RatingMatrices.open(folder.resolve("sparse"), sparse());
        Workers workers = new Workers(2)) {
      RatedRows users = RatedRows.users(ratings, workers);
      RatedRows items = RatedRows.items(ratings, workers);
      checkCounts(ratings, users);
      assertThat(users.size()).isPositive().isLessThan(ratings.users());
      assertThat(items.numbers()).isSorted();
      assertThat(items.size()).isLessThan(ratings.items());
    }
  }

  private static void checkCounts(RatingMatrix ratings, RatedRows users) {
    int row = 0;
    for (int user = 0; user < ratings.users(); user++) {
      int count = 0;
      for (long at = ratings.byUser().start(user); at < ratings.byUser().end(user); at++) {
        count += ratings.byUser().value(at) != 0 ? 1 : 0;
      }
      if (count == 0) {
        assertThat(users.rows()[user]).isEqualTo(-1);
      } else {
        assertThat(users.rows()[user]).isEqualTo(row);
        assertThat(users.numbers()[row]).isEqualTo(user);
        assertThat(users.counts()[row]).isEqualTo(count);
        row++;
      }
    }
    assertThat(users.size()).isEqualTo(row);
  }

  @Test
  void dealtRowsAreAllRowsOnceInAnOrderOfTheSeed() throws IOException {
    try (RatingMatrix ratings = RatingMatrices.open(folder.resolve("sparse"), sparse())) {
      RatedRows dealt = RatedRows.dealt(ratings.byItem(), 1);
      RatedRows all = RatedRows.all(ratings.byItem());
      assertThat(all.numbers()).isSorted().hasSize(ratings.items());
      assertThat(dealt.numbers())
          .isEqualTo(RatedRows.dealt(ratings.byItem(), 1).numbers())
          .isNotEqualTo(RatedRows.dealt(ratings.byItem(), 2).numbers())
          .containsExactlyInAnyOrder(all.numbers());
      for (int item = 0; item < ratings.items(); item++) {
        int row = dealt.rows()[item];
        assertThat(dealt.numbers()[row]).isEqualTo(item);
        assertThat((long) dealt.counts()[row])
            .isEqualTo(ratings.byItem().end(item) - ratings.byItem().start(item));
      }
    }
  }

  @Test
  void scatteredRowsStandWhereTheyBelongAndTheOthersHaveTheConstantOnly() throws IOException {
    try (RatingMatrix ratings = RatingMatrices.open(folder.resolve("sparse"), sparse());
        Workers workers = new Workers(2);
        Arena arena = Arena.ofShared()) {
      RatedRows users = RatedRows.users(ratings, workers);
      FactorMatrix byRow = FactorMatrix.allocate(arena, users.size(), 3);
      float[] biases = new float[users.size()];
      for (int row = 0; row < users.size(); row++) {
        byRow.set(row, 0, row + 1f);
        biases[row] = row + 1f;
      }
      FactorMatrix all = users.scatter(byRow, 4, arena, workers);
      float[] allBiases = users.scatter(biases);
      assertThat(all.rows()).isEqualTo(ratings.users());
      for (int user = 0; user < ratings.users(); user++) {
        int row = users.rows()[user];
        assertThat(all.get(user, 0)).isEqualTo(row + 1f); // -1 for no row: 0
        assertThat(allBiases[user]).isEqualTo(row + 1f);
        assertThat(all.get(user, 4)).isEqualTo(row < 0 ? 1f : 0f);
      }
      assertThat(users.scatter(byRow, -1, arena, workers).get(ratings.users() - 1, 4)).isZero();
    }
  }

  /// Some users and items have implicit events only.
  private static RatingMatrices.Triple[] sparse() {
    RatingMatrices.Triple[] triples = new RatingMatrices.Triple[60];
    for (int n = 0; n < triples.length; n++) {
      int value = n % 20 % 3 == 0 ? 5 : 0;
      triples[n] = RatingMatrices.triple("u" + n % 20, "i" + n, value);
    }
    return triples;
  }
}
