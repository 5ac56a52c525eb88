package io.github.peccary.engine.metric;

import java.util.Arrays;
import java.util.SplittableRandom;

/// How far a mean over users may be from what other users of the same kind would have given.
///
/// B. Efron, R. Tibshirani: An introduction to the bootstrap, 1993, chapter 13 (the percentile
/// interval). It knows of the choice of users only: not of another split, nor of another training.
/// The same resamples are drawn for the same number of values, so that intervals of two models can
/// be compared.
public final class Bootstrap {
  /// How often users are drawn anew.
  public static final int RESAMPLES = 1000;

  /// Where the drawing starts.
  public static final long SEED = 42;

  private static final double SHARE_BELOW = 0.025;

  /// Bounds of a mean.
  public record Interval(double low, double high) {}

  private Bootstrap() {}

  /// The 95 % interval of the mean: of the means of [#RESAMPLES] samples, each of as many values,
  /// drawn with replacement, those that leave out 2.5 % on either side.
  ///
  /// @param values one a user, at least one
  public static Interval interval(double[] values) {
    return intervals(new double[][] {values})[0];
  }

  /// The intervals of several measures of the same users, of the same resamples.
  ///
  /// @param values one a user, at least one, for each measure
  public static Interval[] intervals(double[][] values) {
    int users = values[0].length;
    if (users == 0) {
      throw new IllegalArgumentException("there must be a value to draw: values=0");
    }
    SplittableRandom random = new SplittableRandom(SEED);
    double[][] means = new double[values.length][RESAMPLES];
    for (int resample = 0; resample < RESAMPLES; resample++) {
      for (int draw = 0; draw < users; draw++) {
        int user = random.nextInt(users);
        for (int measure = 0; measure < values.length; measure++) {
          means[measure][resample] += values[measure][user];
        }
      }
    }
    int below = (int) (SHARE_BELOW * RESAMPLES);
    Interval[] intervals = new Interval[values.length];
    for (int measure = 0; measure < values.length; measure++) {
      Arrays.sort(means[measure]);
      double low = means[measure][below] / users;
      intervals[measure] = new Interval(low, means[measure][RESAMPLES - 1 - below] / users);
    }
    return intervals;
  }
}
