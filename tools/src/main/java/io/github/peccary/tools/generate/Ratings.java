package io.github.peccary.tools.generate;

import java.util.random.RandomGenerator;

/// The values of the events: 0 or 1 to 10.
///
/// Whether a user rates what he reads is a habit: some rate all, many nothing. The habit is normal
/// on the logit scale and moved so that the expected share of zeros is as asked, whoever the heavy
/// users happen to be.
final class Ratings {
  private static final double MEAN = 7.6;
  private static final double NOISE = 1.0;
  private static final double HABIT_SPREAD = 2.5;

  private Ratings() {}

  /// Returns the value of each event.
  ///
  /// @param items the items of user 0, then those of user 1, and so on
  static byte[] values(Taste taste, int[] userSizes, int[] items, RandomGenerator random) {
    double[] habits = habits(userSizes, items.length, random);
    float[] scores = new float[items.length]; // NaN where the event is not a rating
    int event = 0;
    for (int user = 0; user < userSizes.length; user++) {
      for (int end = event + userSizes[user]; event < end; event++) {
        scores[event] =
            random.nextDouble() < habits[user]
                ? (float) (taste.score(user, items[event]) + NOISE * random.nextGaussian())
                : Float.NaN;
      }
    }
    double shift = shift(scores);
    byte[] values = new byte[items.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (byte) (Float.isNaN(scores[i]) ? 0 : round(scores[i] + shift));
    }
    return values;
  }

  /// The share of his events that each user rates.
  private static double[] habits(int[] userSizes, int events, RandomGenerator random) {
    double[] logits = new double[userSizes.length];
    for (int user = 0; user < logits.length; user++) {
      logits[user] = HABIT_SPREAD * random.nextGaussian();
    }
    double low = -20;
    double high = 20;
    for (int i = 0; i < 24; i++) {
      double middle = (low + high) / 2;
      double ratings = 0;
      for (int user = 0; user < logits.length; user++) {
        ratings += userSizes[user] * logistic(logits[user] + middle);
      }
      if (ratings < (1 - Shape.ZEROS) * events) {
        low = middle;
      } else {
        high = middle;
      }
    }
    for (int user = 0; user < logits.length; user++) {
      logits[user] = logistic(logits[user] + low);
    }
    return logits;
  }

  private static double logistic(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /// What to add so that the mean of the rounded and clipped ratings is right.
  private static double shift(float[] scores) {
    double shift = MEAN;
    for (int i = 0; i < 8; i++) {
      long sum = 0;
      long count = 0;
      for (float score : scores) {
        if (!Float.isNaN(score)) {
          sum += round(score + shift);
          count++;
        }
      }
      shift += count == 0 ? 0 : MEAN - (double) sum / count;
    }
    return shift;
  }

  private static int round(double score) {
    return Math.clamp(Math.round(score), 1, 10);
  }
}
