package io.github.peccary.loader;

import io.github.peccary.engine.ratings.CompressedRows;
import io.github.peccary.engine.ratings.Zero;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// From events in the order of the source to rows by user in the numbering of the file.
///
/// 1. A counting sort by item, then a transposition, leave the events by user and, within a user,
///    by item; both are stable, so the rows of one pair stand together in the order of the source.
/// 2. One pass merges them.
/// 3. Users and items are renumbered by falling number of events, ties by id.
/// 4. A transposition into the new numbers and another one back leave every row ascending.
///
/// Every step is linear in the events and off the heap, in two spaces of eight bytes an event, from
/// one into the other; on the heap are a few numbers per user and per item.
final class Compaction {
  private static final int BLOCK = 1 << 10;

  private Compaction() {}

  /// @param byUser in the numbering of the file, items ascending within a row
  /// @param users the interned number of each user of the file
  /// @param items the interned number of each item of the file
  /// @param ratings events that are ratings
  /// @param duplicates events that were merged into another one
  record Compacted(
      CompressedRows byUser, int[] users, int[] items, long ratings, long duplicates) {}

  /// Consumes the log.
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
    long events = log.size();
    MemorySegment space = arena.allocate(ValueLayout.JAVA_LONG, events);
    try (Arena scratch = Arena.ofShared()) {
      MemorySegment other = scratch.allocate(ValueLayout.JAVA_LONG, events);
      PackedRows sorted = sort(log, userIds.size(), itemIds.size(), space, other);
      log.close();
      Duplicates duplicates = new Duplicates(zero, policy, userIds, itemIds);
      PackedRows merged = duplicates.merge(sorted);
      long[] userSizes = sizes(merged.starts());
      int[] users = IdSort.byFallingCount(userIds, userSizes);
      int[] items = IdSort.byFallingCount(itemIds, duplicates.itemSizes());
      PackedRows byItem =
          merged.transpose(
              inverse(users), inverse(items), starts(duplicates.itemSizes(), items), space);
      PackedRows byUser =
          byItem.transpose(
              identity(items.length), identity(users.length), starts(userSizes, users), other);
      return new Compacted(
          unpack(byUser, items.length, space, arena),
          users,
          items,
          duplicates.ratings(),
          events - byUser.size());
    }
  }

  /// The events by user and, within a user, by item.
  private static PackedRows sort(
      EventLog log, int users, int items, MemorySegment space, MemorySegment other) {
    long[] userStarts = new long[users + 1];
    long[] itemStarts = new long[items + 1];
    int[] block = new int[log.blockInts()];
    for (int number = 0; number < log.blocks(); number++) {
      int end = log.read(number, block);
      for (int i = 0; i < end; i += EventLog.INTS) {
        userStarts[block[i] + 1]++;
        itemStarts[block[i + 1] + 1]++;
      }
    }
    PackedRows.sum(userStarts);
    PackedRows.sum(itemStarts);
    long[] next = itemStarts.clone();
    for (int number = 0; number < log.blocks(); number++) {
      int end = log.read(number, block);
      for (int i = 0; i < end; i += EventLog.INTS) {
        PackedRows.set(space, next[block[i + 1]]++, PackedRows.pack(block[i], block[i + 2]));
      }
    }
    return new PackedRows(itemStarts, space)
        .transpose(identity(items), identity(users), userStarts, other);
  }

  private static long[] sizes(long[] starts) {
    long[] sizes = new long[starts.length - 1];
    Arrays.setAll(sizes, row -> starts[row + 1] - starts[row]);
    return sizes;
  }

  /// The starts of rows that have these sizes, in this order.
  private static long[] starts(long[] sizes, int[] order) {
    long[] starts = new long[order.length + 1];
    for (int row = 0; row < order.length; row++) {
      starts[row + 1] = starts[row] + sizes[order[row]];
    }
    return starts;
  }

  /// Indices into the first half of the space, values into the second.
  private static CompressedRows unpack(
      PackedRows rows, int columns, MemorySegment space, Arena arena) {
    long size = rows.size();
    MemorySegment indices = space.asSlice(0, size * Integer.BYTES);
    MemorySegment values = space.asSlice(size * Integer.BYTES, size * Integer.BYTES);
    PackedRows.Reader reader = new PackedRows.Reader(rows.events());
    int[] indexBlock = new int[BLOCK];
    int[] valueBlock = new int[BLOCK];
    for (long done = 0; done < size; done += BLOCK) {
      int count = (int) Math.min(BLOCK, size - done);
      for (int i = 0; i < count; i++) {
        long event = reader.next();
        indexBlock[i] = PackedRows.column(event);
        valueBlock[i] = PackedRows.valueBits(event);
      }
      long offset = done * Integer.BYTES;
      MemorySegment.copy(indexBlock, 0, indices, ValueLayout.JAVA_INT, offset, count);
      MemorySegment.copy(valueBlock, 0, values, ValueLayout.JAVA_INT, offset, count);
    }
    MemorySegment offsets = arena.allocateFrom(ValueLayout.JAVA_LONG, rows.starts());
    return new CompressedRows(rows.rows(), columns, offsets, indices, values);
  }

  private static int[] identity(int size) {
    int[] identity = new int[size];
    Arrays.setAll(identity, i -> i);
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
