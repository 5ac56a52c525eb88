package io.github.peccary.loader;

import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Applies rules to rows and counts what they change. A row counts for the first rule that meets
/// it: that of its user, then that of its item.
final class RowRules {
  private final Rules rules;
  private final boolean none;
  private boolean firstCounted;
  private final Map<Rule, long[]> changed = new EnumMap<>(Rule.class); // arrays of one: no boxes
  private final byte[] isbn = new byte[Isbn.MAX_BYTES];

  // The item at hand.
  private int start;
  private int length;

  RowRules(Rules rules) {
    this(rules, false);
  }

  /// @param firstCounted whether an earlier load has counted the first row
  RowRules(Rules rules, boolean firstCounted) {
    this.firstCounted = firstCounted;
    this.rules = rules;
    this.none = rules.isEmpty();
  }

  /// The rule that leaves the row out, null if it stays; then the item is where [#start] and
  /// [#length] say. A new id is appended to the batch, whose array may be another one afterwards.
  @Nullable Rule apply(
      RowBatch batch, int userStart, int userLength, int itemStart, int itemLength) {
    boolean drops = !none && rules.dropsUser(batch.bytes(), userStart, userLength);
    Rule rule = drops ? Rule.DROP_USER : apply(batch, itemStart, itemLength);
    firstCounted = false;
    return rule;
  }

  /// The same for an item alone.
  @Nullable Rule apply(RowBatch batch, int itemStart, int itemLength) {
    start = itemStart;
    length = itemLength;
    if (none) {
      return null;
    }
    IsbnForm form = Isbn.of(batch.bytes(), itemStart, itemLength);
    Rule rule = form == IsbnForm.ISBN_10 ? null : Rule.of(form); // the usual case at once
    if (rule == null || !rules.has(rule)) {
      return null;
    }
    if (rule.drops()) {
      return rule;
    }
    if (!firstCounted) {
      changed.computeIfAbsent(rule, any -> new long[1])[0]++;
    }
    length = rules.change(form, batch.bytes(), itemStart, itemLength, isbn);
    start = batch.used();
    batch.append(isbn, 0, length);
    return null;
  }

  int start() {
    return start;
  }

  int length() {
    return length;
  }

  /// Rows that rules changed, by the word of the rule.
  SortedMap<String, Long> changed() {
    SortedMap<String, Long> byRule = new TreeMap<>();
    changed.forEach((rule, count) -> byRule.put(rule.word(), count[0]));
    return byRule;
  }
}
