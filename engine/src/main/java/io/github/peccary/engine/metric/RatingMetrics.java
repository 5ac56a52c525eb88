package io.github.peccary.engine.metric;

/// Errors of predicted ratings, summed in `double`.
///
/// `rmse = √(Σ e² / n)` and `mae = Σ |e| / n`, in the unit of the ratings. Sums of floating-point
/// numbers depend on their order: whoever adds in parallel keeps one instance per fixed piece of
/// the data and combines the pieces in order with [#add(RatingMetrics)], so that the result does
/// not depend on the number of threads. Not thread-safe.
public final class RatingMetrics {
  private long count;
  private double squaredErrors;
  private double absoluteErrors;

  /// Adds one prediction. A prediction that is not finite makes both measures not finite, so that
  /// it cannot go unnoticed.
  public void add(double predicted, double actual) {
    double error = predicted - actual;
    count++;
    squaredErrors += error * error;
    absoluteErrors += Math.abs(error);
  }

  /// Adds everything that `other` has summed.
  public void add(RatingMetrics other) {
    count += other.count;
    squaredErrors += other.squaredErrors;
    absoluteErrors += other.absoluteErrors;
  }

  /// The number of predictions added.
  public long count() {
    return count;
  }

  /// Root mean squared error; `NaN` when nothing was added.
  public double rmse() {
    return Math.sqrt(squaredErrors / count);
  }

  /// Mean absolute error; `NaN` when nothing was added.
  public double mae() {
    return absoluteErrors / count;
  }
}
