package io.github.peccary.loader;

import io.github.peccary.engine.ratings.RatingMatrixWriter;
import io.github.peccary.engine.ratings.TextColumn;
import io.github.peccary.engine.ratings.TextOrder;
import io.github.peccary.engine.ratings.TextSelection;
import io.github.peccary.engine.ratings.Zero;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// From events in the order of the source to the rows of the file.
///
/// 1. Two sorts, by item and then by user, leave the events by user and, within a user, by item;
///    both are stable, so the rows of one pair stand together in the order of the source.
/// 2. One pass merges them.
/// 3. Users and items are renumbered by falling number of events, ties by id.
/// 4. Two sorts by the new numbers give the rows by user, a third one the rows by item.
///
/// Every step is linear in the events, and takes the memory that [EventMemory] grants. Beside it
/// there are, for each user and each item, its id and some numbers.
final class Compaction {
  private static final int DIGIT_BITS = 16;

  private final EventSort sort;
  private final Zero zero;
  private final TextColumn userIds;
  private final TextColumn itemIds;
  private final Duplicates duplicates;
  private final EventLog merged;
  private final long duplicateEvents;

  // By number in the file: the number of the user or item in the log.
  private final int[] users;
  private final int[] items;

  private final int[] usersByText;
  private final int[] itemsByText;

  /// Steps 1 to 3.
  ///
  /// @param log is consumed
  /// @param userIds by the numbers in the log
  Compaction(
      EventLog log,
      TextColumn userIds,
      TextColumn itemIds,
      Zero zero,
      DuplicatePolicy policy,
      EventMemory memory)
      throws IOException {
    this.sort = new EventSort(memory);
    this.zero = zero;
    this.userIds = userIds;
    this.itemIds = itemIds;
    this.duplicates = new Duplicates(zero, policy, userIds, itemIds);
    long events = log.size();
    int[] userCounts = counts(log, EventLog.USER, userIds.size());
    int[] itemCounts = counts(log, EventLog.ITEM, itemIds.size());
    EventLog byItem = sort.sort(log, EventLog.ITEM, itemCounts, null);
    this.merged = duplicates.merge(sort.sort(byItem, EventLog.USER, userCounts, null), memory);
    this.duplicateEvents = events - merged.size();
    this.usersByText = TextOrder.of(userIds);
    this.itemsByText = TextOrder.of(itemIds);
    this.users = byFallingCount(usersByText, duplicates.userCounts());
    this.items = byFallingCount(itemsByText, duplicates.itemCounts());
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

  /// The number in the log of each item of the file.
  int[] items() {
    return items;
  }

  /// Begins the file. The ids are not needed afterwards.
  RatingMatrixWriter begin(
      Path output, @Nullable TextSelection titles, Map<String, String> metadata)
      throws IOException {
    return RatingMatrixWriter.create(
        output,
        merged.size(),
        duplicates.summary(),
        new TextSelection(userIds, users),
        usersByText,
        new TextSelection(itemIds, items),
        itemsByText,
        titles,
        zero,
        metadata);
  }

  /// Step 4. Can be called once.
  void writeTo(RatingMatrixWriter writer) throws IOException {
    int[] userCounts = inOrder(duplicates.userCounts(), users);
    int[] itemCounts = inOrder(duplicates.itemCounts(), items);
    EventSort.Numbering numbering = new EventSort.Numbering(inverse(users), inverse(items));
    EventLog byItem = sort.sort(merged, EventLog.ITEM, itemCounts, numbering);
    EventLog byUser = sort.sort(byItem, EventLog.USER, userCounts, null);
    write(userCounts, byUser, EventLog.ITEM, writer.byUser());
    EventLog byItemAgain = sort.sort(byUser, EventLog.ITEM, itemCounts, null);
    write(itemCounts, byItemAgain, EventLog.USER, writer.byItem());
    byItemAgain.close();
  }

  private void write(int[] counts, EventLog events, int index, RatingMatrixWriter.Rows rows)
      throws IOException {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment indices = arena.allocate(ValueLayout.JAVA_INT, EventMemory.CHUNK_EVENTS);
      MemorySegment values = arena.allocate(ValueLayout.JAVA_INT, EventMemory.CHUNK_EVENTS);
      rows.appendCounts(counts);
      int[] block = new int[EventMemory.BLOCK_INTS];
      int[] ints = new int[EventMemory.BLOCK_EVENTS];
      long filled = 0;
      for (int number = 0; number < events.blocks(); number++) {
        int count = events.read(number, block) / EventLog.INTS;
        copy(block, index, count, ints, indices, filled);
        copy(block, EventLog.VALUE, count, ints, values, filled);
        filled += count;
        if (filled == EventMemory.CHUNK_EVENTS || number == events.blocks() - 1) {
          rows.appendEntries(
              indices.asSlice(0, filled * Integer.BYTES), values.asSlice(0, filled * Float.BYTES));
          filled = 0;
        }
      }
    }
  }

  private static void copy(
      int[] block, int field, int count, int[] ints, MemorySegment to, long index) {
    for (int i = 0; i < count; i++) {
      ints[i] = block[i * EventLog.INTS + field];
    }
    MemorySegment.copy(ints, 0, to, ValueLayout.JAVA_INT, index * Integer.BYTES, count);
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
