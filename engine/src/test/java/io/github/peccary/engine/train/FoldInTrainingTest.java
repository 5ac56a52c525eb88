package io.github.peccary.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.kernel.StepSizes;
import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.FactorModelWriter;
import io.github.peccary.engine.model.FoldIn;
import io.github.peccary.engine.model.UserRidge;
import io.github.peccary.engine.ratings.CompressedRows;
import io.github.peccary.engine.ratings.HoldoutRule;
import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What training leaves in a model for [FoldIn] is what training itself would do.
class FoldInTrainingTest {
  private static final HoldoutRule NOTHING = new HoldoutRule.Fraction(0);
  private static final int RANK = 6;

  @TempDir private Path folder;

  private RatingMatrix ratings() throws IOException {
    return RatingMatrices.open(
        folder.resolve("ratings.safetensors"),
        RatingMatrices.random(60, 40, 0.5, 3).stream().filter(t -> t.value() > 0).toList());
  }

  /// Every user is solved last, against the items as they are.
  @Test
  void aUserOfATrainingForRankingsIsTheFoldInOfHisEvents() throws IOException {
    RankingConfig config =
        new RankingConfig(RANK, 4, 2, 1, NOTHING, 0.01, OptionalDouble.of(0.5), 0.3);
    Path file = folder.resolve("model.safetensors");
    try (RatingMatrix ratings = ratings();
        RankingResult result = new RankingTrainer(ratings, config, _ -> {}).train()) {
      new FactorModelWriter(
              ratings, result.users(), result.items(), result.baseline(), result.metadata())
          .ridge(result.ridge())
          .write(file);
      try (FactorModel model = FactorModel.open(file, Verify.CHECKSUMS)) {
        for (int user = 0; user < model.users(); user++) {
          FoldIn folded = foldIn(model, ratings, user);
          for (int item = 0; item < model.items(); item++) {
            assertThat(folded.predict(item))
                .as("user=%d, item=%d", user, item)
                .isCloseTo(model.predict(user, item), within(1e-5f));
          }
        }
      }
    }
  }

  /// The steps of training on one row alone, the items put back after each, with a rate that falls:
  /// they end at a fixed point but for the last rate, as a step sees the row that the step before
  /// has moved. That is 1/200 of the first one here.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aUserIsWhatTrainingWithOnlyThatRowFreeComesTo(boolean biases) throws IOException {
    TrainConfig config =
        TrainConfig.defaults()
            .withRank(RANK)
            .withEpochs(8)
            .withThreads(2)
            .withHoldout(NOTHING)
            .withDeterministic(true)
            .withBiases(biases);
    Path file = folder.resolve("model.safetensors");
    try (RatingMatrix ratings = ratings();
        TrainingResult result = Trainer.train(ratings, config, _ -> {})) {
      new FactorModelWriter(
              ratings, result.users(), result.items(), result.baseline(), result.metadata())
          .globalMean(result.globalMean())
          .ridge(result.ridge())
          .write(file);
      try (FactorModel model = FactorModel.open(file, Verify.CHECKSUMS)) {
        for (int user : new int[] {0, 20, 59}) {
          FoldIn folded = foldIn(model, ratings, user);
          FactorMatrix row = retrain(model, ratings, user, config);
          double moved = 0;
          for (int column = 0; column < model.stride(); column++) {
            assertThat(folded.row().get(0, column))
                .as("user=%d, column=%d", user, column)
                .isCloseTo(row.get(0, column), within(0.002f));
            moved = Math.max(moved, column < RANK ? Math.abs(row.get(0, column)) : 0);
          }
          assertThat(moved).as("user=%d", user).isGreaterThan(0.02);
        }
      }
    }
  }

  private static FoldIn foldIn(FactorModel model, RatingMatrix ratings, int user) {
    CompressedRows rows = ratings.byUser();
    int count = (int) (rows.end(user) - rows.start(user));
    int[] items = new int[count];
    float[] values = new float[count];
    for (int event = 0; event < count; event++) {
      items[event] = rows.index(rows.start(user) + event);
      values[event] = rows.value(rows.start(user) + event);
    }
    return new FoldIn(model, items, values);
  }

  private static FactorMatrix retrain(
      FactorModel model, RatingMatrix ratings, int user, TrainConfig config) {
    Arena arena = Arena.ofAuto();
    CompressedRows rows = ratings.byUser();
    int count = (int) (rows.end(user) - rows.start(user));
    int[] counts = new int[model.items()];
    for (int item = 0; item < counts.length; item++) {
      counts[item] = (int) (ratings.byItem().end(item) - ratings.byItem().start(item));
    }
    UserRidge ridge = model.ridge();
    boolean biases = model.hasBiases();
    float damping = biases ? ridge.columns()[RANK] : 5;
    double scale = ridge.perEvent() * StepSizes.PRIOR_COUNT / (config.l2() * (biases ? 1 : 4));
    StepSizes steps = new StepSizes(arena, new int[] {count}, damping, counts, 5);
    FactorMatrix row = FactorMatrix.allocate(arena, 1, RANK);
    row.set(0, RANK + 1, biases ? 1 : 0);
    FactorMatrix items = FactorMatrix.allocate(arena, model.items(), RANK);
    MemorySegment records = arena.allocate(ValueLayout.JAVA_LONG, count);
    for (int event = 0; event < count; event++) {
      int item = rows.index(rows.start(user) + event);
      float value = rows.value(rows.start(user) + event) - model.globalMean();
      records.setAtIndex(ValueLayout.JAVA_LONG, event, Kernels.record(0, item, value));
    }
    int passes = 2000;
    for (int pass = 0; pass < passes; pass++) {
      double rate = 0.1 * Math.pow(0.005, (double) pass / passes);
      steps.setRates(
          (float) (rate / scale),
          (float) (biases ? rate * config.l2() : 0),
          (float) ((biases ? 1 : 4) * rate * config.l2() / StepSizes.PRIOR_COUNT),
          (float) (biases ? rate / 5 : 0));
      for (int event = 0; event < count; event++) {
        items.copyRows(model.itemFactors(), 0, model.items());
        Kernels.forRank(RANK)
            .update(row.segment(), 0, items.segment(), 0, records, event, 1, steps);
      }
    }
    return row;
  }
}
