package io.github.peccary.engine.evaluate;

import io.github.peccary.engine.metric.Bootstrap.Interval;
import java.util.Map;

/// The rankings of those users who had about as many items before.
///
/// @param history how many items that is: `0`, `1`, `2`, `3-5`, `6-20` or `21+`
/// @param users how many of the ranked users these are, at least one
/// @param models the measures by name, means over these users, for each model that ranks
/// @param intervals the bounds of the same means
public record HistoryClass(
    String history,
    int users,
    Map<String, Map<String, Double>> models,
    Map<String, Map<String, Interval>> intervals) {
  private static final int[] STARTS = {0, 1, 2, 3, 6, 21};
  private static final String[] NAMES = {"0", "1", "2", "3-5", "6-20", "21+"};

  /// How many classes there are.
  static int count() {
    return STARTS.length;
  }

  /// The name of a class.
  static String name(int number) {
    return NAMES[number];
  }

  /// The number of the class of a user who had so many items.
  static int of(int items) {
    int number = STARTS.length - 1;
    while (STARTS[number] > items) {
      number--;
    }
    return number;
  }
}
