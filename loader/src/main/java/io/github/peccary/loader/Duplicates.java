package io.github.peccary.loader;

import io.github.peccary.engine.ratings.RatingSummary;
import io.github.peccary.engine.ratings.TextColumn;
import io.github.peccary.engine.ratings.Zero;
import java.io.IOException;

/// Merges the events of one pair of user and item into one, and counts what is left.
final class Duplicates {
  private final DuplicatePolicy policy;
  private final TextColumn userIds;
  private final TextColumn itemIds;
  private final int[] userCounts;
  private final int[] itemCounts;
  private final RatingSummary.Builder summary;

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
  Duplicates(Zero zero, DuplicatePolicy policy, TextColumn userIds, TextColumn itemIds) {
    this.summary = new RatingSummary.Builder(zero);
    this.policy = policy;
    this.userIds = userIds;
    this.itemIds = itemIds;
    this.userCounts = new int[userIds.size()];
    this.itemCounts = new int[itemIds.size()];
  }

  /// The events of each user after [#merge].
  int[] userCounts() {
    return userCounts;
  }

  /// The events of each item after [#merge].
  int[] itemCounts() {
    return itemCounts;
  }

  /// What the values are after [#merge].
  RatingSummary summary() {
    return summary.build();
  }

  /// @param events the events of a pair one after the other, in the order of the source; closed
  ///     when merged
  EventLog merge(EventLog events, EventMemory memory) throws IOException {
    EventLog merged = new EventLog(memory);
    int[] block = new int[EventMemory.BLOCK_INTS];
    for (int number = 0; number < events.blocks(); number++) {
      int filled = events.read(number, block);
      for (int i = 0; i < filled; i += EventLog.INTS) {
        add(block[i], block[i + EventLog.ITEM], block[i + EventLog.VALUE], merged);
      }
    }
    finish(merged);
    events.close();
    return merged;
  }

  private void add(int nextUser, int nextItem, int valueBits, EventLog merged) throws IOException {
    if (nextItem != item || nextUser != user) {
      finish(merged);
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
  private void finish(EventLog merged) throws IOException {
    if (rows == 0) {
      return;
    }
    float value = rows == 1 ? last : merged();
    merged.add(user, item, Float.floatToRawIntBits(value));
    userCounts[user]++;
    itemCounts[item]++;
    summary.add(value);
    rows = 0;
  }

  private float merged() throws LoaderException {
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
