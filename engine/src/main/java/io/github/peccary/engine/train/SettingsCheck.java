package io.github.peccary.engine.train;

import io.github.peccary.engine.parallel.Workers;

/// What must hold of the settings of any training.
final class SettingsCheck {
  private SettingsCheck() {}

  /// @throws IllegalArgumentException with the sentence, unless it holds
  static void require(boolean holds, String sentence) {
    if (!holds) {
      throw new IllegalArgumentException(sentence);
    }
  }

  static void requireThreads(int threads) {
    require(
        threads >= 1 && threads <= Workers.MAX_THREADS,
        "threads must be from 1 to %d: threads=%d".formatted(Workers.MAX_THREADS, threads));
  }

  /// What any training for rankings must have.
  static void requireRanking(int rank, int iterations, int threads) {
    require(
        rank >= 1 && rank <= RankingConfig.MAX_RANK,
        "rank must be from 1 to %d for rankings: rank=%d".formatted(RankingConfig.MAX_RANK, rank));
    require(iterations >= 1, "epochs must be 1 or more for rankings: epochs=" + iterations);
    requireThreads(threads);
  }

  /// What a gradient descends with.
  static void requireSteps(double l2, double learningRate) {
    require(
        l2 >= 0 && l2 < Double.POSITIVE_INFINITY,
        "l2 must be a finite number, 0 or more: l2=" + l2);
    require(
        learningRate > 0 && learningRate < Double.POSITIVE_INFINITY,
        "the learning rate must be a finite number above 0: learningRate=" + learningRate);
  }
}
