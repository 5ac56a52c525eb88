package io.github.peccary.loader;

import java.io.IOException;

/// Rows of a fixed number of columns, as raw bytes, read once from the first to the last.
interface RowSource extends AutoCloseable {
  /// Of each row.
  int columns();

  /// Leaves out the next rows, before the first are read.
  ///
  /// @return how many; fewer than asked for if there are no more
  long skip(long count) throws IOException;

  /// Replaces what is in the batch by the next rows; false when there are none.
  boolean read(RowBatch batch) throws IOException;

  @Override
  void close() throws IOException;
}
