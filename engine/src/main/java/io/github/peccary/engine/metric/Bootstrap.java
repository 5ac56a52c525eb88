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
    if (values.length == 0) {
      throw new IllegalArgumentException("there must be a value to draw: values=0");
    }
    SplittableRandom random = new SplittableRandom(SEED);
    double[] means = new double[RESAMPLES];
    for (int resample = 0; resample < RESAMPLES; resample++) {
      means[resample] = resampledMean(values, random);
    }
    Arrays.sort(means);
    int below = (int) (SHARE_BELOW * RESAMPLES);
    return new Interval(means[below], means[RESAMPLES - 1 - below]);
  }

  private static double resampledMean(double[] values, SplittableRandom random) {
    double sum = 0;
    for (int draw = 0; draw < values.length; draw++) {
      sum += values[random.nextInt(values.length)];
    }
    return sum / values.length;
  }
}
