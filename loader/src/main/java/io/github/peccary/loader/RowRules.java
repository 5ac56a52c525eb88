package io.github.peccary.loader;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/// Applies rules to rows and counts what they did. A row counts for the first rule that meets it:
/// that of its user, then that of its item.
final class RowRules {
  private final Rules rules;
  private final boolean none;
  private final Map<Rule, long[]> counts = new EnumMap<>(Rule.class); // arrays of one: no boxes
  private final byte[] isbn = new byte[Isbn.MAX_BYTES];

  // The item at hand.
  private int start;
  private int length;

  RowRules(Rules rules) {
    this.rules = rules;
    this.none = rules.isEmpty();
  }

  /// Whether the row stays.
  boolean keepsUser(byte[] bytes, int userStart, int userLength) {
    boolean keeps = none || !rules.dropsUser(bytes, userStart, userLength);
    if (!keeps) {
      count(Rule.DROP_USER);
    }
    return keeps;
  }

  /// Whether the row stays; then the item is where [#start] and [#length] say. A new id is appended
  /// to the batch, whose array may be another one afterwards.
  boolean keepsItem(RowBatch batch, int itemStart, int itemLength) {
    start = itemStart;
    length = itemLength;
    if (none) {
      return true;
    }
    IsbnForm form = Isbn.of(batch.bytes(), itemStart, itemLength);
    Rule rule = form == IsbnForm.ISBN_10 ? null : Rule.of(form); // the usual case at once
    if (rule == null || !rules.has(rule)) {
      return true;
    }
    count(rule);
    if (rule.drops()) {
      return false;
    }
    length = rules.change(form, batch.bytes(), itemStart, itemLength, isbn);
    start = batch.used();
    batch.append(isbn, 0, length);
    return true;
  }

  int start() {
    return start;
  }

  int length() {
    return length;
  }

  /// Rows that rules changed, by the word of the rule.
  Map<String, Long> changed() {
    return counts(false);
  }

  /// Rows that rules left out, by the word of the rule.
  Map<String, Long> dropped() {
    return counts(true);
  }

  private void count(Rule rule) {
    counts.computeIfAbsent(rule, any -> new long[1])[0]++;
  }

  private Map<String, Long> counts(boolean drops) {
    Map<String, Long> byRule = new LinkedHashMap<>();
    counts.forEach(
        (rule, count) -> {
          if (rule.drops() == drops) {
            byRule.put(rule.word(), count[0]);
          }
        });
    return byRule;
  }
}
