package io.github.peccary.tools.serve;

import java.time.Duration;

/// What a request may ask for.
///
/// @param k items of an answer, at most
/// @param ids in a list, at most
/// @param events of a request, at most
/// @param bodyBytes of a request, at most
/// @param concurrent requests at work at once; as many more wait
/// @param queueTime how long they wait
public record Limits(
    int k, int ids, int events, int bodyBytes, int concurrent, Duration queueTime) {
  public Limits {
    requirePositive("k", k);
    requirePositive("ids", ids);
    requirePositive("events", events);
    requirePositive("bodyBytes", bodyBytes);
    requirePositive("concurrent", concurrent);
  }

  /// The limits that hold unless others are asked for.
  public static Limits standard() {
    return new Limits(1000, 10_000, 1000, 1 << 20, 64, Duration.ofSeconds(1));
  }

  /// The same with other numbers of items and of requests.
  public Limits with(int mostItems, int mostRequests) {
    return new Limits(mostItems, ids, events, bodyBytes, mostRequests, queueTime);
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1: " + name + "=" + value);
    }
  }
}
