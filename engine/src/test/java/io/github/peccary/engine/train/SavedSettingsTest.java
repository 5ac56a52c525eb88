package io.github.peccary.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peccary.engine.model.ModelFormat;
import io.github.peccary.engine.ratings.HoldoutRule;
import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a training says of itself, read back, are its settings.
class SavedSettingsTest {
  private static final List<HoldoutRule> RULES =
      List.of(
          new HoldoutRule.Fraction(0),
          new HoldoutRule.Fraction(1e-5),
          new HoldoutRule.Fraction(0.25),
          new HoldoutRule.LeaveOut(1),
          new HoldoutRule.LeaveOut(2, 7));

  @TempDir private Path folder;

  private RatingMatrix ratings() throws IOException {
    var triples = RatingMatrices.random(40, 30, 0.4, 7);
    return RatingMatrices.open(folder.resolve("ratings.safetensors"), triples);
  }

  /// Of a model file.
  private static Map<String, String> metadata(Map<String, String> training, int rank) {
    Map<String, String> metadata = new HashMap<>(training);
    metadata.put(ModelFormat.RANK, Integer.toString(rank));
    return metadata;
  }

  @Test
  void ofATrainingForRatings() throws IOException {
    try (RatingMatrix ratings = ratings()) {
      for (int n = 0; n < RULES.size(); n++) {
        boolean even = n % 2 == 0;
        // where nothing is held out, there is no refit
        TrainConfig config =
            new TrainConfig(
                n + 1, n, 2, -n, RULES.get(n), n / 7.0, 0.01 / (n + 1), even, n > 1, !even);
        try (TrainingResult result = Trainer.train(ratings, config, _ -> {})) {
          assertThat(TrainConfig.parse(metadata(result.metadata(), n + 1), 2)).isEqualTo(config);
        }
      }
    }
  }

  @Test
  void ofATrainingForRankings() throws IOException {
    try (RatingMatrix ratings = ratings()) {
      for (int n = 0; n < RULES.size(); n++) {
        RankingConfig config =
            new RankingConfig(
                n + 1,
                n + 1,
                1,
                -n,
                RULES.get(n),
                0.1 / (n + 3),
                OptionalDouble.of(1.0 / (n + 1)),
                n);
        assertRead(ratings, config);
        boolean bpr = n % 2 == 0;
        RankingMethod method = bpr ? RankingMethod.BPR : RankingMethod.SOFTMAX;
        int negatives = bpr ? 1 : n + 2;
        assertRead(
            ratings,
            new SamplingConfig(
                method, n + 1, n + 1, 1, -n, RULES.get(n), n, 0.1 / (n + 1), negatives, bpr));
      }
    }
  }

  private static void assertRead(RatingMatrix ratings, RankingSettings config) {
    try (RankingResult result = new RankingTrainer(ratings, config, report -> {}).train()) {
      assertThat(RankingSettings.parse(metadata(result.metadata(), config.rank()), 1))
          .isEqualTo(config);
    }
  }

  @Test
  void aModelThatDoesNotTellThemIsRefused() {
    Map<String, String> metadata = metadata(TrainConfig.defaults().metadata(), 30);
    metadata.put(ModelFormat.REFIT, "false");
    assertThatThrownBy(() -> TrainConfig.parse(metadata, 1))
        .hasMessage(
            "the model must tell the settings of its training: peccary.holdout=; train it anew");
    metadata.put(ModelFormat.HOLDOUT, "half");
    assertThatThrownBy(() -> TrainConfig.parse(metadata, 1))
        .hasMessageContaining("of its training: peccary.holdout=half;");
    metadata.put(ModelFormat.HOLDOUT, "none");
    assertThat(TrainConfig.parse(metadata, 1).rank()).isEqualTo(30);
    metadata.put("peccary.train.l2", "much");
    assertThatThrownBy(() -> TrainConfig.parse(metadata, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("of its training: peccary.train.l2=much;");
  }
}
