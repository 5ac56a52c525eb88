package io.github.peccary.engine.metric;

import java.util.Arrays;

/// How evenly a recommender spreads its places over the items.
///
/// Every function takes `shown`: how often each item was shown to somebody, 0 for an item that
/// never was. All results depend on how many places there were to fill, so compare only
/// recommenders that ranked the same users.
public final class ExposureMetrics {
  private ExposureMetrics() {}

  /// The share of the items that were shown at all, from 0 to 1; 0 without items.
  public static double coverage(int[] shown) {
    return shown.length == 0
        ? 0
        : (double) Arrays.stream(shown).filter(times -> times > 0).count() / shown.length;
  }

  /// The Gini coefficient of the exposure: 0 when every item was shown equally often, `1 − 1/items`
  /// when a single one has all places. With items by rising exposure `x₁ … xₙ` it is
  /// `Σ (2i − n − 1) xᵢ / (n Σ xᵢ)`; 0 when nothing was shown.
  ///
  /// G. Shani, A. Gunawardana: Evaluating recommendation systems. Recommender Systems Handbook,
  /// 2011, section 8.3.3, with `n` in place of `n − 1` as the divisor.
  public static double gini(int[] shown) {
    int[] rising = shown.clone();
    Arrays.sort(rising);
    double weighted = 0;
    double sum = 0;
    for (int i = 0; i < rising.length; i++) {
      weighted += (2.0 * (i + 1) - rising.length - 1) * rising[i];
      sum += rising[i];
    }
    return sum == 0 ? 0 : weighted / (rising.length * sum);
  }

  /// The mean popularity of what was shown: of every place filled, how many events its item has.
  ///
  /// @param events of each item
  /// @return 0 when nothing was shown
  public static double meanPopularity(int[] shown, int[] events) {
    if (shown.length != events.length) {
      throw new IllegalArgumentException(
          "every item must have its number of events: shown=%d, events=%d"
              .formatted(shown.length, events.length));
    }
    double sum = 0;
    double places = 0;
    for (int item = 0; item < shown.length; item++) {
      sum += (double) shown[item] * events[item];
      places += shown[item];
    }
    return places == 0 ? 0 : sum / places;
  }
}
