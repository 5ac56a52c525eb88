package io.github.peccary.loader;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// What a load did. Every row is accounted for:
/// `rows = ratings + implicit + duplicates + the sum of rejected + the sum of dropped`.
///
/// @param rows rows that the source gave
/// @param ratings explicit ratings in the file
/// @param implicit seen-not-rated events in the file
/// @param titles items with a title
/// @param duplicates rows that were merged into another one of the same pair
/// @param rejected rows left out, by the key of the reason; only reasons that occurred
/// @param firstRejections the first ten of them
/// @param changed rows whose item a rule gave another id, by the word of the rule
/// @param dropped rows that a rule left out, likewise
/// @param seconds from opening the source to the renamed file
public record LoadReport(
    Path output,
    long rows,
    long ratings,
    long implicit,
    int users,
    int items,
    int titles,
    long duplicates,
    Map<String, Long> rejected,
    List<Rejection> firstRejections,
    Map<String, Long> changed,
    Map<String, Long> dropped,
    double seconds) {

  public double rowsPerSecond() {
    return rows / seconds;
  }
}
