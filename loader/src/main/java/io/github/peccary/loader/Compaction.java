package io.github.peccary.loader;

import io.github.peccary.engine.ratings.CompressedRows;
import io.github.peccary.engine.ratings.Zero;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// From events in the order of the source to rows by user in the numbering of the file.
///
/// 1. A counting sort by item, then a transposition, leave the events by user and, within a user,
///    by item; both are stable, so the rows of one pair stand together in the order of the source.
/// 2. One pass merges them.
/// 3. Users and items are renumbered by falling number of events, ties by id.
/// 4. A transposition into the new numbers and another one back leave every row ascending.
///
/// Every step is linear in the events and off the heap; on the heap are a few numbers per user and
/// per item.
final class Compaction {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  private Compaction() {}

  /// @param byUser in the numbering of the file, items ascending within a row
  /// @param users the interned number of each user of the file
  /// @param items the interned number of each item of the file
  /// @param duplicates events that were merged into another one
  record Compacted(CompressedRows byUser, int[] users, int[] items, long duplicates) {}

  /// Consumes the log. Two sets of rows are all the memory it takes: each transposition goes from
  /// one into the other.
  ///
  /// @param arena holds the result
  static Compacted compact(
      EventLog log,
      BytePool userIds,
      BytePool itemIds,
      Zero zero,
      DuplicatePolicy policy,
      Arena arena)
      throws LoaderException {
    int users = userIds.size();
    int items = itemIds.size();
    long events = log.size();
    CompressedRows byUser = allocate(users, items, events, arena);
    try (Arena scratch = Arena.ofConfined()) {
      CompressedRows byItem = allocate(items, users, events, scratch);
      sortByItem(log, byItem);
      log.close();
      transpose(byItem, identity(items), identity(users), byUser);
      CompressedRows merged = Duplicates.merge(byUser, zero, policy, userIds, itemIds);
      int[] userOrder = IdSort.byFallingCount(userIds, rowSizes(merged));
      int[] itemOrder = IdSort.byFallingCount(itemIds, columnSizes(merged));
      byItem = transpose(merged, userOrder, inverse(itemOrder), byItem);
      byUser = transpose(byItem, identity(items), identity(users), byUser);
      return new Compacted(byUser, userOrder, itemOrder, events - byUser.entries());
    }
  }

  /// The number of explicit ratings.
  static long ratings(CompressedRows rows, Zero zero) {
    if (zero == Zero.RATING) {
      return rows.entries();
    }
    long ratings = 0;
    for (long position = 0, end = rows.entries(); position < end; position++) {
      ratings += rows.value(position) != 0 ? 1 : 0;
    }
    return ratings;
  }

  private static void sortByItem(EventLog log, CompressedRows byItem) {
    long[] next = new long[byItem.rows() + 1];
    for (int chunk = 0; chunk < log.chunks(); chunk++) {
      for (int event = 0, events = log.events(chunk); event < events; event++) {
        next[log.item(chunk, event) + 1]++;
      }
    }
    writeOffsets(next, byItem.offsets());
    for (int chunk = 0; chunk < log.chunks(); chunk++) {
      for (int event = 0, events = log.events(chunk); event < events; event++) {
        long target = next[log.item(chunk, event)]++;
        byItem.indices().setAtIndex(INT, target, log.user(chunk, event));
        byItem.values().setAtIndex(FLOAT, target, log.value(chunk, event));
      }
    }
  }

  /// Columns become rows and rows columns, both renumbered; within a new row the entries stand in
  /// `rowOrder`. It is a counting sort, and stable.
  ///
  /// @param rowOrder the old row of each new number, a permutation
  /// @param columnNumber the new number of each old column, a permutation
  /// @param space where the result goes; it may be larger
  private static CompressedRows transpose(
      CompressedRows in, int[] rowOrder, int[] columnNumber, CompressedRows space) {
    CompressedRows out = firstEntries(space, in.entries());
    long[] next = new long[in.columns() + 1];
    for (long position = 0, end = in.entries(); position < end; position++) {
      next[columnNumber[in.index(position)] + 1]++;
    }
    writeOffsets(next, out.offsets());
    for (int row = 0; row < in.rows(); row++) {
      int old = rowOrder[row];
      for (long position = in.start(old), end = in.end(old); position < end; position++) {
        long target = next[columnNumber[in.index(position)]]++;
        out.indices().setAtIndex(INT, target, row);
        out.values().setAtIndex(FLOAT, target, in.value(position));
      }
    }
    return out;
  }

  /// The same segments, cut to the number of entries that are in use.
  static CompressedRows firstEntries(CompressedRows rows, long entries) {
    return new CompressedRows(
        rows.rows(),
        rows.columns(),
        rows.offsets(),
        rows.indices().asSlice(0, entries * Integer.BYTES),
        rows.values().asSlice(0, entries * Float.BYTES));
  }

  private static CompressedRows allocate(int rows, int columns, long events, Arena arena) {
    MemorySegment offsets = arena.allocate(LONG, rows + 1L);
    return new CompressedRows(
        rows, columns, offsets, arena.allocate(INT, events), arena.allocate(FLOAT, events));
  }

  /// Turns sizes, each one place late, into the starts of the rows, and writes them.
  private static void writeOffsets(long[] sizes, MemorySegment offsets) {
    for (int row = 1; row < sizes.length; row++) {
      sizes[row] += sizes[row - 1];
    }
    MemorySegment.copy(sizes, 0, offsets, LONG, 0, sizes.length);
  }

  private static long[] rowSizes(CompressedRows rows) {
    long[] sizes = new long[rows.rows()];
    for (int row = 0; row < sizes.length; row++) {
      sizes[row] = rows.end(row) - rows.start(row);
    }
    return sizes;
  }

  private static long[] columnSizes(CompressedRows rows) {
    long[] sizes = new long[rows.columns()];
    for (long position = 0, end = rows.entries(); position < end; position++) {
      sizes[rows.index(position)]++;
    }
    return sizes;
  }

  private static int[] identity(int size) {
    int[] identity = new int[size];
    for (int i = 0; i < size; i++) {
      identity[i] = i;
    }
    return identity;
  }

  private static int[] inverse(int[] order) {
    int[] numbers = new int[order.length];
    for (int number = 0; number < order.length; number++) {
      numbers[order[number]] = number;
    }
    return numbers;
  }
}
