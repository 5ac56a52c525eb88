package io.github.peccary.loader;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Some thousand rows as the source gave them: the bytes of all cells in one array, reused from
/// batch to batch, so that a row costs no object.
final class RowBatch {
  private static final int MAX_ROWS = 4096;

  /// A batch is full at this many bytes, too: long texts must not make it grow without end.
  private static final int FULL_BYTES = 1 << 20;

  private final int columns;
  private final int[] starts;
  private final int[] lengths;
  private byte[] bytes = new byte[FULL_BYTES / 4];
  private int cells;
  private int used;

  RowBatch(int columns) {
    this.columns = columns;
    this.starts = new int[MAX_ROWS * columns];
    this.lengths = new int[MAX_ROWS * columns];
  }

  int columns() {
    return columns;
  }

  void clear() {
    cells = 0;
    used = 0;
  }

  boolean full() {
    return cells == starts.length || used >= FULL_BYTES;
  }

  /// Appends the next cell, row by row from left to right.
  void add(byte @Nullable [] cell) {
    starts[cells] = used;
    if (cell == null) {
      lengths[cells++] = -1;
      return;
    }
    if (cell.length > bytes.length - used) {
      bytes = Arrays.copyOf(bytes, Math.addExact(used, Math.max(used, cell.length)));
    }
    System.arraycopy(cell, 0, bytes, used, cell.length);
    used += cell.length;
    lengths[cells++] = cell.length;
  }

  int rows() {
    return cells / columns;
  }

  /// All cells; [#start] and [#length] say where. Cleaning works in place.
  byte[] bytes() {
    return bytes;
  }

  int start(int row, int column) {
    return starts[row * columns + column];
  }

  /// -1 for null.
  int length(int row, int column) {
    return lengths[row * columns + column];
  }
}
