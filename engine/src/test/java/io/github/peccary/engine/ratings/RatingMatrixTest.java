package io.github.peccary.engine.ratings;

import static io.github.peccary.engine.ratings.RatingMatrices.triple;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.ratings.RatingMatrices.Triple;
import io.github.peccary.engine.storage.Verify;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RatingMatrixTest {

  @TempDir Path folder;

  @Test
  void holdsTheEventsByUserAndByItem() throws Exception {
    List<Triple> triples = RatingMatrices.random(40, 60, 0.2, 1);
    try (RatingMatrix matrix = RatingMatrices.open(folder.resolve("r.safetensors"), triples)) {
      List<Triple> byUser = new ArrayList<>();
      List<Triple> byItem = new ArrayList<>();
      for (int user = 0; user < matrix.users(); user++) {
        for (long p = matrix.byUser().start(user); p < matrix.byUser().end(user); p++) {
          byUser.add(
              new Triple(
                  matrix.userIds().id(user),
                  matrix.itemIds().id(matrix.byUser().index(p)),
                  matrix.byUser().value(p)));
        }
      }
      for (int item = 0; item < matrix.items(); item++) {
        for (long p = matrix.byItem().start(item); p < matrix.byItem().end(item); p++) {
          byItem.add(
              new Triple(
                  matrix.userIds().id(matrix.byItem().index(p)),
                  matrix.itemIds().id(item),
                  matrix.byItem().value(p)));
        }
      }
      assertThat(byUser).containsExactlyInAnyOrderElementsOf(triples);
      assertThat(byItem).containsExactlyInAnyOrderElementsOf(triples);
      long zeros = triples.stream().filter(triple -> triple.value() == 0).count();
      assertThat(matrix.implicitEvents()).isEqualTo(zeros).isPositive();
      assertThat(matrix.ratings()).isEqualTo(triples.size() - zeros);
      assertThat(matrix.minRating()).isEqualTo(1f);
      assertThat(matrix.maxRating()).isEqualTo(10f);
    }
  }

  @Test
  void findsIdsAndTitles() throws Exception {
    Path file = folder.resolve("r.safetensors");
    List<Triple> triples =
        List.of(triple("b", "é", 1), triple("a", "\uD83D\uDC17", 2), triple("a", "\uFF5E", 3));
    RatingMatrices.write(file, triples, Zero.RATING, Map.of("é", "Une vie"), Map.of("x", "y"));
    try (RatingMatrix matrix = RatingMatrix.open(file, Verify.STRUCTURE)) {
      for (String id : List.of("é", "\uD83D\uDC17", "\uFF5E")) {
        assertThat(matrix.itemIds().id(matrix.itemIds().indexOf(id))).isEqualTo(id);
      }
      assertThat(matrix.userIds().indexOf("a")).isZero();
      assertThat(matrix.userIds().indexOf("b")).isEqualTo(1);
      assertThat(matrix.userIds().indexOf("")).isEqualTo(-1);
      assertThat(matrix.userIds().indexOf("ab")).isEqualTo(-1);
      assertThat(matrix.userIds().indexOf("\uD83D")).isEqualTo(-1);
      Titles titles = Objects.requireNonNull(matrix.titles());
      assertThat(titles.title(matrix.itemIds().indexOf("é"))).isEqualTo("Une vie");
      assertThat(titles.title(matrix.itemIds().indexOf("\uFF5E"))).isNull();
      assertThat(matrix.metadata()).containsEntry("x", "y");
    }
  }
}
