package io.github.peccary.engine.model;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.memory.HugePages;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/// `rows × stride` floats outside the heap, one row per user or per item, each row 64-byte aligned.
///
/// The first `rank` columns are the factors; the biases are two more columns, so that a prediction
/// is one dot product:
///
/// ```text
/// user row   [ p0 … p(k-1) | b_u | 1   | 0 … ]
/// item row   [ q0 … q(k-1) | 1   | b_i | 0 … ]        score = μ + ⟨user row, item row⟩
/// ```
///
/// Offsets are `long` and in bytes: 340 k rows and 340 M rows take the same path.
public final class FactorMatrix {
  private final MemorySegment segment;
  private final int rows;
  private final int rank;
  private final int stride;

  private FactorMatrix(MemorySegment segment, int rows, int rank) {
    this.segment = segment;
    this.rows = rows;
    this.rank = rank;
    this.stride = Kernels.strideFor(rank);
  }

  /// A matrix of zeros that lives as long as `arena`.
  public static FactorMatrix allocate(Arena arena, int rows, int rank) {
    return new FactorMatrix(HugePages.allocate(arena, bytes(rows, rank)), rows, rank);
  }

  /// The matrix that lies in `segment`, which must hold exactly `rows × stride` floats.
  public static FactorMatrix of(MemorySegment segment, int rows, int rank) {
    if (segment.byteSize() != bytes(rows, rank)) {
      throw new IllegalArgumentException(
          "the segment must hold rows x stride floats: bytes=%d, rows=%d, stride=%d"
              .formatted(segment.byteSize(), rows, Kernels.strideFor(rank)));
    }
    return new FactorMatrix(segment, rows, rank);
  }

  private static long bytes(int rows, int rank) {
    return Math.multiplyExact((long) rows, (long) Kernels.strideFor(rank) * Float.BYTES);
  }

  /// Number of users or items.
  public int rows() {
    return rows;
  }

  /// Number of factor columns.
  public int rank() {
    return rank;
  }

  /// Floats in a row.
  public int stride() {
    return stride;
  }

  /// All rows, one after the other.
  public MemorySegment segment() {
    return segment;
  }

  /// Where a row starts in [#segment], in bytes.
  public long rowOffset(int row) {
    return (long) row * stride * Float.BYTES;
  }

  /// Copies the rows from `first` to before `end` of a matrix of the same rank.
  public void copyRows(FactorMatrix from, int first, int end) {
    MemorySegment.copy(
        from.segment,
        from.rowOffset(first),
        segment,
        rowOffset(first),
        rowOffset(end) - rowOffset(first));
  }

  /// Sets whole rows, from `first` on.
  ///
  /// @param values as many times `stride` floats as there are rows to set
  public void setRows(int first, float[] values) {
    MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_FLOAT, rowOffset(first), values.length);
  }

  /// One element; a convenience for tests and cold paths.
  public float get(int row, int column) {
    return segment.get(ValueLayout.JAVA_FLOAT, rowOffset(row) + (long) column * Float.BYTES);
  }

  /// Sets one element; a convenience for tests and cold paths.
  public void set(int row, int column, float value) {
    segment.set(ValueLayout.JAVA_FLOAT, rowOffset(row) + (long) column * Float.BYTES, value);
  }

  /// The squared norm of a row's factors; biases have no part in it.
  public double squaredNorm(int row) {
    double sum = 0;
    for (int column = 0; column < rank; column++) {
      double factor = get(row, column);
      sum += factor * factor;
    }
    return sum;
  }

  /// Whether a row has a factor or a bias other than 0, not counting its constant column.
  boolean hasOther(int row, int constantColumn) {
    Objects.checkIndex(row, rows);
    for (int column = 0; column < rank + 2; column++) {
      if (column != constantColumn && get(row, column) != 0) {
        return true;
      }
    }
    return false;
  }
}
