package io.github.peccary.engine.train;

import io.github.peccary.engine.kernel.StepSizes;

/// PLACEHOLDER until measured.
final class LearningRate {
  static final double DEFAULT_RATE = 0.02;
  static final double DEFAULT_L2 = 0.1;
  static final double INITIAL_SPREAD = 0.1;

  private final TrainConfig config;
  private double scale = 1;

  LearningRate(TrainConfig config, Fit fit) {
    this.config = config;
  }

  void halve() {
    scale /= 2;
  }

  double at(int epoch) {
    return scale * config.learningRate() / (1 + 0.15 * (epoch - 1));
  }

  void set(StepSizes steps, int epoch) {
    double rate = at(epoch);
    steps.setFactors((float) rate, (float) (1 - rate * config.l2()));
    steps.setBiases((float) (rate * 0.5), (float) (1 - rate * 0.5 * 0.02));
  }
}
