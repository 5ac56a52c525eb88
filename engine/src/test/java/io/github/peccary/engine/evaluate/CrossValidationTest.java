package io.github.peccary.engine.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.peccary.engine.evaluate.CrossValidation.Report;
import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.FactorModelWriter;
import io.github.peccary.engine.model.Models;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.CompressedRows;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.Holdout.Scope;
import io.github.peccary.engine.ratings.HoldoutRule;
import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrices.Triple;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.storage.Verify;
import io.github.peccary.engine.train.RankingConfig;
import io.github.peccary.engine.train.RankingResult;
import io.github.peccary.engine.train.RankingTrainer;
import io.github.peccary.engine.train.TrainConfig;
import io.github.peccary.engine.train.Trainer;
import io.github.peccary.engine.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrossValidationTest {
  private static final int FOLDS = 3;
  private static final TrainConfig RATING =
      TrainConfig.defaults()
          .withRank(3)
          .withEpochs(4)
          .withThreads(1)
          .withSeed(9)
          .withDeterministic(true);
  private static final RankingConfig RANKING =
      new RankingConfig(
          3, 2, 1, 9, new HoldoutRule.Fraction(0.1), 0.01, OptionalDouble.of(0.5), 0.1);

  @TempDir private Path folder;
  private List<Triple> triples = List.of();
  private RatingMatrix ratings;

  @BeforeEach
  void open() throws IOException {
    triples = RatingMatrices.random(60, 40, 0.4, 5);
    ratings = RatingMatrices.open(folder.resolve("ratings.safetensors"), triples);
  }

  @AfterEach
  void close() {
    ratings.close();
  }

  private FactorModel model(TrainConfig config) throws IOException {
    Path file = folder.resolve("model.safetensors");
    try (TrainingResult result = Trainer.train(ratings, config, _ -> {})) {
      new FactorModelWriter(
              ratings, result.users(), result.items(), result.baseline(), result.metadata())
          .globalMean(result.globalMean())
          .write(file);
    }
    return FactorModel.open(file, Verify.CHECKSUMS);
  }

  private FactorModel model(RankingConfig config) throws IOException {
    Path file = folder.resolve("ranking.safetensors");
    try (RankingResult result = new RankingTrainer(ratings, config, report -> {}).train()) {
      new FactorModelWriter(
              ratings, result.users(), result.items(), result.baseline(), result.metadata())
          .write(file);
    }
    return FactorModel.open(file, Verify.CHECKSUMS);
  }

  private Report evaluate(FactorModel model) throws IOException {
    List<Integer> heard = new ArrayList<>();
    try (Workers workers = new Workers(1)) {
      CrossValidation validation = new CrossValidation(model, ratings, FOLDS, 1);
      Report report =
          validation.evaluate(5, Integer.MAX_VALUE, workers, (number, _) -> heard.add(number));
      assertThat(heard).containsExactly(1, 2, 3);
      return report;
    }
  }

  private static double measure(Map<String, Map<String, Double>> models, String model, String of) {
    return models.getOrDefault(model, Map.of()).getOrDefault(of, Double.NaN);
  }

  /// The mean of the ratings of the other folds, where nothing more is held out, and its error.
  private double errorOfMean(int number) {
    Holdout fold = Holdout.fold(ratings, Scope.RATINGS, number, FOLDS, 9);
    double sum = 0;
    long others = 0;
    List<Float> own = new ArrayList<>();
    CompressedRows rows = ratings.byUser();
    for (int user = 0; user < rows.rows(); user++) {
      for (long at = rows.start(user); at < rows.end(user); at++) {
        float value = rows.value(at);
        if (fold.contains(user, rows.index(at), value)) {
          own.add(value);
        } else if (value != 0) {
          sum += value;
          others++;
        }
      }
    }
    double mean = sum / others;
    return Math.sqrt(
        own.stream().mapToDouble(value -> Math.pow(value - mean, 2)).average().orElseThrow());
  }

  @Test
  void everyRatingIsScoredOnceByAModelThatHasNotSeenIt() throws IOException {
    try (FactorModel model = model(RATING.withHoldout(new HoldoutRule.Fraction(0)))) {
      Report report = evaluate(model);
      assertThat(report.split()).isEqualTo("3 folds of all ratings of ratings.safetensors, seed=9");
      assertThat(report.folds().stream().mapToLong(EvaluationReport::ratings).sum())
          .isEqualTo(ratings.ratings());
      double sum = 0;
      for (int number = 1; number <= FOLDS; number++) {
        double found = measure(report.folds().get(number - 1).models(), "globalMean", "rmse");
        assertThat(found).isCloseTo(errorOfMean(number), within(1e-5));
        sum += found;
      }
      double mean = sum / FOLDS;
      double squares = 0;
      for (EvaluationReport fold : report.folds()) {
        squares += Math.pow(measure(fold.models(), "globalMean", "rmse") - mean, 2);
      }
      assertThat(measure(report.means(), "globalMean", "rmse")).isCloseTo(mean, within(1e-12));
      assertThat(measure(report.deviations(), "globalMean", "rmse"))
          .isCloseTo(Math.sqrt(squares / (FOLDS - 1)), within(1e-12));
    }
  }

  /// Also with a part held out of the other folds to stop early, and with a refit after that.
  @Test
  void theFoldDecidesOnNothingThatIsLearnt() throws IOException {
    for (boolean refit : new boolean[] {false, true}) {
      TrainConfig config = RATING.withRefit(refit).withEpochs(8);
      Holdout fold = Holdout.fold(ratings, Scope.RATINGS, 2, FOLDS, 9);
      List<Triple> changed = new ArrayList<>(triples);
      changed.replaceAll(
          triple -> {
            int user = ratings.userIds().indexOf(triple.user());
            int item = ratings.itemIds().indexOf(triple.item());
            return fold.contains(user, item, triple.value())
                ? RatingMatrices.triple(triple.user(), triple.item(), 11 - triple.value())
                : triple;
          });
      assertThat(changed).isNotEqualTo(triples);
      Path file = folder.resolve("changed.safetensors");
      try (RatingMatrix other = RatingMatrices.open(file, changed);
          TrainingResult one = new Trainer(ratings, config, _ -> {}).apartFrom(fold).train();
          TrainingResult two = new Trainer(other, config, _ -> {}).apartFrom(fold).train()) {
        assertThat(one.heldOut().count()).isPositive();
        assertThat(two.metadata()).isEqualTo(one.metadata());
        assertThat(two.users().segment().mismatch(one.users().segment())).isEqualTo(-1);
        assertThat(two.items().segment().mismatch(one.items().segment())).isEqualTo(-1);
        assertThat(two.baseline().user()).isEqualTo(one.baseline().user());
        assertThat(two.baseline().item()).isEqualTo(one.baseline().item());
      }
    }
  }

  @Test
  void everyEventIsToBeFoundOnceByAModelForRankings() throws IOException {
    try (FactorModel model = model(RANKING)) {
      Report report = evaluate(model);
      assertThat(report.split()).isEqualTo("3 folds of all events of ratings.safetensors, seed=9");
      assertThat(report.folds().stream().mapToLong(EvaluationReport::events).sum())
          .isEqualTo(ratings.events());
      assertThat(measure(report.means(), "model", "ndcg@5")).isPositive();
      assertThat(measure(report.means(), "itemKnn", "mrr@5")).isPositive();
      assertThat(report.means().getOrDefault("model", Map.of())).doesNotContainKey("rmse");
    }
  }

  @Test
  void refusesWhatHasNoMeaning() throws IOException {
    try (FactorModel model = model(RATING);
        FactorModel silent = Models.of(ratings, 1).open(folder.resolve("silent.safetensors"))) {
      assertThatThrownBy(() -> new CrossValidation(model, ratings, 1, 1))
          .hasMessage("there must be 2 folds or more: folds=1");
      assertThatThrownBy(() -> new CrossValidation(silent, ratings, 2, 1))
          .hasMessageStartingWith(
              "the model must tell the settings of its training: peccary.train");
    }
  }
}
