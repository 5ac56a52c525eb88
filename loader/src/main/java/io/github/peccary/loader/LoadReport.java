package io.github.peccary.loader;

import io.github.peccary.engine.ratings.TimeRange;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// What a load did. Every row is accounted for:
/// `rows = ratings + implicit + duplicates + the sum of rejected + the sum of dropped`.
///
/// After an appending load, what the whole file holds.
///
/// @param rows rows that the source gave
/// @param appended of these, the ones that the file was not loaded from before: all, unless the
///     load went on from a file
/// @param written false if there was nothing to add, and the file was left as it was
/// @param ratings explicit ratings in the file
/// @param implicit seen-not-rated events in the file
/// @param titles items with a title
/// @param times of the events in the file; null if they have none
/// @param duplicates rows that were merged into another one of the same pair
/// @param rejected rows left out, by the key of the reason; only reasons that occurred
/// @param firstRejections the first ten that this load met
/// @param newRejections how many it met
/// @param changed rows whose item a rule gave another id, by the word of the rule
/// @param dropped rows that a rule left out, likewise
/// @param seconds from opening the source to the renamed file
public record LoadReport(
    Path output,
    long rows,
    long appended,
    boolean written,
    long ratings,
    long implicit,
    int users,
    int items,
    int titles,
    @Nullable TimeRange times,
    long duplicates,
    Map<String, Long> rejected,
    List<Rejection> firstRejections,
    long newRejections,
    SortedMap<String, Long> changed,
    Map<String, Long> dropped,
    double seconds) {

  /// Of the rows that this load read.
  public double rowsPerSecond() {
    return appended / seconds;
  }
}
