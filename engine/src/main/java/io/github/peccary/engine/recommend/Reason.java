package io.github.peccary.engine.recommend;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// One of a user's own events, as a reason for an item that is recommended.
///
/// @param item of the event
/// @param contribution of the event to the score, above 0
/// @param share of the contribution in those of all events, taken without their signs; at most 1
public record Reason(int item, double contribution, double share) {
  /// The events that contribute most, the first one most. Those that speak against are none.
  ///
  /// @param items of the events
  /// @param contributions in the same order
  /// @param most how many at most
  static List<Reason> of(int[] items, double[] contributions, int most) {
    double sum = Arrays.stream(contributions).map(Math::abs).sum();
    return IntStream.range(0, items.length)
        .filter(event -> contributions[event] > 0)
        .mapToObj(
            event -> new Reason(items[event], contributions[event], contributions[event] / sum))
        .sorted(Comparator.comparingDouble(Reason::contribution).reversed())
        .limit(most)
        .toList();
  }
}
