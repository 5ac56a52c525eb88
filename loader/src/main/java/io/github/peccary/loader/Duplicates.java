package io.github.peccary.loader;

import io.github.peccary.engine.ratings.RatingSummary;
import io.github.peccary.engine.ratings.TextColumn;
import io.github.peccary.engine.ratings.Zero;
import java.io.IOException;

/// Takes rows by user, ascending in the items, and merges the events of one pair of user and item
/// into one; counts what is left.
final class Duplicates implements EventSort.Rows {
  private final DuplicatePolicy policy;
  private final TextColumn userIds;
  private final TextColumn itemIds;
  private final int[] userCounts;
  private final int[] itemCounts;
  private final RatingSummary.Builder summary;
  private final EventLog merged;

  // The pair at hand: its first and last value, and what is known of its ratings.
  private int user;
  private int item;
  private int rows;
  private float first;
  private float last;
  private int rated;
  private double sum;
  private float max;

  /// @param userIds by the numbers in the events
  Duplicates(
      Zero zero,
      DuplicatePolicy policy,
      TextColumn userIds,
      TextColumn itemIds,
      EventMemory memory) {
    this.summary = new RatingSummary.Builder(zero);
    this.policy = policy;
    this.userIds = userIds;
    this.itemIds = itemIds;
    this.userCounts = new int[userIds.size()];
    this.itemCounts = new int[itemIds.size()];
    this.merged = new EventLog(memory);
  }

  /// The events of each user after [#merged].
  int[] userCounts() {
    return userCounts;
  }

  /// The events of each item after [#merged].
  int[] itemCounts() {
    return itemCounts;
  }

  /// What the values are after [#merged].
  RatingSummary summary() {
    return summary.build();
  }

  @Override
  public void take(int user, long[] events, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      add(user, (int) events[i], (int) (events[i] >>> Integer.SIZE));
    }
  }

  /// What is left, once all rows were taken.
  EventLog merged() throws IOException {
    finish();
    return merged;
  }

  private void add(int nextUser, int nextItem, int valueBits) throws IOException {
    if (nextItem != item || nextUser != user) {
      finish();
      user = nextUser;
      item = nextItem;
    }
    float value = Float.intBitsToFloat(valueBits);
    if (rows++ == 0) {
      first = value;
      rated = 0;
      sum = 0;
      max = Float.NEGATIVE_INFINITY;
    }
    last = value;
    if (summary.isRating(value)) {
      rated++;
      sum += value;
      max = Math.max(max, value);
    }
  }

  /// Writes the pair at hand, if there is one.
  private void finish() throws IOException {
    if (rows == 0) {
      return;
    }
    float value = rows == 1 ? last : mergedValue();
    merged.add(user, item, Float.floatToRawIntBits(value));
    userCounts[user]++;
    itemCounts[item]++;
    summary.add(value);
    rows = 0;
  }

  private float mergedValue() throws LoaderException {
    return switch (policy) {
      case LAST -> last;
      case FIRST -> first;
      case MEAN -> rated == 0 ? 0 : (float) (sum / rated);
      case MAX -> rated == 0 ? 0 : max;
      case ERROR ->
          throw new LoaderException(
              ("a user may rate an item once: user='%s', item='%s', rows=%d; choose which to keep"
                      + " with --duplicates last|first|mean|max")
                  .formatted(userIds.text(user), itemIds.text(item), rows));
    };
  }
}
