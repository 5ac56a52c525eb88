package io.github.peccary.engine.train;

/// How far a step goes: a rate that falls by the same share with every epoch, in units of the
/// data's own scale, so that one default serves ratings of any scale and density. It does not
/// depend on the number of epochs planned: more of them go on from where fewer end.
///
/// With `s` the standard deviation of ratings around their biases, factors `p ∼ √s` explain errors
/// `e ∼ s`, so the step `rate · e · q / s` and the decay `rate · l2` are free of units. What rows
/// with many and with few ratings make of both: [io.github.peccary.engine.kernel.StepSizes].
final class LearningRate {
  static final double DEFAULT_RATE = 0.16;
  static final double DEFAULT_L2 = 4;

  /// Of the rate, where rows start from those of a model: at the full one they would lose again
  /// some of what they know. Held-out errors after ml-100k's first 80,000 ratings, the rest added:
  /// 0.909 at the full rate, 0.902 at half, 0.897 at this, 0.899 at an eighth.
  static final double SHARE_FROM_MODEL = 0.25;

  /// Standard deviation of a factor before the first epoch, in units of `√(s / rank)`. Small, for
  /// what two random rows predict for each other is noise.
  static final double INITIAL_DEVIATION = 0.04;

  /// Of a user's or item's bias at the full rate, for each unit of error; biases are fitted before
  /// the first epoch and have little left to learn.
  private static final double BIAS_RATE = 0.1;

  /// What is left of the rate after an epoch.
  private static final double DECAY = 0.85;

  private final double first;
  private double scale = 1;

  /// @param first rate of the first epoch
  LearningRate(double first) {
    this.first = first;
  }

  /// The rate of the factors in an epoch, from 1.
  double at(int epoch) {
    return first * share(epoch);
  }

  /// The rate of the biases in an epoch, from 1: at most so much that the bias of a row with a
  /// single rating loses half of itself to the damping.
  double ofBiases(int epoch, double damping) {
    return Math.min(BIAS_RATE, 0.5 / damping) * share(epoch);
  }

  private double share(int epoch) {
    return scale * StrictMath.pow(DECAY, epoch - 1.0);
  }

  /// Halves the rates of all epochs to come.
  void halve() {
    scale /= 2;
  }
}
