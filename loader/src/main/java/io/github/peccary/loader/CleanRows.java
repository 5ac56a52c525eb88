package io.github.peccary.loader;

/// The rows of a batch that were accepted, column by column, cleaned: work on many rows goes a
/// column at a time, so that the look-ups of one row do not wait for those of another.
///
/// User `i` is the `userLengths[i]` bytes from `userStarts[i]` on, item `i` likewise, both in the
/// bytes of the batch.
final class CleanRows {
  final int[] userStarts = new int[RowBatch.MAX_ROWS];
  final int[] userLengths = new int[RowBatch.MAX_ROWS];
  final int[] itemStarts = new int[RowBatch.MAX_ROWS];
  final int[] itemLengths = new int[RowBatch.MAX_ROWS];
  final float[] values = new float[RowBatch.MAX_ROWS];

  private int size;

  int size() {
    return size;
  }

  void clear() {
    size = 0;
  }

  void add(int userStart, int userLength, int itemStart, int itemLength, float value) {
    userStarts[size] = userStart;
    userLengths[size] = userLength;
    itemStarts[size] = itemStart;
    itemLengths[size] = itemLength;
    values[size++] = value;
  }
}
