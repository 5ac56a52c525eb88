package io.github.peccary.loader;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Some thousand rows as the source gave them: the bytes of all cells in one array, reused from
/// batch to batch, so that a row costs no object.
final class RowBatch {
  static final int MAX_ROWS = 4096;

  /// The columns of ratings.
  static final int USER = 0;

  static final int ITEM = 1;
  static final int RATING = 2;
  static final int TIME = 3; // where the source has one

  /// Columns of ratings without times.
  static final int UNTIMED = 3;

  /// A batch is full at this many bytes, too: long texts must not make it grow without end.
  private static final int FULL_BYTES = 1 << 20;

  // Instead of a length: a cell that is null, a row that has no cells.
  private static final int NULL = -1;
  private static final int FAULT = -2;

  private final int columns;
  private float[] values = new float[MAX_ROWS];
  private final int[] times; // seconds since 1970, unsigned; empty without a column of times
  private int accepted;
  private int firstAccepted; // of all rows
  private int[] starts;
  private int[] lengths;
  private @Nullable RejectReason[] faults = new @Nullable RejectReason[MAX_ROWS]; // by row
  private byte[] bytes = new byte[FULL_BYTES / 4];
  private int cells;
  private int used;

  RowBatch(int columns) {
    this(columns, MAX_ROWS);
  }

  /// @param rows that it is full with
  RowBatch(int columns, int rows) {
    this.columns = columns;
    this.starts = new int[rows * columns];
    this.lengths = new int[rows * columns];
    this.times = new int[columns > TIME ? MAX_ROWS : 0];
  }

  int columns() {
    return columns;
  }

  void clear() {
    cells = 0;
    accepted = 0;
    used = 0;
  }

  /// Exchanges all rows with those of another batch of as many columns; nothing is copied.
  void swap(RowBatch other) {
    int[] otherStarts = other.starts;
    other.starts = starts;
    starts = otherStarts;
    int[] otherLengths = other.lengths;
    other.lengths = lengths;
    lengths = otherLengths;
    byte[] otherBytes = other.bytes;
    other.bytes = bytes;
    bytes = otherBytes;
    @Nullable RejectReason[] otherFaults = other.faults;
    other.faults = faults;
    faults = otherFaults;
    int otherCells = other.cells;
    other.cells = cells;
    cells = otherCells;
    int otherUsed = other.used;
    other.used = used;
    used = otherUsed;
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

  /// Keeps a cleaned row of ratings, whose ids are at these places; rows that are kept move
  /// together, over those before them that are not. From now on [#start] and [#length] are those
  /// of rows that were kept.
  ///
  /// @param time in seconds since 1970, unsigned; anything where there are no times
  void accept(
      int row,
      int userStart,
      int userLength,
      int itemStart,
      int itemLength,
      float value,
      int time) {
    firstAccepted = accepted == 0 ? row : firstAccepted;
    int cell = accepted * columns;
    starts[cell + USER] = userStart;
    lengths[cell + USER] = userLength;
    starts[cell + ITEM] = itemStart;
    lengths[cell + ITEM] = itemLength;
    if (timed()) {
      times[accepted] = time;
    }
    values[accepted++] = value;
  }

  /// Moves the first row, if it was kept, to a batch that has none; false if it was not.
  boolean takeFirst(RowBatch to) {
    if (accepted == 0 || firstAccepted > 0) {
      return false;
    }
    to.append(bytes, starts[USER], lengths[USER]);
    to.append(bytes, starts[ITEM], lengths[ITEM]);
    to.accept(0, 0, lengths[USER], lengths[USER], lengths[ITEM], values[0], time(0));
    accepted--;
    System.arraycopy(starts, columns, starts, 0, accepted * columns);
    System.arraycopy(lengths, columns, lengths, 0, accepted * columns);
    System.arraycopy(values, 1, values, 0, accepted);
    if (timed()) {
      System.arraycopy(times, 1, times, 0, accepted);
    }
    return true;
  }

  /// Rows that were kept.
  int accepted() {
    return accepted;
  }

  /// The rating of a row that was kept.
  float value(int row) {
    return values[row];
  }

  /// Whether rows have times.
  boolean timed() {
    return times.length > 0;
  }

  /// The time of a row that was kept, in seconds since 1970, unsigned; 0 where there are no times.
  int time(int row) {
    return timed() ? times[row] : 0;
  }
}
