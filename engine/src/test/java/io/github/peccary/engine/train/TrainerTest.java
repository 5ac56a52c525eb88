package io.github.peccary.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.ratings.HoldoutRule;
import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrices.Triple;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.train.EpochListener.EpochReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest {
  private static final EpochListener DEAF = _ -> {};
  private static final TrainConfig CONFIG = TrainConfig.defaults().withThreads(2);

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void factorsFindWhatWasPlantedAndBiasesMiss(boolean deterministic) throws IOException {
    TrainConfig config = CONFIG.withDeterministic(deterministic).withRank(14).withEpochs(40);
    try (RatingMatrix ratings = planted(400, 300, 0.3);
        TrainingResult result = Trainer.train(ratings, config, DEAF)) {
      assertThat(result.heldOutBaseline().rmse()).isGreaterThan(0.8);
      assertThat(result.heldOut().rmse()).isLessThan(0.45 * result.heldOutBaseline().rmse());
      assertThat(result.bestEpoch()).isPositive();
      assertThat(result.schedule()).isEqualTo(deterministic ? "Strata" : "Hogwild");
    }
  }

  @Test
  void aDeterministicTrainingDependsOnTheSeedButNotOnTheThreads() throws IOException {
    TrainConfig config = CONFIG.withDeterministic(true).withEpochs(3);
    try (RatingMatrix ratings = planted(120, 90, 0.3);
        TrainingResult one = Trainer.train(ratings, config.withThreads(1), DEAF);
        TrainingResult two = Trainer.train(ratings, config.withThreads(2), DEAF);
        TrainingResult three = Trainer.train(ratings, config.withThreads(3), DEAF);
        TrainingResult other = Trainer.train(ratings, config.withSeed(43), DEAF)) {
      for (TrainingResult result : List.of(two, three)) {
        assertThat(one.users().segment().mismatch(result.users().segment())).isEqualTo(-1);
        assertThat(one.items().segment().mismatch(result.items().segment())).isEqualTo(-1);
        assertThat(one.metadata()).isEqualTo(result.metadata());
      }
      assertThat(one.users().segment().mismatch(other.users().segment())).isNotEqualTo(-1);
    }
  }

  @Test
  void theBestEpochIsKeptAndNeverWorseThanTheBiases() throws IOException {
    List<EpochReport> reports = new ArrayList<>();
    TrainConfig config = CONFIG.withDeterministic(true).withEpochs(60).withL2(0);
    try (RatingMatrix ratings = RatingMatrices.open(file(), plantedTriples(200, 150, 0.3, 0.5));
        TrainingResult result = Trainer.train(ratings, config, reports::add)) {
      double best = reports.stream().mapToDouble(EpochReport::holdoutRmse).min().orElseThrow();
      assertThat(reports).hasSizeLessThan(60);
      assertThat(result.heldOut().rmse()).isEqualTo(best);
      assertThat(result.epochs()).isEqualTo(reports.size());
      assertThat(reports.get(result.bestEpoch() - 1).holdoutRmse()).isEqualTo(best);
    }
  }

  @Test
  void whereFactorsOnlyOverfitTheModelIsHardlyWorseThanTheBiases() throws IOException {
    List<EpochReport> reports = new ArrayList<>();
    List<Triple> noise = RatingMatrices.random(60, 60, 0.3, 11);
    try (RatingMatrix ratings = RatingMatrices.open(file(), noise);
        TrainingResult result =
            Trainer.train(ratings, CONFIG.withL2(0).withLearningRate(0.3), reports::add)) {
      assertThat(reports.getLast().holdoutRmse())
          .isGreaterThan(1.05 * result.heldOutBaseline().rmse());
      assertThat(result.heldOut().rmse()).isLessThan(1.001 * result.heldOutBaseline().rmse());
    }
  }

  @Test
  void usersAndItemsWithoutRatingsKeepZeroRowsThatFallBackToTheBiases() throws IOException {
    List<Triple> triples = new ArrayList<>(plantedTriples(50, 40, 0.5));
    triples.add(RatingMatrices.triple("looked only", "i1", 0));
    triples.add(RatingMatrices.triple("u1", "seen only", 0));
    try (RatingMatrix ratings = RatingMatrices.open(file(), triples);
        TrainingResult result = Trainer.train(ratings, CONFIG, DEAF)) {
      int user = ratings.userIds().indexOf("looked only");
      int item = ratings.itemIds().indexOf("seen only");
      for (int column = 0; column < result.users().stride(); column++) {
        assertThat(result.users().get(user, column)).isEqualTo(column == 31 ? 1f : 0f);
        assertThat(result.items().get(item, column)).isEqualTo(column == 30 ? 1f : 0f);
      }
      int known = ratings.itemIds().indexOf("i1");
      assertThat(dot(result, user, known)).isEqualTo(result.items().get(known, 31));
    }
  }

  @Test
  void afterDivergenceTheRateIsHalvedAndTrainingGoesOn() throws IOException {
    List<EpochReport> reports = new ArrayList<>();
    try (RatingMatrix ratings = planted(200, 150, 0.3)) {
      double rate = 2 * CONFIG.learningRate();
      while (reports.stream().noneMatch(EpochReport::diverged)) {
        reports.clear();
        rate *= 1.5;
        try (TrainingResult result =
            Trainer.train(ratings, CONFIG.withLearningRate(rate), reports::add)) {
          assertThat(result.heldOut().rmse()).isFinite();
          assertThat(result.heldOut().rmse()).isLessThanOrEqualTo(result.heldOutBaseline().rmse());
        }
      }
    }
  }

  @Test
  void aRateThatCannotWorkIsRefusedInASentence() throws IOException {
    try (RatingMatrix ratings = planted(60, 50, 0.3)) {
      assertThatThrownBy(() -> Trainer.train(ratings, CONFIG.withLearningRate(1e6), DEAF))
          .isInstanceOf(TrainingDivergedException.class)
          .hasMessageContaining("the errors must stay finite and not grow: learningRate=")
          .hasMessageContaining("--learning-rate");
    }
  }

  @Test
  void withoutHoldOutAllEpochsRunOnAllRatings() throws IOException {
    TrainConfig config = CONFIG.withHoldout(new HoldoutRule.Fraction(0)).withEpochs(7);
    try (RatingMatrix ratings = planted(60, 50, 0.3);
        TrainingResult result = Trainer.train(ratings, config, DEAF)) {
      assertThat(result.epochs()).isEqualTo(7);
      assertThat(result.bestEpoch()).isEqualTo(7);
      assertThat(result.training().count()).isEqualTo(ratings.ratings());
      assertThat(result.heldOut().count()).isZero();
      assertThat(result.holdout().toString()).isEqualTo("none");
    }
  }

  @Test
  void refitTrainsOnAllRatingsForTheBestNumberOfEpochs() throws IOException {
    List<EpochReport> reports = new ArrayList<>();
    try (RatingMatrix ratings = planted(200, 150, 0.3);
        TrainingResult result =
            Trainer.train(ratings, CONFIG.withRefit(true).withEpochs(30), reports::add)) {
      assertThat(result.training().count()).isEqualTo(ratings.ratings());
      assertThat(result.heldOut().count()).isBetween(1L, ratings.ratings() / 5);
      assertThat(reports.stream().filter(EpochReport::refit)).hasSize(result.bestEpoch());
      assertThat(result.metadata()).containsEntry("peccary.refit", "true");
    }
  }

  @Test
  void leavingOneOutHoldsOutOneRatingOfEachUserWhoHasMore() throws IOException {
    TrainConfig config = CONFIG.withHoldout(new HoldoutRule.LeaveOut(1)).withEpochs(1);
    try (RatingMatrix ratings = planted(60, 50, 0.3);
        TrainingResult result = Trainer.train(ratings, config, DEAF)) {
      assertThat(result.heldOut().count()).isEqualTo(60);
    }
  }

  @Test
  void withoutBiasesAModelIsThePlainProduct() throws IOException {
    TrainConfig config = CONFIG.withBiases(false).withRank(14).withEpochs(60).withL2(0.1);
    try (RatingMatrix ratings = planted(200, 150, 0.4);
        TrainingResult result = Trainer.train(ratings, config, DEAF)) {
      assertThat(result.globalMean()).isZero();
      assertThat(result.users().get(0, 14)).isZero();
      assertThat(result.users().get(0, 15)).isZero();
      assertThat(result.items().get(0, 14)).isZero();
      assertThat(result.items().get(0, 15)).isZero();
      assertThat(result.heldOut().rmse()).isLessThan(result.heldOutBaseline().rmse());
    }
  }

  @Test
  void withoutBiasesEverybodyStartsFromTheMeanEvenThoseWhoseRatingsAreAllHeldOut()
      throws IOException {
    TrainConfig config = CONFIG.withBiases(false).withEpochs(0);
    try (RatingMatrix ratings = planted(400, 300, 0.005);
        TrainingResult result = Trainer.train(ratings, config, DEAF)) {
      assertThat(result.heldOut().count()).isPositive();
      assertThat(result.heldOut().rmse())
          .isCloseTo(result.heldOutGlobalMean().rmse(), Offset.offset(0.05));
    }
  }

  /// Before factors have learnt what biases would have told them at once, errors are far above what
  /// biases leave.
  @Test
  void withoutBiasesRatingsThatBiasesWouldExplainDoNotCountAsDiverged() throws IOException {
    Random random = new Random(5);
    List<Triple> triples = new ArrayList<>();
    for (int user = 0; user < 200; user++) {
      for (int item = 0; item < 100; item++) {
        if (random.nextDouble() < 0.5) {
          double value = 5.5 + user % 7 / 2.0 - item % 5 / 2.0 + 0.15 * random.nextGaussian();
          triples.add(RatingMatrices.triple("u" + user, "i" + item, value));
        }
      }
    }
    TrainConfig config = CONFIG.withBiases(false).withLearningRate(0.0005);
    List<EpochReport> reports = new ArrayList<>();
    try (RatingMatrix ratings = RatingMatrices.open(file(), triples);
        TrainingResult result = Trainer.train(ratings, config, reports::add)) {
      assertThat(result.heldOut().rmse()).isLessThan(result.heldOutGlobalMean().rmse());
    }
    assertThat(reports).noneMatch(EpochReport::diverged);
  }

  @Test
  void aFlightRecordingTellsOfEveryEpochAndEveryRatingOfItsTiles() throws IOException {
    Path recorded = folder.resolve("training.jfr");
    TrainConfig config = CONFIG.withEpochs(3).withHoldout(new HoldoutRule.Fraction(0));
    long ratings;
    try (RatingMatrix matrix = planted(120, 80, 0.3);
        Recording recording = new Recording()) {
      recording.enable("peccary.Epoch");
      recording.enable("peccary.Tile").withThreshold(Duration.ZERO);
      recording.start();
      Trainer.train(matrix, config, DEAF).close();
      recording.dump(recorded);
      ratings = matrix.ratings();
    }
    List<RecordedEvent> events = RecordingFile.readAllEvents(recorded);
    assertThat(events)
        .filteredOn(event -> event.getEventType().getName().equals("peccary.Epoch"))
        .extracting(event -> event.getInt("number"), event -> event.getLong("ratings"))
        .containsExactly(tuple(1, ratings), tuple(2, ratings), tuple(3, ratings));
    assertThat(
            events.stream()
                .filter(event -> event.getEventType().getName().equals("peccary.Tile"))
                .mapToLong(event -> event.getLong("ratings"))
                .sum())
        .isEqualTo(3 * ratings);
  }

  @Test
  void closingAResultTwiceIsHarmless() throws IOException {
    try (RatingMatrix ratings = planted(60, 50, 0.3)) {
      TrainingResult result = Trainer.train(ratings, CONFIG.withEpochs(1), DEAF);
      result.close();
      result.close();
      assertThat(result.users().segment().scope().isAlive()).isFalse();
    }
  }

  @Test
  void noEpochsLeaveTheBiases() throws IOException {
    try (RatingMatrix ratings = planted(60, 50, 0.3);
        TrainingResult result = Trainer.train(ratings, CONFIG.withEpochs(0), DEAF)) {
      assertThat(result.epochs()).isZero();
      assertThat(result.heldOut().rmse())
          .isCloseTo(result.heldOutBaseline().rmse(), Offset.offset(0.01));
      assertThat(result.users().get(0, 0)).isZero();
    }
  }

  @Test
  void withoutARatingThereIsNothingToTrainOn() throws IOException {
    try (RatingMatrix ratings = RatingMatrices.open(file(), RatingMatrices.triple("u", "i", 0))) {
      assertThatThrownBy(() -> Trainer.train(ratings, CONFIG, DEAF))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("there must be ratings to train on: ratings=0");
    }
  }

  @Test
  void oneSingleRatingIsTrainedOnOrHeldOutButNeverAnError() throws IOException {
    TrainConfig config = CONFIG.withHoldout(new HoldoutRule.Fraction(0));
    try (RatingMatrix ratings = RatingMatrices.open(file(), RatingMatrices.triple("u", "i", 8));
        TrainingResult result = Trainer.train(ratings, config, DEAF)) {
      assertThat(result.globalMean() + dot(result, 0, 0)).isCloseTo(8f, Offset.offset(0.01f));
    }
  }

  private static float dot(TrainingResult result, int user, int item) {
    return Kernels.forRank(result.users().rank())
        .dot(
            result.users().segment(),
            result.users().rowOffset(user),
            result.items().segment(),
            result.items().rowOffset(item));
  }

  private RatingMatrix planted(int users, int items, double density) throws IOException {
    return RatingMatrices.open(file(), plantedTriples(users, items, density));
  }

  /// Ratings of rank 3 with biases and a little noise.
  private static List<Triple> plantedTriples(int users, int items, double density) {
    return plantedTriples(users, items, density, 0.1);
  }

  /// @param noise standard deviation
  private static List<Triple> plantedTriples(int users, int items, double density, double noise) {
    Random random = new Random(5);
    double[][] p = gaussian(users, 4, random);
    double[][] q = gaussian(items, 4, random);
    List<Triple> triples = new ArrayList<>();
    for (int user = 0; user < users; user++) {
      for (int item = 0; item < items; item++) {
        if (random.nextDouble() < density) {
          double value = 6 + 0.5 * p[user][3] + 0.5 * q[item][3] + noise * random.nextGaussian();
          for (int factor = 0; factor < 3; factor++) {
            value += 0.6 * p[user][factor] * q[item][factor];
          }
          triples.add(RatingMatrices.triple("u" + user, "i" + item, value));
        }
      }
    }
    return triples;
  }

  private static double[][] gaussian(int rows, int columns, Random random) {
    double[][] values = new double[rows][columns];
    for (double[] row : values) {
      for (int column = 0; column < columns; column++) {
        row[column] = random.nextGaussian();
      }
    }
    return values;
  }

  private Path file() {
    return folder.resolve("ratings.safetensors");
  }
}
