package io.github.peccary.engine.recommend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.Models;
import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PrunedScanTest {
  private static final int USERS = 6;

  @TempDir private Path folder;

  /// How the norms of the rows are spread, and what they hold.
  enum Shape {
    EQUAL_NORMS,
    POWER_LAW,
    ONE_COLUMN,
    WHOLE_NUMBERS,
    TINY,
    HUGE,
    /// Products of rows lie where floats have few digits left, or none.
    VANISHING_PRODUCTS,
    VANISHING_ROWS,
    /// The biases of a user and an item leave few digits to the product, and then add up to 0.
    CANCELLING_BIASES,
    ZEROS
  }

  private static void fill(Shape shape, FactorMatrix rows, Random random) {
    for (int row = 0; row < rows.rows(); row++) {
      double norm = Math.sqrt(rows.squaredNorm(row));
      for (int column = 0; column < rows.rank(); column++) {
        float factor = rows.get(row, column);
        double changed =
            switch (shape) {
              case EQUAL_NORMS -> factor / norm;
              case POWER_LAW -> factor / (1 + row);
              case ONE_COLUMN -> column == row % rows.rank() ? factor * 100 : factor / 1000;
              case WHOLE_NUMBERS -> random.nextInt(3) - 1;
              case TINY -> factor * 1e-18;
              case HUGE -> factor * 1e15;
              case VANISHING_PRODUCTS -> factor * 1e-21 / (1 + row % 40);
              case VANISHING_ROWS -> factor * 1e-30 / (1 + row);
              case CANCELLING_BIASES -> factor;
              case ZEROS -> row % 3 == 0 ? 0 : factor;
            };
        rows.set(row, column, (float) changed);
      }
    }
  }

  private static void setBiases(FactorMatrix rows, int column, float bias) {
    for (int row = 0; row < rows.rows(); row++) {
      rows.set(row, column, bias);
    }
  }

  @Test
  void equalsSortingEveryItemWhateverTheRowsHold() throws IOException {
    Path file = folder.resolve("ratings.st");
    try (RatingMatrix ratings =
        RatingMatrices.open(file, RatingMatrices.random(USERS, 1000, 0.4, 1))) {
      for (Shape shape : Shape.values()) {
        for (int rank : new int[] {1, 15, 62}) {
          Random random = new Random(rank);
          Models models =
              Models.of(ratings, 5)
                  .rank(rank)
                  .rows(
                      (users, items) -> {
                        fill(shape, users, random);
                        fill(shape, items, random);
                        if (shape == Shape.CANCELLING_BIASES && rank != 15) {
                          setBiases(users, rank, -0x1p22f);
                          setBiases(items, rank + 1, 0x1p22f);
                        }
                      });
          Models plainOrNot = rank == 15 ? models.withoutBiases() : models;
          try (FactorModel model = plainOrNot.open(folder.resolve("model.st"))) {
            Recommender recommender = new Recommender(model);
            BitSet denied = new BitSet();
            random.ints(300, 0, model.items()).forEach(denied::set);
            ItemFilter filter = ItemFilter.all().deny(denied);
            for (int user = 0; user < USERS; user++) {
              for (int k : new int[] {1, 10, 2000}) {
                assertThat(recommender.recommend(user, k, filter))
                    .as("%s, rank=%d, user=%d, k=%d", shape, rank, user, k)
                    .isEqualTo(RecommenderTest.best(model, user, k, item -> !denied.get(item)));
              }
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void similarItemsEqualSortingEveryItemWhateverTheRowsHold(Shape shape) throws IOException {
    Path file = folder.resolve("ratings.st");
    try (RatingMatrix ratings =
        RatingMatrices.open(file, RatingMatrices.random(USERS, 1000, 0.4, 1))) {
      for (int rank : new int[] {1, 15, 62}) {
        Random random = new Random(rank);
        Models models =
            Models.of(ratings, 5).rank(rank).rows((users, items) -> fill(shape, items, random));
        try (FactorModel model = models.open(folder.resolve("model.st"))) {
          Recommender recommender = new Recommender(model);
          for (Similarity by : Similarity.values()) {
            for (int item = 0; item < model.items(); item += model.items() / 7) {
              for (int k : new int[] {1, 10, 2000}) {
                assertThat(recommender.similar(item, k, ItemFilter.all(), by))
                    .as("%s, rank=%d, by=%s, item=%d, k=%d", shape, rank, by, item, k)
                    .isEqualTo(mostSimilar(model, item, k, by));
              }
            }
          }
        }
      }
    }
  }

  /// The obvious way: compare with every item, sort, cut.
  private static List<ScoredItem> mostSimilar(FactorModel model, int item, int k, Similarity by) {
    FactorMatrix items = model.itemFactors();
    float scale = by == Similarity.COSINE ? Scoring.inverseNorm(items, item) : 1;
    FactorMatrix row = FactorMatrix.allocate(Arena.ofAuto(), 1, items.rank());
    for (int column = 0; column < items.rank(); column++) {
      row.set(0, column, items.get(item, column) * scale);
    }
    Kernels kernels = Kernels.forRank(items.rank());
    List<ScoredItem> all = new ArrayList<>();
    for (int other = 0; other < items.rows(); other++) {
      float product = kernels.dot(row.segment(), 0, items.segment(), items.rowOffset(other));
      float cosine = Math.clamp(product * Scoring.inverseNorm(items, other), -1f, 1f);
      if (other != item) {
        all.add(new ScoredItem(other, by == Similarity.COSINE ? cosine : product));
      }
    }
    return all.stream()
        .sorted(
            Comparator.comparing((ScoredItem o) -> Scoring.inverseNorm(items, o.item()) == 0)
                .thenComparingDouble(o -> -o.score())
                .thenComparingInt(ScoredItem::item))
        .limit(k)
        .toList();
  }

  @Test
  void mostItemsAreNotScored() throws IOException {
    Path file = folder.resolve("ratings.st");
    try (RatingMatrix ratings =
            RatingMatrices.open(file, RatingMatrices.random(USERS, 3000, 0.4, 1));
        FactorModel model =
            Models.of(ratings, 5)
                .rank(30)
                .withoutBiases()
                .rows((users, items) -> fill(Shape.EQUAL_NORMS, items, new Random(1)))
                .open(folder.resolve("model.st"))) {
      for (int user = 0; user < USERS; user++) {
        FactorMatrix users = model.userFactors();
        Scoring scoring = Scoring.ofRow(model, null, users, user, new int[0]);
        Ranking ranking = new Ranking(10, 1, item -> true, item -> 0);
        int[] scored = {0};
        new PrunedScan(model.itemIndex(), scoring.bound(), model.stride(), 0)
            .run(
                ranking,
                item -> {
                  scored[0]++;
                  ranking.offer(item, scoring.score(item));
                });
        assertThat(scored[0]).as("user=%d", user).isLessThan(model.items() / 4);
        assertThat(ranking.ranked()).isEqualTo(RecommenderTest.best(model, user, 10, item -> true));
      }
    }
  }
}
