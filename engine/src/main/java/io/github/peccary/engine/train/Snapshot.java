package io.github.peccary.engine.train;

import io.github.peccary.engine.memory.HugePages;
import io.github.peccary.engine.model.FactorMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A copy of the rows of a matrix that training can change, which are those with ratings: in sparse
/// data, a fraction of all.
final class Snapshot {
  private final FactorMatrix matrix;
  private final int[] rows;
  private final MemorySegment copy;

  /// @param ratings number of training ratings of each row
  Snapshot(FactorMatrix matrix, int[] ratings, Arena arena) {
    this.matrix = matrix;
    int count = 0;
    for (int n : ratings) {
      count += n > 0 ? 1 : 0;
    }
    rows = new int[count];
    for (int row = 0, at = 0; row < ratings.length; row++) {
      if (ratings[row] > 0) {
        rows[at++] = row;
      }
    }
    copy = HugePages.allocate(arena, Math.max(1, matrix.rowOffset(1) * count));
  }

  /// The rows with ratings, ascending.
  int rows() {
    return rows.length;
  }

  /// Remembers the rows numbered `from` to `to` as they are now.
  void save(int from, int to) {
    long bytes = matrix.rowOffset(1);
    for (int n = from; n < to; n++) {
      MemorySegment.copy(matrix.segment(), matrix.rowOffset(rows[n]), copy, n * bytes, bytes);
    }
  }

  /// Makes the rows what they were when saved.
  void restore() {
    long bytes = matrix.rowOffset(1);
    for (int n = 0; n < rows.length; n++) {
      MemorySegment.copy(copy, n * bytes, matrix.segment(), matrix.rowOffset(rows[n]), bytes);
    }
  }
}
