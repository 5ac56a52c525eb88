package io.github.peccary.loader;

import static io.github.peccary.loader.RowBatch.ITEM;
import static io.github.peccary.loader.RowBatch.RATING;
import static io.github.peccary.loader.RowBatch.TIME;
import static io.github.peccary.loader.RowBatch.USER;

import io.github.peccary.engine.ratings.Zero;
import org.jspecify.annotations.Nullable;

/// Applies the loading rules to rows, in place, so that a row costs no object.
final class RowCleaner {
  private static final String[] COLUMNS = {"user", "item", "rating", "time"};

  private final ItemIds itemIds;
  private final @Nullable Scale scale;
  private final boolean zeroInScale;
  private final Rejections rejections;
  private final RowRules rules;

  private long rows;

  private int userStart;
  private int userLength;
  private int itemStart;
  private int itemLength;
  private float value;
  private int time;

  /// @param rows of the source before the first one that is cleaned
  RowCleaner(LoadConfig config, Rejections rejections, RowRules rules, long rows) {
    this.rows = rows;
    this.itemIds = config.itemIds();
    this.scale = config.scale();
    this.zeroInScale = config.zero() == Zero.IMPLICIT;
    this.rejections = rejections;
    this.rules = rules;
  }

  /// Keeps the rows that are accepted, cleaned; of the others the rejections know why.
  void clean(RowBatch batch) {
    for (int row = 0, count = batch.rows(); row < count; row++) {
      if (clean(batch, row)) {
        batch.accept(row, userStart, userLength, itemStart, itemLength, value, time);
      }
    }
  }

  /// Returns whether the next row of the source is accepted, which is this one of the batch; then
  /// the accessors tell it. The batch may have another array afterwards.
  boolean clean(RowBatch batch, int row) {
    long number = ++rows;
    for (int column = USER; column < batch.columns(); column++) {
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
    if (batch.timed()) {
      long seconds = Times.parse(bytes, batch.start(row, TIME), batch.length(row, TIME));
      if (seconds == Times.NONE) {
        return reject(batch, row, number, RejectReason.NOT_A_TIME, TIME);
      }
      time = (int) seconds;
    }
    return keeps(batch, number);
  }

  private boolean keeps(RowBatch batch, long number) {
    Rule rule = rules.apply(batch, userStart, userLength, itemStart, itemLength);
    if (rule != null) {
      rejections.drop(number, rule);
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
