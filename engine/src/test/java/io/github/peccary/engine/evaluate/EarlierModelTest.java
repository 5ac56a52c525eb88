package io.github.peccary.engine.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.peccary.engine.metric.RatingMetrics;
import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.Models;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.PairFilter;
import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrices.Triple;
import io.github.peccary.engine.ratings.RatingMatrix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Evaluations of a model that another one came before: what that may have been trained on tells
/// nothing.
class EarlierModelTest {
  @TempDir private Path folder;
  private List<Triple> triples = List.of();
  private RatingMatrix ratings;
  private Holdout holdout = Holdout.none();
  private long[] users = {};
  private long[] items = {};

  @BeforeEach
  void openRatings() throws IOException {
    triples = RatingMatrices.random(60, 50, 0.3, 3);
    ratings = RatingMatrices.open(folder.resolve("ratings.safetensors"), triples);
    holdout = Holdout.random(ratings, Holdout.Scope.RATINGS, 0.3, 7);
    users = PairFilter.hashes(ratings.userIds());
    items = PairFilter.hashes(ratings.itemIds());
  }

  @AfterEach
  void closeRatings() {
    ratings.close();
  }

  private FactorModel model(PairFilter earlier) throws IOException {
    Models models = Models.of(ratings, 11).holdout(holdout).earlier(earlier);
    return models.open(folder.resolve("model.safetensors"));
  }

  private static EvaluationReport evaluate(FactorModel model, RatingMatrix ratings) {
    try (Workers workers = new Workers(1)) {
      return Evaluation.evaluate(model, ratings, 10, Integer.MAX_VALUE, workers);
    }
  }

  private static double rmse(EvaluationReport report, String model) {
    return report.models().getOrDefault(model, Map.of()).getOrDefault("rmse", Double.NaN);
  }

  /// Every pair of a user with an even number.
  private PairFilter ofEvenUsers() {
    return PairFilter.of(
        to -> {
          for (int user = 0; user < users.length; user += 2) {
            for (long item : items) {
              to.accept(PairFilter.pair(users[user], item));
            }
          }
        },
        null);
  }

  @Test
  void whatItMayHaveSeenIsNotScored() throws IOException {
    PairFilter earlier = ofEvenUsers();
    try (FactorModel model = model(earlier)) {
      RatingMetrics scored = new RatingMetrics();
      RatingMetrics mean = new RatingMetrics();
      Set<Integer> ranked = new HashSet<>();
      int setAside = 0;
      for (Triple triple : triples) {
        int user = ratings.userIds().indexOf(triple.user());
        int item = ratings.itemIds().indexOf(triple.item());
        if (!holdout.contains(user, item, triple.value())) {
          continue;
        }
        if (earlier.contains(users[user], items[item])) {
          setAside++;
          continue;
        }
        assertThat(user % 2).isOne();
        scored.add(model.predict(user, item), triple.value());
        mean.add(5.25f, triple.value());
        ranked.add(user);
      }
      assertThat(setAside).isBetween(50, 200);
      EvaluationReport report = evaluate(model, ratings);
      assertThat(report.ratings()).isEqualTo(scored.count()).isBetween(50L, 200L);
      assertThat(report.setAside()).isEqualTo(setAside);
      assertThat(report.split())
          .isEqualTo(
              "holdout: random fraction=0.3 seed=7, without %d ratings that an earlier model may have been trained on"
                  .formatted(setAside));
      assertThat(rmse(report, "model")).isCloseTo(scored.rmse(), within(1e-9));
      assertThat(rmse(report, "globalMean")).isCloseTo(mean.rmse(), within(1e-9));
      assertThat(report.rankedUsers()).isEqualTo(ranked.size());
    }
  }

  @Test
  void whereNothingIsNewsForCertainThereIsNoNumber() throws IOException {
    PairFilter all =
        PairFilter.of(
            to -> {
              for (long user : users) {
                to.accept(PairFilter.anyItem(user));
              }
              for (long item : items) {
                to.accept(PairFilter.anyUser(item));
              }
            },
            null);
    try (FactorModel model = model(all)) {
      EvaluationReport report = evaluate(model, ratings);
      assertThat(report.ratings()).isZero();
      assertThat(report.setAside()).isPositive();
      assertThat(report.split()).endsWith(" may have been trained on: none is left");
      assertThat(report.models().values()).allMatch(Map::isEmpty);
    }
  }

  @Test
  void inAnotherFileItIsNotToBeFound() throws IOException {
    Path file = folder.resolve("test.safetensors");
    try (FactorModel model = model(ofEvenUsers());
        RatingMatrix test = RatingMatrices.open(file, RatingMatrices.random(60, 50, 0.2, 99))) {
      EvaluationReport report = evaluate(model, test);
      assertThat(report.split()).isEqualTo("all ratings of test.safetensors");
      assertThat(report.ratings()).isEqualTo(test.ratings());
      assertThat(report.rankableUsers()).isBetween(20, 30);
    }
  }
}
