package io.github.peccary.loader;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Rows that were left out: those rejected counted by reason, the first ten kept, and the first
/// three of each reason; those that a rule dropped counted by rule.
final class Rejections {
  /// Begins the names of counts of rejected rows, which end with the reason.
  static final String REJECTED = "rejected.";

  /// Begins the names of counts of dropped rows, which end with the rule.
  static final String DROPPED = "dropped.";

  private static final int SHOWN = 10;
  private static final int SHOWN_BYTES = 40;

  private static final int SHOWN_PER_REASON = 3;

  private final Map<RejectReason, Long> counts = new EnumMap<>(RejectReason.class);
  private final Map<RejectReason, List<Rejection>> examples = new EnumMap<>(RejectReason.class);
  private final List<Rejection> first = new ArrayList<>();
  private final Map<Rule, Long> dropped = new EnumMap<>(Rule.class);

  // Of the rows that were left out one after the other, up to the last one, by name.
  private final SortedMap<String, Long> run = new TreeMap<>();
  private long lastRow;

  /// @param length -1 for null
  void add(long row, RejectReason reason, String column, byte[] bytes, int start, int length) {
    long count = counts.merge(reason, 1L, Long::sum);
    extendRun(row, REJECTED + reason.key());
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

  /// Counts a row that a rule leaves out.
  void drop(long row, Rule rule) {
    dropped.merge(rule, 1L, Long::sum);
    extendRun(row, DROPPED + rule.word());
  }

  private void extendRun(long row, String name) {
    if (row != lastRow + 1) {
      run.clear();
    }
    run.merge(name, 1L, Long::sum);
    lastRow = row;
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
    return total(counts);
  }

  static long total(Map<?, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /// The reasons that occurred, in the order of the enum.
  Map<String, Long> byReason() {
    Map<String, Long> byReason = new LinkedHashMap<>();
    counts.forEach((reason, count) -> byReason.put(reason.key(), count));
    return byReason;
  }

  /// The counts of all rows that were left out, by name.
  SortedMap<String, Long> leftOut() {
    SortedMap<String, Long> leftOut = new TreeMap<>();
    counts.forEach((reason, count) -> leftOut.put(REJECTED + reason.key(), count));
    dropped.forEach((rule, count) -> leftOut.put(DROPPED + rule.word(), count));
    return leftOut;
  }

  /// The same for the rows that were left out at the end.
  ///
  /// @param rows in all
  SortedMap<String, Long> leftOutAtEnd(long rows) {
    return lastRow == rows ? run : new TreeMap<>();
  }

  /// Of counts by name those of rejected rows, by reason, in the order of the enum.
  static Map<String, Long> rejected(Map<String, Long> leftOut) {
    return select(REJECTED, Arrays.stream(RejectReason.values()).map(RejectReason::key), leftOut);
  }

  /// Of counts by name those of dropped rows, by rule, in the order of the enum.
  static Map<String, Long> dropped(Map<String, Long> leftOut) {
    return select(DROPPED, Arrays.stream(Rule.values()).map(Rule::word), leftOut);
  }

  private static Map<String, Long> select(
      String prefix, Stream<String> names, Map<String, Long> leftOut) {
    Map<String, Long> selected = new LinkedHashMap<>();
    names
        .filter(name -> leftOut.containsKey(prefix + name))
        .forEach(name -> selected.put(name, leftOut.get(prefix + name)));
    return selected;
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
