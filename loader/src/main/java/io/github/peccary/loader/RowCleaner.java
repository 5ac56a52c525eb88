package io.github.peccary.loader;

import io.github.peccary.engine.ratings.Zero;
import org.jspecify.annotations.Nullable;

/// Applies the loading rules to rows, in place.
final class RowCleaner {
  private static final int USER = 0;
  private static final int ITEM = 1;
  private static final int RATING = 2;
  private static final String[] COLUMNS = {"user", "item", "rating"};

  private final ItemIds itemIds;
  private final @Nullable Scale scale;
  private final boolean zeroInScale;
  private final Rejections rejections;

  RowCleaner(LoadConfig config, Rejections rejections) {
    this.itemIds = config.itemIds();
    this.scale = config.scale();
    this.zeroInScale = config.zero() == Zero.IMPLICIT;
    this.rejections = rejections;
  }

  /// Replaces what is in `clean` by the rows of the batch that are accepted; of the others the
  /// rejections know why.
  ///
  /// @param number of the first row in the source, from 1
  void clean(RowBatch batch, long number, CleanRows clean) {
    clean.clear();
    for (int row = 0, count = batch.rows(); row < count; row++) {
      cleanRow(batch, row, number + row, clean);
    }
  }

  private void cleanRow(RowBatch batch, int row, long number, CleanRows clean) {
    for (int column = USER; column <= RATING; column++) {
      if (batch.length(row, column) < 0) {
        reject(batch, row, number, RejectReason.NULL, column);
        return;
      }
    }
    byte[] bytes = batch.bytes();
    int userStart = batch.start(row, USER);
    int itemStart = batch.start(row, ITEM);
    for (int column = USER; column <= ITEM; column++) {
      if (!Ids.validUtf8(bytes, batch.start(row, column), batch.length(row, column))) {
        reject(batch, row, number, RejectReason.INVALID_UTF8, column);
        return;
      }
    }
    int userLength = Ids.strip(bytes, userStart, batch.length(row, USER));
    if (userLength == 0) {
      reject(batch, row, number, RejectReason.EMPTY_ID, USER);
      return;
    }
    int itemLength = itemIds.normalize(bytes, itemStart, batch.length(row, ITEM));
    if (itemLength == 0) {
      reject(batch, row, number, RejectReason.EMPTY_ID, ITEM);
      return;
    }
    float value = Numbers.parse(bytes, batch.start(row, RATING), batch.length(row, RATING));
    if (Float.isNaN(value)) {
      reject(batch, row, number, RejectReason.NON_NUMERIC, RATING);
      return;
    }
    if (Float.isInfinite(value)) {
      reject(batch, row, number, RejectReason.NOT_FINITE, RATING);
      return;
    }
    if (scale != null && !(zeroInScale && value == 0) && !scale.contains(value)) {
      reject(batch, row, number, RejectReason.OUT_OF_SCALE, RATING);
      return;
    }
    clean.add(userStart, userLength, itemStart, itemLength, value);
  }

  private void reject(RowBatch batch, int row, long number, RejectReason reason, int column) {
    rejections.add(
        number,
        reason,
        COLUMNS[column],
        batch.bytes(),
        batch.start(row, column),
        batch.length(row, column));
  }
}
