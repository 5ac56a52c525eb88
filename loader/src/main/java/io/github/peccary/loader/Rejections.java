package io.github.peccary.loader;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Rows that were left out: counted by reason, the first ten kept.
final class Rejections {
  private static final int SHOWN = 10;
  private static final int SHOWN_BYTES = 40;

  private final Map<RejectReason, Long> counts = new EnumMap<>(RejectReason.class);
  private final List<Rejection> first = new ArrayList<>();

  // Of the rows that were left out one after the other, up to the last one.
  private final Map<RejectReason, Long> run = new EnumMap<>(RejectReason.class);
  private long lastRow;

  /// @param length -1 for null
  void add(long row, RejectReason reason, String column, byte[] bytes, int start, int length) {
    counts.merge(reason, 1L, Long::sum);
    if (row != lastRow + 1) {
      run.clear();
    }
    run.merge(reason, 1L, Long::sum);
    lastRow = row;
    if (first.size() < SHOWN) {
      first.add(
          new Rejection(row, reason, column, length < 0 ? null : shown(bytes, start, length)));
    }
  }

  /// Fit to be printed: shortened, and without what would move a terminal's cursor.
  private static String shown(byte[] bytes, int start, int length) {
    String text =
        new String(bytes, start, Math.min(length, SHOWN_BYTES), StandardCharsets.UTF_8)
            .replaceAll("\\p{Cntrl}", "\uFFFD");
    return length > SHOWN_BYTES ? text + "…" : text;
  }

  boolean isEmpty() {
    return first.isEmpty();
  }

  long total() {
    return total(counts);
  }

  static long total(Map<?, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /// The reasons that occurred, in the order of the enum.
  Map<String, Long> byReason() {
    return byReason(counts);
  }

  /// The same for the rows that were left out at the end.
  ///
  /// @param rows in all
  Map<String, Long> atEnd(long rows) {
    return lastRow == rows ? byReason(run) : Map.of();
  }

  private static Map<String, Long> byReason(Map<RejectReason, Long> counts) {
    Map<String, Long> byReason = new LinkedHashMap<>();
    counts.forEach((reason, count) -> byReason.put(reason.key(), count));
    return byReason;
  }

  List<Rejection> first() {
    return List.copyOf(first);
  }

  /// As in `rejected=3 (null=1, nonNumeric=2)`.
  @Override
  public String toString() {
    return text(byReason());
  }

  static String text(Map<String, Long> byReason) {
    boolean none = byReason.isEmpty();
    return "rejected="
        + total(byReason)
        + byReason.entrySet().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .collect(Collectors.joining(", ", none ? "" : " (", none ? "" : ")"));
  }
}
