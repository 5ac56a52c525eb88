package io.github.peccary.engine.ratings;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A sparse matrix in compressed rows (CSR): row `r` has its entries at positions `[start(r),
/// end(r))`, by strictly ascending index.
///
/// @param offsets i64 [rows + 1], from 0 to the number of entries, never falling
/// @param indices i32 [entries], the column of each entry
/// @param values f32 [entries]
public record CompressedRows(
    int rows, int columns, MemorySegment offsets, MemorySegment indices, MemorySegment values) {

  /// @throws IllegalArgumentException if the sizes of the three do not fit one another
  public CompressedRows {
    if (offsets.byteSize() != (rows + 1L) * Long.BYTES
        || indices.byteSize() != values.byteSize()
        || indices.byteSize() % Integer.BYTES != 0) {
      throw new IllegalArgumentException(
          "offsets must be rows + 1 longs, indices and values as many: rows="
              + rows
              + ", offsetsBytes="
              + offsets.byteSize()
              + ", indicesBytes="
              + indices.byteSize()
              + ", valuesBytes="
              + values.byteSize());
    }
  }

  /// Number of entries in all rows.
  public long entries() {
    return indices.byteSize() / Integer.BYTES;
  }

  /// Position of the first entry of a row; some position, where offsets were not checked and are
  /// wrong.
  public long start(int row) {
    return Math.clamp(offset(row), 0, entries());
  }

  /// Position after the last entry of a row.
  public long end(int row) {
    return Math.clamp(offset(row + 1L), 0, entries());
  }

  /// The offset as it is.
  long offset(long index) {
    return offsets.getAtIndex(ValueLayout.JAVA_LONG, index);
  }

  /// Column of the entry at a position.
  public int index(long position) {
    return indices.getAtIndex(ValueLayout.JAVA_INT, position);
  }

  /// Position of the entry in this row and column, -1 if there is none.
  public long position(int row, int column) {
    return SortedInts.position(indices, start(row), end(row), column);
  }

  /// Value of the entry at a position.
  public float value(long position) {
    return values.getAtIndex(ValueLayout.JAVA_FLOAT, position);
  }

  /// Gives the memory of the entries from position `start` to before `end` back to the system, if
  /// they are in a mapped file; whoever reads them again has them read again.
  public void unload(long start, long end) {
    if (indices.isMapped()) {
      indices.asSlice(start * Integer.BYTES, (end - start) * Integer.BYTES).unload();
      values.asSlice(start * Float.BYTES, (end - start) * Float.BYTES).unload();
    }
  }
}
