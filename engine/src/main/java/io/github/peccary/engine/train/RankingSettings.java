package io.github.peccary.engine.train;

import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.HoldoutRule;
import io.github.peccary.engine.ratings.RatingMatrix;
import java.util.Map;

/// The settings of a training for rankings, by whatever method.
public sealed interface RankingSettings permits RankingConfig, SamplingConfig {
  /// The settings that a model for rankings was trained with.
  ///
  /// @param metadata of the model
  /// @throws IllegalArgumentException if one is missing or is no such setting
  static RankingSettings parse(Map<String, String> metadata, int threads) {
    SavedSettings saved = new SavedSettings(metadata);
    RankingMethod method = saved.method();
    return method == RankingMethod.IALS
        ? RankingConfig.parse(saved, threads)
        : SamplingConfig.parse(method, saved, threads);
  }

  /// How factors are learnt.
  RankingMethod method();

  /// Factors of each user and item.
  int rank();

  /// Passes over all events that are planned.
  int iterations();

  /// Workers.
  int threads();

  /// The settings that only this method has, as a model file keeps them.
  ///
  /// @param events trained on
  Map<String, String> metadata(long events, int users, int items);

  /// These settings with another number of passes.
  RankingSettings withIterations(int value);

  /// Of the split, and of all that is drawn.
  long seed();

  /// What is left out of the training, to measure on: of all events.
  HoldoutRule holdout();

  /// What is left out of a file.
  default Holdout holdoutOf(RatingMatrix ratings) {
    return holdout().of(ratings, Holdout.Scope.EVENTS, seed());
  }
}
