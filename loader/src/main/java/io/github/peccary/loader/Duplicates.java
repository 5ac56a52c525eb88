package io.github.peccary.loader;

import io.github.peccary.engine.ratings.CompressedRows;
import io.github.peccary.engine.ratings.Zero;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/// Merges the events of one pair of user and item.
final class Duplicates {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  private Duplicates() {}

  /// Merges in place: the result lies in the segments of `rows`, its events moved to the front.
  ///
  /// @param rows items ascending within a user, events of a pair in the order of the source
  static CompressedRows merge(
      CompressedRows rows, Zero zero, DuplicatePolicy policy, BytePool userIds, BytePool itemIds)
      throws LoaderException {
    long merged = 0;
    long start = 0;
    for (int user = 0; user < rows.rows(); user++) {
      long end = rows.end(user); // read before it is moved
      for (long first = start; first < end; ) {
        int item = rows.index(first);
        long last = first + 1;
        while (last < end && rows.index(last) == item) {
          last++;
        }
        if (last - first > 1 && policy == DuplicatePolicy.ERROR) {
          throw refusal(userIds, user, itemIds, item, last - first);
        }
        float value = last - first > 1 ? value(rows, first, last, zero, policy) : rows.value(first);
        rows.indices().setAtIndex(INT, merged, item);
        rows.values().setAtIndex(FLOAT, merged, value);
        merged++;
        first = last;
      }
      rows.offsets().setAtIndex(LONG, user + 1L, merged);
      start = end;
    }
    return Compaction.firstEntries(rows, merged);
  }

  private static float value(
      CompressedRows rows, long first, long last, Zero zero, DuplicatePolicy policy) {
    double sum = 0;
    float max = Float.NEGATIVE_INFINITY;
    long ratings = 0;
    for (long position = first; position < last; position++) {
      float value = rows.value(position);
      if (zero == Zero.RATING || value != 0) {
        sum += value;
        max = Math.max(max, value);
        ratings++;
      }
    }
    return switch (policy) {
      case FIRST -> rows.value(first);
      case MEAN -> ratings == 0 ? 0 : (float) (sum / ratings);
      case MAX -> ratings == 0 ? 0 : max;
      case LAST, ERROR -> rows.value(last - 1);
    };
  }

  private static LoaderException refusal(
      BytePool userIds, int user, BytePool itemIds, int item, long rows) {
    return new LoaderException(
        "a user may rate an item once: user='%s', item='%s', rows=%d; choose which to keep with --duplicates last|first|mean|max"
            .formatted(text(userIds, user), text(itemIds, item), rows));
  }

  private static String text(BytePool ids, int id) {
    return new String(ids.page(id), ids.offset(id), ids.length(id), StandardCharsets.UTF_8);
  }
}
