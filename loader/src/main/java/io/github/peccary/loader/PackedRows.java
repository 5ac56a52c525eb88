package io.github.peccary.loader;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Events by row while they are being sorted: event `i` of the rows is one long, the bits of its
/// value above the number of its column.
///
/// A load runs each pass once, mostly in the interpreter and in C1, where an access to a segment
/// costs tens of nanoseconds and one to an array two or three. So an event is one access where it
/// goes to a place of its own, and none where events are read or written front to back: a [Reader]
/// and a [Writer] move them by the block.
///
/// @param starts where each row starts among the events, and where the last one ends
/// @param events i64, off the heap; there may be room for more
record PackedRows(long[] starts, MemorySegment events) {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final int BLOCK = 1 << 10;

  static long pack(int column, int valueBits) {
    return (long) valueBits << Integer.SIZE | column; // a number of a column is never negative
  }

  static int column(long event) {
    return (int) event;
  }

  static int valueBits(long event) {
    return (int) (event >>> Integer.SIZE);
  }

  static float value(long event) {
    return Float.intBitsToFloat(valueBits(event));
  }

  int rows() {
    return starts.length - 1;
  }

  long size() {
    return starts[starts.length - 1];
  }

  /// Turns sizes, each one place late, into starts.
  static void sum(long[] sizes) {
    for (int row = 1; row < sizes.length; row++) {
      sizes[row] += sizes[row - 1];
    }
  }

  /// The same events by column, a stable counting sort: within a new row they stand in the order of
  /// the old ones. Both sides are renumbered on the way.
  ///
  /// @param rowNumbers the new number of each old row
  /// @param columnNumbers the new number of each old column
  /// @param newStarts the starts of the new rows
  /// @param space where the new rows go
  PackedRows transpose(
      int[] rowNumbers, int[] columnNumbers, long[] newStarts, MemorySegment space) {
    long[] next = newStarts.clone();
    Reader reader = new Reader(events);
    long position = 0;
    for (int row = 0; row < rows(); row++) {
      int number = rowNumbers[row];
      for (long end = starts[row + 1]; position < end; position++) {
        long event = reader.next();
        long place = next[columnNumbers[column(event)]]++;
        set(space, place, pack(number, valueBits(event)));
      }
    }
    return new PackedRows(newStarts, space);
  }

  /// A method of its own, so that it is compiled long before the loops around it.
  static void set(MemorySegment events, long place, long event) {
    events.setAtIndex(LONG, place, event);
  }

  /// Reads events front to back.
  static final class Reader {
    private final MemorySegment events;
    private final long[] block = new long[BLOCK];
    private long loaded;
    private int at = BLOCK;

    Reader(MemorySegment events) {
      this.events = events;
    }

    long next() {
      if (at == BLOCK) {
        int count = (int) Math.min(BLOCK, events.byteSize() / Long.BYTES - loaded);
        at = BLOCK - count;
        MemorySegment.copy(events, LONG, loaded * Long.BYTES, block, at, count);
        loaded += count;
      }
      return block[at++];
    }
  }

  /// Writes events front to back; the same segment may be read ahead of it.
  static final class Writer {
    private final MemorySegment events;
    private final long[] block = new long[BLOCK];
    private long stored;
    private int at;

    Writer(MemorySegment events) {
      this.events = events;
    }

    void add(long event) {
      block[at++] = event;
      if (at == BLOCK) {
        flush();
      }
    }

    void flush() {
      MemorySegment.copy(block, 0, events, LONG, stored * Long.BYTES, at);
      stored += at;
      at = 0;
    }
  }
}
