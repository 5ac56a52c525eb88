package io.github.peccary.loader;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Rows that were left out: counted by reason, the first ten kept, and the first three of each
/// reason.
final class Rejections {
  private static final int SHOWN = 10;
  private static final int SHOWN_BYTES = 40;

  private static final int SHOWN_PER_REASON = 3;

  private final Map<RejectReason, Long> counts = new EnumMap<>(RejectReason.class);
  private final Map<RejectReason, List<Rejection>> examples = new EnumMap<>(RejectReason.class);
  private final List<Rejection> first = new ArrayList<>();

  /// @param length -1 for null
  void add(long row, RejectReason reason, String column, byte[] bytes, int start, int length) {
    long count = counts.merge(reason, 1L, Long::sum);
    if (first.size() >= SHOWN && count > SHOWN_PER_REASON) {
      return;
    }
    Rejection rejection =
        new Rejection(row, reason, column, length < 0 ? null : shown(bytes, start, length));
    if (first.size() < SHOWN) {
      first.add(rejection);
    }
    if (count <= SHOWN_PER_REASON) {
      examples.computeIfAbsent(reason, any -> new ArrayList<>()).add(rejection);
    }
  }

  /// Fit to be printed: shortened, and without what would move a terminal's cursor.
  static String shown(byte[] bytes, int start, int length) {
    String text =
        new String(bytes, start, Math.min(length, SHOWN_BYTES), StandardCharsets.UTF_8)
            .replaceAll("\\p{Cntrl}", "\uFFFD");
    return length > SHOWN_BYTES ? text + "…" : text;
  }

  static String shown(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return shown(bytes, 0, bytes.length);
  }

  boolean isEmpty() {
    return first.isEmpty();
  }

  long total() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /// The reasons that occurred, in the order of the enum.
  Map<String, Long> byReason() {
    Map<String, Long> byReason = new LinkedHashMap<>();
    counts.forEach((reason, count) -> byReason.put(reason.key(), count));
    return byReason;
  }

  List<Rejection> first() {
    return List.copyOf(first);
  }

  /// The first three of each reason, in the order of the enum.
  List<Rejection> examples() {
    return examples.values().stream().flatMap(List::stream).toList();
  }

  /// As in `rejected=3 (null=1, nonNumeric=2)`.
  @Override
  public String toString() {
    return "rejected="
        + total()
        + byReason().entrySet().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .collect(Collectors.joining(", ", isEmpty() ? "" : " (", isEmpty() ? "" : ")"));
  }
}
