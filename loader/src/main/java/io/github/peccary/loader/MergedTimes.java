package io.github.peccary.loader;

import io.github.peccary.engine.ratings.TimeRange;
import java.io.IOException;

/// Takes times by user, ascending in the items, and keeps one of each pair of user and item: that
/// of its first row or of its last one.
final class MergedTimes implements EventSort.Rows {
  private final boolean first;
  private final EventLog kept;
  private long earliest = Long.MAX_VALUE;
  private long latest = Long.MIN_VALUE;

  // The pair at hand.
  private int user = -1;
  private int item = -1;
  private int time;

  MergedTimes(DuplicatePolicy policy, EventMemory memory) {
    this.first = policy == DuplicatePolicy.FIRST;
    this.kept = new EventLog(memory);
  }

  @Override
  public void take(int nextUser, long[] events, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      int nextItem = (int) events[i];
      int nextTime = (int) (events[i] >>> Integer.SIZE);
      if (nextItem != item || nextUser != user) {
        finish();
        user = nextUser;
        item = nextItem;
        time = nextTime;
      } else if (!first) {
        time = nextTime;
      }
    }
  }

  /// Writes the pair at hand, if there is one.
  private void finish() throws IOException {
    if (user >= 0) {
      kept.add(user, item, time);
      earliest = Math.min(earliest, Integer.toUnsignedLong(time));
      latest = Math.max(latest, Integer.toUnsignedLong(time));
    }
    user = -1;
  }

  /// What is left, once all rows were taken; times are unsigned.
  EventLog kept() throws IOException {
    finish();
    return kept;
  }

  /// Of the times that are left, after [#kept].
  TimeRange range() {
    return new TimeRange(earliest, latest);
  }
}
