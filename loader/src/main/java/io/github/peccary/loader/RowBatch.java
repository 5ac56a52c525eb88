package io.github.peccary.loader;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Some thousand rows as the source gave them: the bytes of all cells in one array, reused from
/// batch to batch, so that a row costs no object.
final class RowBatch {
  private static final int MAX_ROWS = 4096;

  /// A batch is full at this many bytes, too: long texts must not make it grow without end.
  private static final int FULL_BYTES = 1 << 20;

  // Instead of a length: a cell that is null, a row that has no cells.
  private static final int NULL = -1;
  private static final int FAULT = -2;

  private final int columns;
  private final int[] starts;
  private final int[] lengths;
  private final @Nullable RejectReason[] faults = new @Nullable RejectReason[MAX_ROWS]; // by row
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
    lengths[cells++] = cell == null ? NULL : cell.length;
    if (cell != null) {
      append(cell);
    }
  }

  /// Where the next byte goes.
  int used() {
    return used;
  }

  /// Appends bytes that belong to no cell until [#cell] says so.
  void append(byte[] text) {
    append(text, 0, text.length);
  }

  void append(byte[] text, int from, int length) {
    ensure(length);
    System.arraycopy(text, from, bytes, used, length);
    used += length;
  }

  /// The same with bytes that are characters from 0 to 255.
  void append(char[] text, int from, int length) {
    ensure(length);
    for (int i = 0; i < length; i++) {
      bytes[used + i] = (byte) text[from + i];
    }
    used += length;
  }

  private void ensure(int length) {
    if (length > bytes.length - used) {
      bytes = Arrays.copyOf(bytes, Math.addExact(used, Math.max(used, length)));
    }
  }

  /// Forgets what was appended from `start` on.
  void rewind(int start) {
    used = start;
  }

  /// What was appended from `start` on is the cell of the row at hand in this column; cells come in
  /// any order, and [#endRow] follows the last.
  void cell(int column, int start) {
    starts[cells + column] = start;
    lengths[cells + column] = used - start;
  }

  void endRow() {
    cells += columns;
  }

  /// Appends a row that could not be taken apart; it has no cells.
  ///
  /// @param start where an excerpt of it is, which was appended
  void addFault(RejectReason reason, int start, int length) {
    faults[rows()] = reason;
    Arrays.fill(lengths, cells, cells + columns, FAULT);
    starts[cells] = start;
    starts[cells + 1] = length;
    cells += columns;
  }

  /// Why the row has no cells; null if it has.
  @Nullable RejectReason fault(int row) {
    return length(row, 0) == FAULT ? faults[row] : null;
  }

  /// The bytes of the excerpt of a row without cells, which begins at [#start] of column 0.
  int excerptLength(int row) {
    return start(row, 1);
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

  /// Negative for null, and where the row has no cells.
  int length(int row, int column) {
    return lengths[row * columns + column];
  }
}
