package io.github.peccary.loader;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Sorts events by user or by item, stably, in linear time: a counting sort. What does not fit the
/// memory for sorting is first dealt out to logs of a range of users or items each, and these are
/// sorted one after the other.
///
/// Two sorts give both orders: by item, then by user, leaves the items of every user ascending.
///
/// Where an event goes to a place of its own, it is one long, the bits of its value above the
/// number on its other side.
final class EventSort {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  /// New numbers of users and items, by their old ones.
  record Numbering(int[] users, int[] items) {}

  private final EventMemory memory;
  private final int[] block = new int[EventMemory.BLOCK_INTS];
  private final long[] longs = new long[EventMemory.BLOCK_EVENTS];

  EventSort(EventMemory memory) {
    this.memory = memory;
  }

  /// @param events are closed when they are no longer needed
  /// @param key [EventLog#USER] or [EventLog#ITEM]
  /// @param counts the events of each key
  /// @param numbering applied to the events as they are read; the counts are by new number
  EventLog sort(EventLog events, int key, int[] counts, @Nullable Numbering numbering)
      throws IOException {
    List<Integer> ends = rangeEnds(counts);
    EventLog sorted = new EventLog(memory);
    if (ends.size() == 1) {
      sortRange(events, key, counts, 0, counts.length, numbering, sorted);
      return sorted;
    }
    memory.sortSpace(memory.sortCapacity());
    List<EventLog> ranges = deal(events, key, ends, numbering);
    int first = 0;
    for (int range = 0; range < ranges.size(); range++) {
      int end = ends.get(range);
      if (end - first == 1) {
        append(ranges.get(range), sorted);
      } else {
        sortRange(ranges.get(range), key, counts, first, end, null, sorted);
      }
      first = end;
    }
    return sorted;
  }

  /// Where ranges of keys end that each fit the memory, or are of a single key.
  private List<Integer> rangeEnds(int[] counts) {
    List<Integer> ends = new ArrayList<>();
    long capacity = memory.sortCapacity();
    long inRange = 0;
    for (int key = 0; key < counts.length; key++) {
      if (inRange > 0 && inRange + counts[key] > capacity) {
        ends.add(key);
        inRange = 0;
      }
      inRange += counts[key];
    }
    ends.add(counts.length);
    return ends;
  }

  private List<EventLog> deal(
      EventLog events, int key, List<Integer> ends, @Nullable Numbering numbering)
      throws IOException {
    int[] bounds = ends.stream().mapToInt(Integer::intValue).toArray();
    List<EventLog> ranges = new ArrayList<>();
    ends.forEach(end -> ranges.add(new EventLog(memory)));
    for (int number = 0; number < events.blocks(); number++) {
      int filled = read(events, number, numbering);
      for (int i = 0; i < filled; i += EventLog.INTS) {
        ranges
            .get(rangeOf(bounds, block[i + key]))
            .add(block[i], block[i + EventLog.ITEM], block[i + EventLog.VALUE]);
      }
    }
    events.close();
    return ranges;
  }

  /// The first range that ends after the key.
  private static int rangeOf(int[] ends, int key) {
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

  private int read(EventLog events, int number, @Nullable Numbering numbering) throws IOException {
    int filled = events.read(number, block);
    if (numbering != null) {
      for (int i = 0; i < filled; i += EventLog.INTS) {
        block[i] = numbering.users[block[i]];
        block[i + EventLog.ITEM] = numbering.items[block[i + EventLog.ITEM]];
      }
    }
    return filled;
  }

  /// Appends the events, whose keys are all in the range, to `sorted`, and closes their log.
  private void sortRange(
      EventLog events,
      int key,
      int[] counts,
      int first,
      int end,
      @Nullable Numbering numbering,
      EventLog sorted)
      throws IOException {
    long size = events.size();
    MemorySegment space = memory.sortSpace(size);
    int[] next = new int[end - first];
    for (int row = 1; row < next.length; row++) {
      next[row] = next[row - 1] + counts[first + row - 1];
    }
    int other = EventLog.USER + EventLog.ITEM - key;
    for (int number = 0; number < events.blocks(); number++) {
      int filled = read(events, number, numbering);
      for (int i = 0; i < filled; i += EventLog.INTS) {
        int place = next[block[i + key] - first]++;
        set(space, place, (long) block[i + EventLog.VALUE] << Integer.SIZE | block[i + other]);
      }
    }
    events.close(); // before `sorted` needs its memory
    int at = longs.length;
    long loaded = 0;
    for (int row = first; row < end; row++) {
      for (int left = counts[row]; left > 0; left--) {
        if (at == longs.length) {
          int count = (int) Math.min(longs.length, size - loaded);
          at = longs.length - count;
          MemorySegment.copy(space, LONG, loaded * Long.BYTES, longs, at, count);
          loaded += count;
        }
        long event = longs[at++];
        add(sorted, key, row, event);
      }
    }
  }

  /// A method of its own, so that it is compiled long before the loops around it.
  private static void set(MemorySegment space, long place, long event) {
    space.setAtIndex(LONG, place, event);
  }

  private static void add(EventLog sorted, int key, int row, long event) throws IOException {
    int other = (int) event; // a number is never negative
    int valueBits = (int) (event >>> Integer.SIZE);
    if (key == EventLog.USER) {
      sorted.add(row, other, valueBits);
    } else {
      sorted.add(other, row, valueBits);
    }
  }

  private void append(EventLog events, EventLog sorted) throws IOException {
    for (int number = 0; number < events.blocks(); number++) {
      int filled = events.read(number, block);
      for (int i = 0; i < filled; i += EventLog.INTS) {
        sorted.add(block[i], block[i + EventLog.ITEM], block[i + EventLog.VALUE]);
      }
    }
    events.close();
  }
}
