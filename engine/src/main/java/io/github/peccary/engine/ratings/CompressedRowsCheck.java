package io.github.peccary.engine.ratings;

import io.github.peccary.engine.storage.CorruptFileException;
import java.nio.file.Path;

/// The rules about the numbers in one of the two orders of a [RatingMatrix].
final class CompressedRowsCheck {
  /// Entries that a check keeps in memory: it reads them once, and there may be more than memory.
  private static final long UNLOAD_ENTRIES = 1 << 20;

  private final RatingMatrix matrix;
  private final Path file;
  private final CompressedRows rows;
  private final TextColumn ids;
  private final String offsetsName;
  private final String indicesName;
  private final String valuesName;
  private final IntCursor indices;
  private final IntCursor values;

  private final RatingSummary.Builder summary;
  private long digest;

  private CompressedRowsCheck(
      RatingMatrix matrix,
      CompressedRows rows,
      TextColumn ids,
      String offsets,
      String indices,
      String values) {
    this.matrix = matrix;
    this.file = matrix.path();
    this.rows = rows;
    this.ids = ids;
    this.offsetsName = offsets;
    this.indicesName = indices;
    this.valuesName = values;
    this.summary = matrix.newSummary();
    this.indices = new IntCursor(rows.indices());
    this.values = new IntCursor(rows.values());
  }

  static CompressedRowsCheck byUser(RatingMatrix matrix) {
    return new CompressedRowsCheck(
        matrix,
        matrix.byUser(),
        matrix.userIds().ids(),
        RatingsFormat.USER_OFFSETS,
        RatingsFormat.USER_ITEMS,
        RatingsFormat.USER_VALUES);
  }

  static CompressedRowsCheck byItem(RatingMatrix matrix) {
    return new CompressedRowsCheck(
        matrix,
        matrix.byItem(),
        matrix.itemIds().ids(),
        RatingsFormat.ITEM_OFFSETS,
        RatingsFormat.ITEM_USERS,
        RatingsFormat.ITEM_VALUES);
  }

  /// Takes no time: rows begin with the events and end with them.
  void ends() {
    long first = rows.offset(0);
    long last = rows.offset(rows.rows());
    if (first != 0 || last != rows.entries()) {
      throw new CorruptFileException(
          file,
          "offsets must go from 0 to the number of events: tensor="
              + offsetsName
              + ", first="
              + first
              + ", last="
              + last
              + ", events="
              + rows.entries());
    }
  }

  /// Looks at every number.
  ///
  /// @param byUser whether the rows are users
  /// @return the sum of the hashes of all events: equal for two orders of the same events
  long everything(boolean byUser) {
    digest = 0;
    LongCursor offsets = new LongCursor(rows.offsets());
    long start = offsets.next();
    long lengthBefore = Long.MAX_VALUE;
    long wordBefore = 0;
    long unloaded = 0;
    for (int row = 0; row < rows.rows(); row++) {
      long end = offsets.next();
      if (end < start || end > rows.entries()) {
        throw falling(row, start, end);
      }
      long word = ids.word(row, 0);
      if (lengthBefore < end - start
          || (lengthBefore == end - start && !ids.ascends(row - 1, wordBefore, row, word))) {
        throw misnumbered(row, lengthBefore, end - start);
      }
      row(byUser, row, start, end);
      if (end - unloaded >= UNLOAD_ENTRIES) {
        matrix.unload();
        unloaded = end;
      }
      lengthBefore = end - start;
      wordBefore = word;
      start = end;
    }
    return digest;
  }

  /// After [#everything] by user: what the values are.
  RatingSummary summary() {
    return summary.build();
  }

  /// A method of its own, so that it is compiled long before the loop around it.
  private void row(boolean byUser, int row, long start, long end) {
    int before = -1;
    for (long position = start; position < end; position++) {
      int index = indices.next();
      int bits = values.next();
      if (index <= before || index >= rows.columns()) {
        throw disordered(row, position, before, index);
      }
      if (!Float.isFinite(Float.intBitsToFloat(bits))) {
        throw infinite(position, Float.intBitsToFloat(bits));
      }
      before = index;
      if (byUser) {
        summary.add(Float.intBitsToFloat(bits));
      }
      long user = byUser ? row : index;
      long item = byUser ? index : row;
      digest += SplitMix64.mix(SplitMix64.mix(user << Integer.SIZE | item) + bits);
    }
  }

  private CorruptFileException falling(int row, long start, long end) {
    return new CorruptFileException(
        file,
        "offsets must not fall: tensor="
            + offsetsName
            + ", row="
            + row
            + ", start="
            + start
            + ", end="
            + end);
  }

  private CorruptFileException misnumbered(int row, long eventsBefore, long events) {
    return new CorruptFileException(
        file,
        "rows must be numbered by falling number of events, then by ascending id: tensor="
            + offsetsName
            + ", row="
            + row
            + ", events="
            + events
            + ", id="
            + ids.text(row)
            + ", eventsBefore="
            + eventsBefore
            + ", idBefore="
            + ids.text(row - 1));
  }

  private CorruptFileException disordered(int row, long position, int before, int index) {
    return new CorruptFileException(
        file,
        "numbers must ascend within a row and stay below their count: tensor="
            + indicesName
            + ", row="
            + row
            + ", position="
            + position
            + ", before="
            + before
            + ", found="
            + index
            + ", count="
            + rows.columns());
  }

  private CorruptFileException infinite(long position, float value) {
    return new CorruptFileException(
        file,
        "values must be finite: tensor="
            + valuesName
            + ", position="
            + position
            + ", found="
            + value);
  }
}
