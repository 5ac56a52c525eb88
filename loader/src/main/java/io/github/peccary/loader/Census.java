package io.github.peccary.loader;

import io.github.peccary.engine.ratings.RatingSummary;
import io.github.peccary.engine.ratings.Zero;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/// One pass over events by user and, within a user, by item: merges the rows of a pair into the
/// last one and counts. The numbers of users and items are by the bytes of their ids, so that what
/// is found first does not depend on the order of the source.
final class Census implements EventSort.Rows {
  private static final int[] ENDS = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, Integer.MAX_VALUE};

  private static final int MOST_COLLECTORS = 100;
  private static final int COLLECTOR_EVENTS = 1000;
  private static final int LEAST_EVENTS = 100; // of a collector by share

  /// A user whose events were counted.
  private record Tally(int user, int events, int ratings, int zeros, double sum) {}

  private record Pair(int user, int item, int rows, float first, float last) {}

  final int[] userEvents;
  final int[] itemEvents;
  final ValueCounts values = new ValueCounts();
  private final int[] itemZeros;
  private final RatingSummary.Builder summary;
  private final EventLog merged;
  private long events;
  private long zeros;
  private int onlyZeros;
  private long duplicateRows;
  private long samePairs;
  private long differentPairs;
  private final TopList<Pair> pairs = new TopList<>();
  private long overLimit;

  /// Those with the most events, the one with the fewest first.
  private final PriorityQueue<Tally> largest =
      new PriorityQueue<>(
          Comparator.comparingInt(Tally::events)
              .thenComparing(Comparator.comparingInt(Tally::user).reversed()));

  // The user at hand.
  private int user = -1;
  private int userZeros;
  private int userRatings;
  private double userSum;

  // The pair at hand.
  private int item = -1;
  private int rows;
  private float first;
  private float last;
  private boolean same;

  Census(int users, int items, Zero zero, EventMemory memory) {
    this.merged = new EventLog(memory);
    this.userEvents = new int[users];
    this.itemEvents = new int[items];
    this.itemZeros = new int[items];
    this.summary = new RatingSummary.Builder(zero);
  }

  @Override
  public void take(int user, long[] events, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      add(user, (int) events[i], (int) (events[i] >>> Integer.SIZE));
    }
  }

  /// After the last row: one event of each pair.
  EventLog merged() throws IOException {
    endPair();
    endUser();
    user = -1;
    return merged;
  }

  private void add(int nextUser, int nextItem, int valueBits) throws IOException {
    float value = Float.intBitsToFloat(valueBits);
    if (nextItem != item || nextUser != user) {
      endPair();
      if (nextUser != user) {
        endUser();
        user = nextUser;
      }
      item = nextItem;
      rows = 0;
      first = value;
      same = true;
    }
    rows++;
    last = value;
    same &= value == first;
  }

  private void endPair() throws IOException {
    if (user < 0) {
      return;
    }
    merged.add(user, item, Float.floatToRawIntBits(last));
    events++;
    userEvents[user]++;
    itemEvents[item]++;
    values.add(last);
    summary.add(last);
    if (last == 0) {
      userZeros++;
      itemZeros[item]++;
    }
    if (summary.isRating(last)) {
      userRatings++;
      userSum += last;
    }
    if (rows > 1) {
      addDuplicate();
    }
  }

  private void addDuplicate() {
    duplicateRows += rows - 1;
    samePairs += same ? 1 : 0;
    differentPairs += same ? 0 : 1;
    if (pairs.takes(rows)) {
      pairs.add(rows, new Pair(user, item, rows, first, last));
    }
  }

  private void endUser() {
    if (user < 0) {
      return;
    }
    int count = userEvents[user];
    zeros += userZeros;
    onlyZeros += userZeros == count ? 1 : 0;
    overLimit += count > COLLECTOR_EVENTS ? 1 : 0;
    if (count >= LEAST_EVENTS) {
      largest.add(new Tally(user, count, userRatings, userZeros, userSum));
      if (largest.size() > MOST_COLLECTORS) {
        largest.remove();
      }
    }
    userZeros = 0;
    userRatings = 0;
    userSum = 0;
  }

  long ratings() {
    return summary.build().ratings();
  }

  long events() {
    return events;
  }

  DoctorReport.Zeros zeros() {
    int items = 0;
    for (int i = 0; i < itemEvents.length; i++) {
      items += itemZeros[i] == itemEvents[i] ? 1 : 0;
    }
    return new DoctorReport.Zeros(zeros, onlyZeros, items);
  }

  DoctorReport.Duplication duplicates(TextGroups users, TextGroups items) {
    return new DoctorReport.Duplication(
        duplicateRows,
        samePairs,
        differentPairs,
        pairs.things().stream()
            .map(
                pair ->
                    new DoctorReport.DuplicatePair(
                        users.text(pair.user),
                        items.text(pair.item),
                        pair.rows,
                        pair.first,
                        pair.last))
            .toList());
  }

  /// How many users are collectors.
  long collectorCount() {
    return overLimit
        + largest.stream()
            .filter(tally -> tally.events <= COLLECTOR_EVENTS && isLarge(tally))
            .count();
  }

  private boolean isLarge(Tally tally) {
    return tally.events > COLLECTOR_EVENTS || 100L * tally.events > events;
  }

  List<DoctorReport.Collector> collectors(TextGroups users) {
    return largest.stream()
        .filter(this::isLarge)
        .sorted(largest.comparator().reversed())
        .map(
            tally ->
                new DoctorReport.Collector(
                    users.text(tally.user),
                    tally.events,
                    tally.ratings,
                    tally.zeros,
                    tally.sum / tally.ratings))
        .toList();
  }

  /// Users, or items, by their numbers of events.
  static List<DoctorReport.SizeClass> sizes(int[] counts) {
    int[] owners = new int[ENDS.length];
    long[] events = new long[ENDS.length];
    for (int count : counts) {
      int size = 0;
      while (count > ENDS[size]) {
        size++;
      }
      owners[size]++;
      events[size] += count;
    }
    List<DoctorReport.SizeClass> sizes = new ArrayList<>();
    for (int size = 0; size < ENDS.length; size++) {
      int from = size == 0 ? 1 : ENDS[size - 1] + 1;
      sizes.add(new DoctorReport.SizeClass(from, ENDS[size], owners[size], events[size]));
    }
    return sizes;
  }
}
