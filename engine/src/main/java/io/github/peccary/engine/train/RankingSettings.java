package io.github.peccary.engine.train;

import java.util.Map;

/// The settings of a training for rankings, by whatever method.
public sealed interface RankingSettings permits RankingConfig, SamplingConfig {
  /// How factors are learnt.
  RankingMethod method();

  /// Factors of each user and item.
  int rank();

  /// Passes over all events that are planned.
  int iterations();

  /// Workers.
  int threads();

  /// Settings as a model file keeps them, but for the hold-out. Nothing here tells of threads,
  /// machine or time.
  Map<String, String> metadata();
}
