package io.github.peccary.loader;

import io.github.peccary.engine.ratings.Zero;
import org.jspecify.annotations.Nullable;

/// Applies the loading rules to one row at a time, in place. After [#clean] said yes, the cleaned
/// row is in the accessors, so that a row costs no object.
final class RowCleaner {
  private static final int USER = 0;
  private static final int ITEM = 1;
  private static final int RATING = 2;
  private static final String[] COLUMNS = {"user", "item", "rating"};

  private final ItemIds itemIds;
  private final @Nullable Scale scale;
  private final boolean zeroInScale;
  private final Rejections rejections;
  private final RowRules rules;

  private int userStart;
  private int userLength;
  private int itemStart;
  private int itemLength;
  private float value;

  RowCleaner(LoadConfig config, Rejections rejections, RowRules rules) {
    this.itemIds = config.itemIds();
    this.scale = config.scale();
    this.zeroInScale = config.zero() == Zero.IMPLICIT;
    this.rejections = rejections;
    this.rules = rules;
  }

  /// Returns whether the row is accepted; if not, the rejections or the rules know why. The batch
  /// may have another array afterwards.
  ///
  /// @param number 1 for the first row of the source
  boolean clean(RowBatch batch, int row, long number) {
    for (int column = USER; column <= RATING; column++) {
      if (batch.length(row, column) < 0) {
        return rejectAbsent(batch, row, number, column);
      }
    }
    byte[] bytes = batch.bytes();
    userStart = batch.start(row, USER);
    itemStart = batch.start(row, ITEM);
    for (int column = USER; column <= ITEM; column++) {
      if (!Ids.validUtf8(bytes, batch.start(row, column), batch.length(row, column))) {
        return reject(batch, row, number, RejectReason.INVALID_UTF8, column);
      }
    }
    userLength = Ids.strip(bytes, userStart, batch.length(row, USER));
    if (userLength == 0) {
      return reject(batch, row, number, RejectReason.EMPTY_ID, USER);
    }
    itemLength = itemIds.normalize(bytes, itemStart, batch.length(row, ITEM));
    if (itemLength == 0) {
      return reject(batch, row, number, RejectReason.EMPTY_ID, ITEM);
    }
    value = Numbers.parse(bytes, batch.start(row, RATING), batch.length(row, RATING));
    if (Float.isNaN(value)) {
      return reject(batch, row, number, RejectReason.NON_NUMERIC, RATING);
    }
    if (Float.isInfinite(value)) {
      return reject(batch, row, number, RejectReason.NOT_FINITE, RATING);
    }
    if (scale != null && !(zeroInScale && value == 0) && !scale.contains(value)) {
      return reject(batch, row, number, RejectReason.OUT_OF_SCALE, RATING);
    }
    return keeps(batch);
  }

  private boolean keeps(RowBatch batch) {
    if (!rules.keepsUser(batch.bytes(), userStart, userLength)
        || !rules.keepsItem(batch, itemStart, itemLength)) {
      return false;
    }
    itemStart = rules.start();
    itemLength = rules.length();
    return true;
  }

  private boolean rejectAbsent(RowBatch batch, int row, long number, int column) {
    RejectReason fault = batch.fault(row);
    if (fault == null) {
      return reject(batch, row, number, RejectReason.NULL, column);
    }
    rejections.add(
        number, fault, "text", batch.bytes(), batch.start(row, 0), batch.excerptLength(row));
    return false;
  }

  private boolean reject(RowBatch batch, int row, long number, RejectReason reason, int column) {
    rejections.add(
        number,
        reason,
        COLUMNS[column],
        batch.bytes(),
        batch.start(row, column),
        batch.length(row, column));
    return false;
  }

  int userStart() {
    return userStart;
  }

  int userLength() {
    return userLength;
  }

  int itemStart() {
    return itemStart;
  }

  int itemLength() {
    return itemLength;
  }

  float value() {
    return value;
  }
}
