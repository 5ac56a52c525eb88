package io.github.peccary.loader;

import io.github.peccary.engine.ratings.Zero;
import java.nio.charset.StandardCharsets;

/// Merges the events of one pair of user and item into one, and counts what is left.
final class Duplicates {
  private final boolean zeroIsRating;
  private final DuplicatePolicy policy;
  private final BytePool userIds;
  private final BytePool itemIds;
  private final long[] itemSizes;
  private long ratings;

  // The pair at hand: its item, its first and last value, and what is known of its ratings.
  private int item;
  private int rows;
  private float first;
  private float last;
  private int rated;
  private double sum;
  private float max;

  Duplicates(Zero zero, DuplicatePolicy policy, BytePool userIds, BytePool itemIds) {
    this.zeroIsRating = zero == Zero.RATING;
    this.policy = policy;
    this.userIds = userIds;
    this.itemIds = itemIds;
    this.itemSizes = new long[itemIds.size()];
  }

  /// The events of each item after [#merge].
  long[] itemSizes() {
    return itemSizes;
  }

  /// The events that are ratings after [#merge].
  long ratings() {
    return ratings;
  }

  /// Merges in place: the events that are left move to the front.
  ///
  /// @param byUser items ascending within a user, events of a pair in the order of the source
  PackedRows merge(PackedRows byUser) throws LoaderException {
    PackedRows.Reader reader = new PackedRows.Reader(byUser.events());
    PackedRows.Writer writer = new PackedRows.Writer(byUser.events());
    long[] starts = new long[byUser.starts().length];
    long position = 0;
    for (int user = 0; user < byUser.rows(); user++) {
      long kept = starts[user];
      for (long end = byUser.starts()[user + 1]; position < end; position++) {
        long event = reader.next();
        if (rows == 0 || PackedRows.column(event) != item) {
          kept += finish(user, writer);
          item = PackedRows.column(event);
        }
        add(PackedRows.value(event));
      }
      kept += finish(user, writer); // the next user may begin with the same item
      starts[user + 1] = kept;
    }
    writer.flush();
    return new PackedRows(starts, byUser.events());
  }

  private void add(float value) {
    if (rows++ == 0) {
      first = value;
      rated = 0;
      sum = 0;
      max = Float.NEGATIVE_INFINITY;
    }
    last = value;
    if (value != 0 || zeroIsRating) {
      rated++;
      sum += value;
      max = Math.max(max, value);
    }
  }

  /// Writes the pair at hand, if there is one, and returns how many events that makes.
  private int finish(int user, PackedRows.Writer writer) throws LoaderException {
    if (rows == 0) {
      return 0;
    }
    float value = rows == 1 ? last : merged(user);
    writer.add(PackedRows.pack(item, Float.floatToRawIntBits(value)));
    ratings += value != 0 || zeroIsRating ? 1 : 0;
    itemSizes[item]++;
    rows = 0;
    return 1;
  }

  private float merged(int user) throws LoaderException {
    return switch (policy) {
      case LAST -> last;
      case FIRST -> first;
      case MEAN -> rated == 0 ? 0 : (float) (sum / rated);
      case MAX -> rated == 0 ? 0 : max;
      case ERROR ->
          throw new LoaderException(
              ("a user may rate an item once: user='%s', item='%s', rows=%d; choose which to keep"
                      + " with --duplicates last|first|mean|max")
                  .formatted(text(userIds, user), text(itemIds, item), rows));
    };
  }

  private static String text(BytePool ids, int id) {
    return new String(ids.page(id), ids.offset(id), ids.length(id), StandardCharsets.UTF_8);
  }
}
