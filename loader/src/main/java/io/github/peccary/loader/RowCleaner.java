package io.github.peccary.loader;

import static io.github.peccary.loader.RowBatch.ITEM;
import static io.github.peccary.loader.RowBatch.RATING;
import static io.github.peccary.loader.RowBatch.USER;

import io.github.peccary.engine.ratings.Zero;
import org.jspecify.annotations.Nullable;

/// Applies the loading rules to rows, in place, so that a row costs no object.
final class RowCleaner {
  private static final String[] COLUMNS = {"user", "item", "rating"};

  private final ItemIds itemIds;
  private final @Nullable Scale scale;
  private final boolean zeroInScale;
  private final Rejections rejections;

  private long rows;

  /// @param rows of the source before the first one that is cleaned
  RowCleaner(LoadConfig config, Rejections rejections, long rows) {
    this.rows = rows;
    this.itemIds = config.itemIds();
    this.scale = config.scale();
    this.zeroInScale = config.zero() == Zero.IMPLICIT;
    this.rejections = rejections;
  }

  /// Keeps the rows that are accepted, cleaned; of the others the rejections know why.
  void clean(RowBatch batch) {
    for (int row = 0, count = batch.rows(); row < count; row++) {
      clean(batch, row, ++rows);
    }
  }

  /// @param number 1 for the first row of the source
  private void clean(RowBatch batch, int row, long number) {
    for (int column = USER; column <= RATING; column++) {
      if (batch.length(row, column) < 0) {
        rejectAbsent(batch, row, number, column);
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
    int itemLength = itemIds.normalize(bytes, itemStart, batch.length(row, ITEM));
    float value = Numbers.parse(bytes, batch.start(row, RATING), batch.length(row, RATING));
    if (userLength == 0) {
      reject(batch, row, number, RejectReason.EMPTY_ID, USER);
    } else if (itemLength == 0) {
      reject(batch, row, number, RejectReason.EMPTY_ID, ITEM);
    } else if (Float.isNaN(value)) {
      reject(batch, row, number, RejectReason.NON_NUMERIC, RATING);
    } else if (Float.isInfinite(value)) {
      reject(batch, row, number, RejectReason.NOT_FINITE, RATING);
    } else if (scale != null && !(zeroInScale && value == 0) && !scale.contains(value)) {
      reject(batch, row, number, RejectReason.OUT_OF_SCALE, RATING);
    } else {
      batch.accept(row, userStart, userLength, itemStart, itemLength, value);
    }
  }

  private void rejectAbsent(RowBatch batch, int row, long number, int column) {
    RejectReason fault = batch.fault(row);
    if (fault == null) {
      reject(batch, row, number, RejectReason.NULL, column);
      return;
    }
    rejections.add(
        number, fault, "text", batch.bytes(), batch.start(row, 0), batch.excerptLength(row));
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
