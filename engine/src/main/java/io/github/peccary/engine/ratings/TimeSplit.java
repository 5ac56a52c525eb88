package io.github.peccary.engine.ratings;

import io.github.peccary.engine.ratings.Holdout.Candidates;
import io.github.peccary.engine.ratings.Holdout.Choice;
import java.util.Arrays;

/// Events that are held out because they are late: from a moment on, or the latest of each user.
/// Times are kept by user, so whoever asks about a user and an item has them looked up there.
final class TimeSplit implements Choice {
  /// Which values are counted.
  interface Scope {
    boolean holds(float value);
  }

  private static final int HALF_BITS = 16;

  private final CompressedRows rows;
  private final EventTimes times;
  private final PairHash hash;
  private final long[] from; // by user, or one for all: the earliest time that is held out
  private final long[] hashes; // by user: the largest hash, unsigned, held out of that moment

  private TimeSplit(
      RatingMatrix ratings, EventTimes times, PairHash hash, long[] from, long[] hashes) {
    this.hash = hash;
    this.rows = ratings.byUser();
    this.times = times;
    this.from = from;
    this.hashes = hashes;
  }

  /// Everything from a time on.
  static TimeSplit since(RatingMatrix ratings, EventTimes times, long seconds) {
    return new TimeSplit(ratings, times, new PairHash(0), new long[] {seconds}, new long[] {-1});
  }

  /// The latest `k` of each user who has at least `least`; of the same moment, those of the
  /// smallest hash.
  static TimeSplit latest(
      RatingMatrix ratings,
      EventTimes times,
      Candidates candidates,
      PairHash hash,
      int k,
      int least) {
    CompressedRows rows = ratings.byUser();
    long[] from = new long[rows.rows()];
    long[] hashes = new long[rows.rows()];
    long[] buffer = new long[16];
    for (int user = 0; user < rows.rows(); user++) {
      int count = 0;
      for (long position = rows.start(user); position < rows.end(user); position++) {
        if (candidates.test(user, rows.index(position), rows.value(position))) {
          buffer = count == buffer.length ? Arrays.copyOf(buffer, 2 * count) : buffer;
          buffer[count++] = times.at(position);
        }
      }
      from[user] = Long.MAX_VALUE;
      if (count >= least) {
        Arrays.sort(buffer, 0, count);
        long earliest = buffer[count - k];
        int later = k;
        while (later > 0 && buffer[count - later] == earliest) {
          later--;
        }
        from[user] = earliest;
        hashes[user] = bound(rows, times, candidates, hash, user, earliest, k - later, buffer);
      }
    }
    return new TimeSplit(ratings, times, hash, from, hashes);
  }

  /// The `number`th smallest hash, from 1, of the user's events of a moment.
  private static long bound(
      CompressedRows rows,
      EventTimes times,
      Candidates candidates,
      PairHash hash,
      int user,
      long moment,
      int number,
      long[] buffer) {
    int count = 0;
    for (long position = rows.start(user); position < rows.end(user); position++) {
      int item = rows.index(position);
      if (times.at(position) == moment && candidates.test(user, item, rows.value(position))) {
        // The sign bit turned: signed order is then the unsigned one.
        buffer[count++] = hash.of(user, item) ^ Long.MIN_VALUE;
      }
    }
    Arrays.sort(buffer, 0, count);
    return buffer[number - 1] ^ Long.MIN_VALUE;
  }

  /// The earliest time from which on there are no more than this share of the events in a scope.
  /// Two passes that count by one half of the bits each.
  static long newest(RatingMatrix ratings, EventTimes times, Scope scope, double share) {
    long[] byUpper = counts(ratings, times, scope, -1);
    long most = (long) (share * Arrays.stream(byUpper).sum());
    int upper = first(byUpper, most);
    for (int later = upper + 1; later < byUpper.length; later++) {
      most -= byUpper[later];
    }
    int lower = first(counts(ratings, times, scope, upper), most);
    return ((long) upper << HALF_BITS) + lower + 1;
  }

  /// The last place whose count, with all after it, is more than `most`.
  private static int first(long[] counts, long most) {
    long left = most;
    int place = counts.length - 1;
    while (place > 0 && counts[place] <= left) {
      left -= counts[place--];
    }
    return place;
  }

  /// Events in the scope by the upper half of their times, or of those with this upper half by the
  /// lower one.
  private static long[] counts(RatingMatrix ratings, EventTimes times, Scope scope, int upper) {
    long[] counts = new long[1 << HALF_BITS];
    IntCursor values = new IntCursor(ratings.byUser().values());
    LongCursor seconds = new LongCursor(times.seconds());
    for (long left = ratings.events(); left > 0; left--) {
      long time = Math.clamp(seconds.next(), 0, EventTimes.END - 1);
      int half = (int) (time >>> HALF_BITS);
      if (scope.holds(values.nextFloat()) && (upper < 0 || half == upper)) {
        counts[upper < 0 ? half : (int) (time & 0xFFFF)]++;
      }
    }
    return counts;
  }

  @Override
  public boolean holds(int user, int item) {
    long position = rows.position(user, item);
    if (position < 0) {
      return false;
    }
    long time = times.at(position);
    int place = from.length == 1 ? 0 : user;
    return time > from[place]
        || (time == from[place] && Long.compareUnsigned(hash.of(user, item), hashes[place]) <= 0);
  }
}
