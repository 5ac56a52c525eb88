package io.github.peccary.loader;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Brings events into rows, by user or by item: a counting sort, stable and linear.
///
/// 1. Keys, which are users or items, are cut into ranges whose events fit the memory for sorting.
///    Events are dealt out to the logs of the ranges as they come, in [#add].
/// 2. [#rows] takes one range after the other: every event goes to its place, one long each, the
///    bits of its value above the number on its other side; a row is sorted by that number, where
///    this is asked for.
///
/// So what a sort gives can go straight into the next one, and an event is written to a log, and
/// read from it, once a sort. Where all fits the memory there is one range.
final class EventSort {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final long VALUE = -1L << Integer.SIZE;

  /// New numbers of users and items, by their old ones.
  record Numbering(int[] users, int[] items) {}

  /// Takes the rows of a sort, by ascending key.
  interface Rows {
    /// Takes the next events of a row, `events[from, to)`, valid during the call; a row comes in
    /// one piece or in several, one without events not at all.
    void take(int key, long[] events, int from, int to) throws IOException;
  }

  private final EventMemory memory;
  private final int key;
  private final int other;
  private final int[] counts;
  private final boolean ascending;
  private final int[] ends; // of the ranges
  private final EventLog[] ranges;
  private @Nullable Numbering numbering;
  private long[] buffer = new long[1 << 13];
  private final RowOrder order = new RowOrder();

  /// @param key [EventLog#USER] or [EventLog#ITEM]
  /// @param counts the events of each key
  /// @param ascending whether a row ascends in the number on the other side, events of the same
  ///     number as they came; else all events of a row are as they came
  EventSort(EventMemory memory, int key, int[] counts, boolean ascending) {
    this.memory = memory;
    this.key = key;
    this.other = EventLog.USER + EventLog.ITEM - key;
    this.counts = counts;
    this.ascending = ascending;
    this.ends = rangeEnds(counts, memory.sortCapacity());
    this.ranges = new EventLog[ends.length];
    Arrays.setAll(ranges, range -> new EventLog(memory));
  }

  /// Where ranges of keys end that each fit the memory, or are of a single key.
  private static int[] rangeEnds(int[] counts, long capacity) {
    List<Integer> ends = new ArrayList<>();
    long inRange = 0;
    for (int key = 0; key < counts.length; key++) {
      if (inRange > 0 && inRange + counts[key] > capacity) {
        ends.add(key);
        inRange = 0;
      }
      inRange += counts[key];
    }
    ends.add(counts.length);
    return ends.stream().mapToInt(Integer::intValue).toArray();
  }

  void add(int user, int item, int valueBits) throws IOException {
    ranges[ranges.length == 1 ? 0 : rangeOf(key == EventLog.USER ? user : item)].add(
        user, item, valueBits);
  }

  /// The first range that ends after the key.
  private int rangeOf(int key) {
    int low = 0;
    int high = ends.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ends[middle] <= key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /// Takes all events of a log, which is closed when it is no longer needed; nothing else may be
  /// added then.
  ///
  /// @param numbering applied to the events as they are read; the counts are by new number
  void addAll(EventLog events, @Nullable Numbering numbering) throws IOException {
    if (ranges.length == 1) {
      ranges[0] = events;
      this.numbering = numbering;
      return;
    }
    int[] block = new int[EventMemory.BLOCK_INTS];
    for (int number = 0; number < events.blocks(); number++) {
      int filled = read(events, number, block, numbering);
      for (int i = 0; i < filled; i += EventLog.INTS) {
        add(block[i], block[i + EventLog.ITEM], block[i + EventLog.VALUE]);
      }
    }
    events.close();
  }

  private static int read(EventLog events, int number, int[] block, @Nullable Numbering numbering)
      throws IOException {
    int filled = events.read(number, block);
    if (numbering != null) {
      renumber(block, filled, numbering);
    }
    return filled;
  }

  private static void renumber(int[] block, int filled, Numbering numbering) {
    for (int i = 0; i < filled; i += EventLog.INTS) {
      block[i] = numbering.users[block[i]];
      block[i + EventLog.ITEM] = numbering.items[block[i + EventLog.ITEM]];
    }
  }

  /// Hands over all rows; the events are no longer here then.
  void rows(Rows to) throws IOException {
    if (ranges.length > 1) {
      memory.sortSpace(memory.sortCapacity());
    }
    int first = 0;
    for (int range = 0; range < ranges.length; range++) {
      int end = ends[range];
      if (ranges[range].size() <= memory.sortCapacity()) {
        sort(ranges[range], first, end, to);
      } else if (ascending) {
        sortLongRow(ranges[range], onlyRow(first), to);
      } else {
        copyLongRow(ranges[range], onlyRow(first), to);
      }
      first = end;
    }
  }

  /// The row of a range that is too large: no other row in it has events.
  private int onlyRow(int first) {
    int row = first;
    while (counts[row] == 0) {
      row++;
    }
    return row;
  }

  private void sort(EventLog events, int first, int end, Rows to) throws IOException {
    long size = events.size();
    MemorySegment space = memory.sortSpace(size);
    int[] next = starts(first, end);
    int[] block = new int[EventMemory.BLOCK_INTS];
    for (int number = 0; number < events.blocks(); number++) {
      place(block, read(events, number, block, numbering), next, first, space);
    }
    events.close(); // before others need its memory
    handOver(space, size, first, end, to);
  }

  private int[] starts(int first, int end) {
    int[] starts = new int[end - first];
    for (int row = 1; row < starts.length; row++) {
      starts[row] = starts[row - 1] + counts[first + row - 1];
    }
    return starts;
  }

  /// Long loops are methods of their own: most are compiled while they run, and with less around
  /// them it takes less time.
  private void place(int[] block, int filled, int[] next, int first, MemorySegment space) {
    for (int i = 0; i < filled; i += EventLog.INTS) {
      int place = next[block[i + key] - first]++;
      space.setAtIndex(LONG, place, event(block[i + other], block[i + EventLog.VALUE]));
    }
  }

  private static long event(int other, int valueBits) {
    return (long) valueBits << Integer.SIZE | other; // a number is never negative
  }

  private void handOver(MemorySegment space, long size, int first, int end, Rows to)
      throws IOException {
    int at = 0;
    int filled = 0;
    long copied = 0;
    for (int row = first; row < end; row++) {
      int count = counts[row];
      if (count > filled - at) {
        int kept = filled - at;
        System.arraycopy(buffer, at, buffer, 0, kept);
        buffer = count > buffer.length ? Arrays.copyOf(buffer, count) : buffer;
        int more = (int) Math.min(size - copied, buffer.length - kept);
        MemorySegment.copy(space, LONG, copied * Long.BYTES, buffer, kept, more);
        copied += more;
        filled = kept + more;
        at = 0;
      }
      if (count > 0) {
        if (ascending) {
          order.sort(buffer, at, at + count);
        }
        to.take(row, buffer, at, at + count);
        at += count;
      }
    }
  }

  /// A row of more events than fit the memory, sorted by the number on the other side as all
  /// events are by key.
  private void sortLongRow(EventLog events, int row, Rows to) throws IOException {
    int[] block = new int[EventMemory.BLOCK_INTS];
    int[] otherCounts = new int[1];
    for (int number = 0; number < events.blocks(); number++) {
      int filled = read(events, number, block, numbering);
      for (int i = other; i < filled; i += EventLog.INTS) {
        if (block[i] >= otherCounts.length) {
          otherCounts = Arrays.copyOf(otherCounts, Math.max(2 * otherCounts.length, block[i] + 1));
        }
        otherCounts[block[i]]++;
      }
    }
    EventSort sort = new EventSort(memory, other, otherCounts, false);
    sort.addAll(events, numbering);
    sort.rows(
        (number, sorted, from, end) -> {
          for (int i = from; i < end; i++) {
            sorted[i] = (sorted[i] & VALUE) | number;
          }
          to.take(row, sorted, from, end);
        });
  }

  private void copyLongRow(EventLog events, int row, Rows to) throws IOException {
    int[] block = new int[EventMemory.BLOCK_INTS];
    for (int number = 0; number < events.blocks(); number++) {
      int filled = read(events, number, block, numbering);
      for (int i = 0; i < filled; i += EventLog.INTS) {
        buffer[i / EventLog.INTS] = event(block[i + other], block[i + EventLog.VALUE]);
      }
      to.take(row, buffer, 0, filled / EventLog.INTS);
    }
    events.close();
  }
}
