package io.github.peccary.engine.recommend;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Why an item is recommended.
///
/// @param events that contribute most to its score, the first one most; those that speak against it
///     are none
/// @param popularityShare of what its popularity contributes, beside the events'; at most 1
public record Reasons(List<Reason> events, double popularityShare) {
  /// @param items of the user's events
  /// @param contributions in the same order
  /// @param popularity what it contributes, 0 or more
  /// @param most how many events at most
  static Reasons of(int[] items, double[] contributions, double popularity, int most) {
    double sum = popularity + Arrays.stream(contributions).map(Math::abs).sum();
    List<Reason> events =
        IntStream.range(0, items.length)
            .filter(event -> contributions[event] > 0)
            .mapToObj(
                event -> new Reason(items[event], contributions[event], contributions[event] / sum))
            .sorted(Comparator.comparingDouble(Reason::contribution).reversed())
            .limit(most)
            .toList();
    return new Reasons(events, sum > 0 ? popularity / sum : 0);
  }
}
