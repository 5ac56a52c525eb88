package io.github.peccary.engine.ratings;

import io.github.peccary.engine.storage.CorruptFileException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/// The rules about the numbers of a [RatingMatrix].
final class RatingMatrixCheck {

  private final Path file;
  private final RatingMatrix matrix;

  RatingMatrixCheck(Path file, RatingMatrix matrix) {
    this.file = file;
    this.matrix = matrix;
  }

  /// Takes no time: rows begin with the events and end with them.
  void ends() {
    ends(RatingsFormat.USER_OFFSETS, matrix.byUser());
    ends(RatingsFormat.ITEM_OFFSETS, matrix.byItem());
  }

  /// Looks at every number.
  void everything() {
    CompressedRows byUser = matrix.byUser();
    CompressedRows byItem = matrix.byItem();
    offsets(RatingsFormat.USER_OFFSETS, byUser);
    offsets(RatingsFormat.ITEM_OFFSETS, byItem);
    numbering(RatingsFormat.USER_OFFSETS, byUser, matrix.userIds());
    numbering(RatingsFormat.ITEM_OFFSETS, byItem, matrix.itemIds());
    for (int user = 0; user < byUser.rows(); user++) {
      row(user);
    }
    transposed();
    RatingSummary found = RatingSummary.of(byUser, matrix.zeroMeans());
    if (!found.equals(matrix.summary())) {
      throw new CorruptFileException(
          file,
          "metadata must agree with the values: found=" + found + ", said=" + matrix.summary());
    }
  }

  private void ends(String tensor, CompressedRows rows) {
    long first = rows.start(0);
    long last = rows.end(rows.rows() - 1);
    if (first != 0 || last != rows.entries()) {
      throw new CorruptFileException(
          file,
          "offsets must go from 0 to the number of events: tensor="
              + tensor
              + ", first="
              + first
              + ", last="
              + last
              + ", events="
              + rows.entries());
    }
  }

  private void offsets(String tensor, CompressedRows rows) {
    for (int row = 0; row < rows.rows(); row++) {
      if (rows.end(row) < rows.start(row)) {
        throw new CorruptFileException(
            file,
            "offsets must not fall: tensor="
                + tensor
                + ", row="
                + row
                + ", start="
                + rows.start(row)
                + ", end="
                + rows.end(row));
      }
    }
  }

  private void numbering(String tensor, CompressedRows rows, IdDictionary ids) {
    for (int row = 1; row < rows.rows(); row++) {
      long before = rows.end(row - 1) - rows.start(row - 1);
      long here = rows.end(row) - rows.start(row);
      if (before < here || (before == here && ids.ids().compare(row - 1, row) >= 0)) {
        throw new CorruptFileException(
            file,
            "rows must be numbered by falling number of events, then by ascending id: tensor="
                + tensor
                + ", row="
                + row
                + ", events="
                + here
                + ", id="
                + ids.id(row)
                + ", eventsBefore="
                + before
                + ", idBefore="
                + ids.id(row - 1));
      }
    }
  }

  private void row(int user) {
    CompressedRows byUser = matrix.byUser();
    int before = -1;
    for (long position = byUser.start(user); position < byUser.end(user); position++) {
      int item = byUser.index(position);
      if (item <= before || item >= byUser.columns()) {
        throw new CorruptFileException(
            file,
            "items must ascend within a user and be numbers of items: tensor="
                + RatingsFormat.USER_ITEMS
                + ", user="
                + user
                + ", position="
                + position
                + ", before="
                + before
                + ", found="
                + item
                + ", items="
                + byUser.columns());
      }
      if (!Float.isFinite(byUser.value(position))) {
        throw new CorruptFileException(
            file,
            "values must be finite: tensor="
                + RatingsFormat.USER_VALUES
                + ", position="
                + position
                + ", found="
                + byUser.value(position));
      }
      before = item;
    }
  }

  /// Walks the events by user and ticks each off by item. Every event finds the next free place of
  /// its item, and there are as many places as events: so the two orders hold the same, and the
  /// users ascend within an item.
  private void transposed() {
    CompressedRows byUser = matrix.byUser();
    CompressedRows byItem = matrix.byItem();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment next = arena.allocate(ValueLayout.JAVA_LONG, byItem.rows());
      next.copyFrom(byItem.offsets().asSlice(0, next.byteSize()));
      for (int user = 0; user < byUser.rows(); user++) {
        for (long position = byUser.start(user); position < byUser.end(user); position++) {
          int item = byUser.index(position);
          long place = next.getAtIndex(ValueLayout.JAVA_LONG, item);
          next.setAtIndex(ValueLayout.JAVA_LONG, item, place + 1);
          if (place >= byItem.end(item)
              || byItem.index(place) != user
              || Float.floatToRawIntBits(byItem.value(place))
                  != Float.floatToRawIntBits(byUser.value(position))) {
            throw new CorruptFileException(
                file,
                "both orders must hold the same events: tensor="
                    + RatingsFormat.ITEM_USERS
                    + ", user="
                    + user
                    + ", item="
                    + item
                    + ", position="
                    + place);
          }
        }
      }
    }
  }
}
