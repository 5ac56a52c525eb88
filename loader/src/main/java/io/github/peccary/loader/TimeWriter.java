package io.github.peccary.loader;

import io.github.peccary.engine.ratings.RatingMatrixWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Writes the times of a sort by user to the file. [#flush] ends it.
final class TimeWriter implements EventSort.Rows, AutoCloseable {
  private static final int EVENTS = 1 << 14;

  private final RatingMatrixWriter writer;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment space = arena.allocate(ValueLayout.JAVA_LONG, EVENTS);
  private final long[] times = new long[EVENTS];
  private int filled;

  TimeWriter(RatingMatrixWriter writer) {
    this.writer = writer;
  }

  @Override
  public void take(int row, long[] events, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      if (filled == EVENTS) {
        flush();
      }
      times[filled++] = events[i] >>> Integer.SIZE; // unsigned
    }
  }

  void flush() throws IOException {
    MemorySegment.copy(times, 0, space, ValueLayout.JAVA_LONG, 0, filled);
    writer.appendTimes(space.asSlice(0, (long) filled * Long.BYTES));
    filled = 0;
  }

  @Override
  public void close() {
    arena.close();
  }
}
