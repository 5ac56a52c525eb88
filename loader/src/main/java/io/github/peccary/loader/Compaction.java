package io.github.peccary.loader;

import io.github.peccary.engine.ratings.RatingMatrixWriter;
import io.github.peccary.engine.ratings.TextColumn;
import io.github.peccary.engine.ratings.TextOrder;
import io.github.peccary.engine.ratings.TextSelection;
import io.github.peccary.engine.ratings.TimeRange;
import io.github.peccary.engine.ratings.Zero;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// From events in the order of the source to the rows of the file.
///
/// 1. A sort by user, and by item within a user, lets the rows of one pair stand together, in the
///    order of the source; they are merged.
/// 2. Users and items are renumbered by falling number of events, ties by id.
/// 3. A sort by the new numbers gives the rows by user, and these, sorted by item, the rows by
///    item.
///
/// Where events have times, these come as a second log of the same events, with times in place of
/// values, and go the same way through sorts of their own: events without times are no wider for
/// it, and the sorts know of values only.
///
/// Every step is linear in the events, but for the order within a row, and takes the memory that
/// [EventMemory] grants. Beside it there are, for each user and each item, its id and some numbers.
final class Compaction {
  private static final int DIGIT_BITS = 16;

  private final EventMemory memory;
  private final Zero zero;
  private final TextColumn userIds;
  private final TextColumn itemIds;
  private final Duplicates duplicates;
  private final EventLog merged;
  private final @Nullable EventLog mergedTimes;
  private final @Nullable TimeRange timeRange;
  private final long duplicateEvents;

  // By number in the file: the number of the user or item in the log.
  private final int[] users;
  private final int[] items;

  private final int[] usersByText;
  private final int[] itemsByText;

  /// Steps 1 and 2.
  ///
  /// @param log is consumed
  /// @param times see [EventCollector#times]; is consumed
  /// @param userIds by the numbers in the log
  Compaction(
      EventLog log,
      @Nullable EventLog times,
      TextColumn userIds,
      TextColumn itemIds,
      Zero zero,
      DuplicatePolicy policy,
      EventMemory memory)
      throws IOException {
    this.memory = memory;
    this.zero = zero;
    this.userIds = userIds;
    this.itemIds = itemIds;
    this.duplicates = new Duplicates(zero, policy, userIds, itemIds, memory);
    long events = log.size();
    int[] userRows = counts(log, EventLog.USER, userIds.size());
    sortByUser(log, userRows, null, duplicates);
    this.merged = duplicates.merged();
    if (times == null) {
      this.mergedTimes = null;
      this.timeRange = null;
    } else {
      MergedTimes merge = new MergedTimes(policy, memory);
      sortByUser(times, userRows, null, merge);
      this.mergedTimes = merge.kept();
      this.timeRange = merge.range();
    }
    this.duplicateEvents = events - merged.size();
    this.usersByText = TextOrder.of(userIds);
    this.itemsByText = TextOrder.of(itemIds);
    this.users = byFallingCount(usersByText, duplicates.userCounts());
    this.items = byFallingCount(itemsByText, duplicates.itemCounts());
  }

  private void sortByUser(
      EventLog log, int[] counts, EventSort.@Nullable Numbering numbering, EventSort.Rows to)
      throws IOException {
    EventSort byUser = new EventSort(memory, EventLog.USER, counts, true);
    byUser.addAll(log, numbering);
    byUser.rows(to);
  }

  long ratings() {
    return duplicates.summary().ratings();
  }

  /// Events that are left.
  long events() {
    return merged.size();
  }

  int users() {
    return users.length;
  }

  /// Events that were merged into another one.
  long duplicates() {
    return duplicateEvents;
  }

  /// Null if events have no times.
  @Nullable TimeRange timeRange() {
    return timeRange;
  }

  /// The number in the log of each item of the file.
  int[] items() {
    return items;
  }

  /// Begins the file. The ids are not needed afterwards.
  RatingMatrixWriter begin(
      Path output, @Nullable TextSelection titles, Map<String, String> metadata)
      throws IOException {
    TextSelection userSelection = new TextSelection(userIds, users);
    TextSelection itemSelection = new TextSelection(itemIds, items);
    memory.requireRoomToWrite(
        merged,
        mergedTimes,
        RatingMatrixWriter.tensorBytes(
            merged.size(), userSelection, itemSelection, titles, mergedTimes != null));
    return RatingMatrixWriter.create(
        output,
        merged.size(),
        duplicates.summary(),
        userSelection,
        usersByText,
        itemSelection,
        itemsByText,
        titles,
        zero,
        timeRange,
        metadata);
  }

  /// Step 3. Can be called once.
  void writeTo(RatingMatrixWriter writer) throws IOException {
    int[] userCounts = inOrder(duplicates.userCounts(), users);
    int[] itemCounts = inOrder(duplicates.itemCounts(), items);
    EventSort.Numbering numbering = new EventSort.Numbering(inverse(users), inverse(items));
    if (mergedTimes != null) {
      try (TimeWriter file = new TimeWriter(writer)) {
        sortByUser(mergedTimes, userCounts, numbering, file);
        file.flush();
      }
    }
    EventSort byItem = new EventSort(memory, EventLog.ITEM, itemCounts, false);
    try (RowWriter file = new RowWriter(writer.byUser(), userCounts)) {
      sortByUser(
          merged,
          userCounts,
          numbering,
          (user, events, from, to) -> {
            file.take(user, events, from, to);
            for (int i = from; i < to; i++) {
              byItem.add(user, (int) events[i], (int) (events[i] >>> Integer.SIZE));
            }
          });
      file.flush();
    }
    try (RowWriter file = new RowWriter(writer.byItem(), itemCounts)) {
      byItem.rows(file);
      file.flush();
    }
  }

  /// The events of each user, or of each item.
  static int[] counts(EventLog log, int key, int keys) throws IOException {
    int[] counts = new int[keys];
    int[] block = new int[EventMemory.BLOCK_INTS];
    for (int number = 0; number < log.blocks(); number++) {
      int filled = log.read(number, block);
      for (int i = key; i < filled; i += EventLog.INTS) {
        counts[block[i]]++;
      }
    }
    return counts;
  }

  /// The numbers of `order` by falling count; where counts are equal they stay as they are. Two
  /// passes of a radix sort.
  static int[] byFallingCount(int[] order, int[] counts) {
    int[] from = order;
    for (int shift = 0; shift < Integer.SIZE; shift += DIGIT_BITS) {
      int[] next = new int[(1 << DIGIT_BITS) + 1];
      for (int number : from) {
        next[digit(counts[number], shift) + 1]++;
      }
      for (int digit = 1; digit < next.length; digit++) {
        next[digit] += next[digit - 1];
      }
      int[] to = new int[order.length];
      for (int number : from) {
        to[next[digit(counts[number], shift)]++] = number;
      }
      from = to;
    }
    return from;
  }

  private static int digit(int count, int shift) {
    return ~count >>> shift & (1 << DIGIT_BITS) - 1;
  }

  private static int[] inOrder(int[] numbers, int[] order) {
    int[] ordered = new int[order.length];
    Arrays.setAll(ordered, i -> numbers[order[i]]);
    return ordered;
  }

  private static int[] inverse(int[] order) {
    int[] numbers = new int[order.length];
    for (int number = 0; number < order.length; number++) {
      numbers[order[number]] = number;
    }
    return numbers;
  }
}
