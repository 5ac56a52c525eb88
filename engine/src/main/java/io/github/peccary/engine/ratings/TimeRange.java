package io.github.peccary.engine.ratings;

import java.time.Instant;

/// The earliest and the latest of some times, both included.
///
/// @param earliest in seconds since 1970-01-01 UTC
/// @param latest likewise
public record TimeRange(long earliest, long latest) {
  /// As in `1997-09-20T03:05:10Z`.
  ///
  /// @param seconds since 1970-01-01 UTC
  public static String text(long seconds) {
    return Instant.ofEpochSecond(seconds).toString();
  }

  /// As in `1997-09-20T03:05:10Z to 1998-04-22T23:10:38Z`.
  @Override
  public String toString() {
    return text(earliest) + " to " + text(latest);
  }
}
