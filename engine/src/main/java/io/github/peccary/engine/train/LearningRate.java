package io.github.peccary.engine.train;

/// How far a step goes: a rate that falls linearly to nothing over the epochs planned, in units of
/// the data's own scale, so that one default serves ratings of any scale and density.
///
/// With `s` the standard deviation of ratings around their biases, factors `p ∼ √s` explain errors
/// `e ∼ s`, so the step `rate · e · q / s` and the decay `rate · l2 / √n` of a row with `n` ratings
/// are free of units. The pull towards zero grows with `√n` over an epoch: slower than the evidence
/// of the ratings, faster than a prior alone would ask for, which has measured best on sparse and
/// dense data alike.
///
/// Biases need no rate of their own: over an epoch, their steps add up to a damped Newton step (see
/// [io.github.peccary.engine.kernel.StepSizes]).
final class LearningRate {
  static final double DEFAULT_RATE = 0.08;
  static final double DEFAULT_L2 = 1.2;

  /// Standard deviation of a factor before the first epoch, in units of `√(s / rank)`. Small, for
  /// what two random rows predict for each other is noise.
  static final double INITIAL_DEVIATION = 0.04;

  private final double first;
  private final int epochs;
  private double scale = 1;

  /// @param first rate of the first epoch
  /// @param epochs planned
  LearningRate(double first, int epochs) {
    this.first = first;
    this.epochs = epochs;
  }

  /// The share of the first rate that is left in an epoch, from 1.
  double share(int epoch) {
    return scale * (1 - (epoch - 1.0) / epochs);
  }

  /// The rate of an epoch, from 1.
  double at(int epoch) {
    return first * share(epoch);
  }

  /// Halves the rates of all epochs to come.
  void halve() {
    scale /= 2;
  }
}
