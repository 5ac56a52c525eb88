package io.github.peccary.loader;

import io.github.peccary.engine.ratings.RatingMatrixWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Writes the rows of a sort to the file. [#flush] ends it.
final class RowWriter implements EventSort.Rows, AutoCloseable {
  private static final int EVENTS = 1 << 14;

  private final RatingMatrixWriter.Rows rows;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment indices = arena.allocate(ValueLayout.JAVA_INT, EVENTS);
  private final MemorySegment values = arena.allocate(ValueLayout.JAVA_INT, EVENTS);
  private final int[] indexInts = new int[EVENTS];
  private final int[] valueInts = new int[EVENTS];
  private int filled;

  /// @param counts the events of each row
  RowWriter(RatingMatrixWriter.Rows rows, int[] counts) throws IOException {
    this.rows = rows;
    rows.appendCounts(counts);
  }

  @Override
  public void take(int row, long[] events, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      if (filled == EVENTS) {
        flush();
      }
      indexInts[filled] = (int) events[i];
      valueInts[filled++] = (int) (events[i] >>> Integer.SIZE);
    }
  }

  void flush() throws IOException {
    MemorySegment.copy(indexInts, 0, indices, ValueLayout.JAVA_INT, 0, filled);
    MemorySegment.copy(valueInts, 0, values, ValueLayout.JAVA_INT, 0, filled);
    rows.appendEntries(
        indices.asSlice(0, (long) filled * Integer.BYTES),
        values.asSlice(0, (long) filled * Float.BYTES));
    filled = 0;
  }

  @Override
  public void close() {
    arena.close();
  }
}
