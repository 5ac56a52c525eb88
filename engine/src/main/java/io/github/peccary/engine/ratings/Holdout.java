package io.github.peccary.engine.ratings;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which events are held out of training to measure it: ratings only, or all kinds ([Scope]). One
/// is if the hash of seed, user and item lies below a threshold, or if it is late: nothing is
/// stored or shuffled, any thread can ask about any event, and training and evaluation agree.
///
/// The numbers of users and items go into the hash, so a split is tied to the file of ratings. It
/// must be open as long as a split by times is asked.
public final class Holdout {

  private static final String OF_EVENTS = " of events";
  private static final Pattern RANDOM =
      Pattern.compile("random fraction=([0-9.eE+-]+) seed=(-?\\d+)(" + OF_EVENTS + ")?");
  private static final Pattern LEAVE_OUT =
      Pattern.compile("leave-out k=(\\d+)(?: least=(\\d+))? seed=(-?\\d+)(" + OF_EVENTS + ")?");

  private static final Pattern LATEST =
      Pattern.compile("latest k=(\\d+)(?: least=(\\d+))? seed=(-?\\d+)(" + OF_EVENTS + ")?");
  private static final Pattern SINCE = Pattern.compile("since time=(\\S+)(" + OF_EVENTS + ")?");

  /// What may be held out.
  public enum Scope {
    /// Ratings only: other events are all trained on.
    RATINGS,
    /// Every event, rated or not.
    EVENTS
  }

  private final String text;
  private final boolean zeros; // whether an event of value 0 may be held out
  private final long seed;
  private final long threshold;
  private final long @Nullable [] thresholds;
  private @Nullable TimeSplit byTime;

  private Holdout(
      String text, boolean zeros, long seed, long threshold, long @Nullable [] thresholds) {
    this.text = text;
    this.zeros = zeros;
    this.seed = SplitMix64.mix(seed + SplitMix64.GOLDEN_GAMMA);
    this.threshold = threshold;
    this.thresholds = thresholds;
  }

  /// Nothing is held out.
  public static Holdout none() {
    return new Holdout("none", false, 0, 0, null);
  }

  /// Everything in the scope is held out with the same probability.
  ///
  /// @param ratings the file that the split is of
  /// @param fraction from 0, below 1
  public static Holdout random(RatingMatrix ratings, Scope scope, double fraction, long seed) {
    if (!(fraction >= 0 && fraction < 1)) {
      throw new IllegalArgumentException(
          "the held-out fraction must be from 0 to less than 1: fraction=" + fraction);
    }
    // fraction · 2^64, as an unsigned number
    long threshold = (long) (fraction * 0x1p63) << 1;
    String text = "random fraction=" + fraction + " seed=" + seed + suffix(scope);
    return new Holdout(text, zeros(ratings, scope), seed, threshold, null);
  }

  /// `k` of each user are held out, those of the smallest hash; none of a user who has less than
  /// `least` in the scope.
  ///
  /// @param k from 1
  /// @param least more than `k`, so that everybody keeps something
  public static Holdout leaveOut(RatingMatrix ratings, Scope scope, int k, int least, long seed) {
    String text = "leave-out " + ofEachUser(k, least) + " seed=" + seed + suffix(scope);
    long[] thresholds = new long[ratings.users()];
    Holdout holdout = new Holdout(text, zeros(ratings, scope), seed, 0, thresholds);
    long[] hashes = new long[16];
    CompressedRows rows = ratings.byUser();
    for (int user = 0; user < rows.rows(); user++) {
      int count = 0;
      for (long position = rows.start(user); position < rows.end(user); position++) {
        if (holdout.inScope(rows.value(position))) {
          if (count == hashes.length) {
            hashes = Arrays.copyOf(hashes, 2 * count);
          }
          // The sign bit turned: signed order is then the unsigned one.
          hashes[count++] = holdout.hash(user, rows.index(position)) ^ Long.MIN_VALUE;
        }
      }
      if (count >= least) {
        Arrays.sort(hashes, 0, count);
        // Hashes of one user are never equal, so exactly k lie below the next.
        thresholds[user] = hashes[k] ^ Long.MIN_VALUE;
      }
    }
    return holdout;
  }

  /// The latest `k` of each user are held out, none of a user who has less than `least` in the
  /// scope; of those of the same second, the ones of the smallest hash.
  ///
  /// @param ratings a file with times
  /// @param k from 1
  /// @param least more than `k`, so that everybody keeps something
  public static Holdout latest(RatingMatrix ratings, Scope scope, int k, int least, long seed) {
    String text = "latest " + ofEachUser(k, least) + " seed=" + seed + suffix(scope);
    Holdout holdout = new Holdout(text, zeros(ratings, scope), seed, 0, null);
    EventTimes times = times(ratings, text);
    holdout.byTime = TimeSplit.latest(ratings, times, holdout, k, least);
    return holdout;
  }

  /// Everything in the scope from a time on is held out.
  ///
  /// @param ratings a file with times
  /// @param seconds since 1970-01-01 UTC
  public static Holdout since(RatingMatrix ratings, Scope scope, long seconds) {
    String text = "since time=" + TimeRange.text(seconds) + suffix(scope);
    Holdout holdout = new Holdout(text, zeros(ratings, scope), 0, 0, null);
    holdout.byTime = TimeSplit.since(ratings, times(ratings, text), seconds);
    return holdout;
  }

  /// The newest in the scope are held out: as many whole seconds as have no more than this share.
  /// It is [#since] the first of them.
  ///
  /// @param ratings a file with times
  /// @param share above 0, below 1
  public static Holdout newest(RatingMatrix ratings, Scope scope, double share) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException(
          "the newest share must be above 0 and less than 1: share=" + share);
    }
    Holdout scoped = new Holdout("", zeros(ratings, scope), 0, 0, null);
    EventTimes times = times(ratings, "newest share=" + share);
    return since(ratings, scope, TimeSplit.newest(ratings, times, scoped, share));
  }

  /// As in `k=1 least=5`.
  private static String ofEachUser(int k, int least) {
    if (k < 1) {
      throw new IllegalArgumentException("held-out ratings per user must be 1 or more: k=" + k);
    }
    if (least <= k) {
      throw new IllegalArgumentException(
          "users must have more than is held out of each: k=%d, least=%d".formatted(k, least));
    }
    return "k=" + k + (least == k + 1 ? "" : " least=" + least);
  }

  private static EventTimes times(RatingMatrix ratings, String text) {
    EventTimes times = ratings.times();
    if (times == null) {
      throw new IllegalArgumentException(
          "the ratings must have times to hold out by them: holdout=%s; load them from a source with times, or hold out others (%s)"
              .formatted(text, ratings.path()));
    }
    return times;
  }

  /// What [#toString] wrote.
  ///
  /// @param ratings the file that the split is of
  /// @throws IllegalArgumentException if it is another text
  public static Holdout parse(String text, RatingMatrix ratings) {
    if (text.equals("none")) {
      return none();
    }
    try {
      Matcher random = RANDOM.matcher(text);
      if (random.matches()) {
        return random(
            ratings,
            scope(random.group(3)),
            Double.parseDouble(random.group(1)),
            Long.parseLong(random.group(2)));
      }
      Matcher leaveOut = LEAVE_OUT.matcher(text);
      if (leaveOut.matches()) {
        int k = Integer.parseInt(leaveOut.group(1));
        int least = leaveOut.group(2) == null ? k + 1 : Integer.parseInt(leaveOut.group(2));
        long seed = Long.parseLong(leaveOut.group(3));
        return leaveOut(ratings, scope(leaveOut.group(4)), k, least, seed);
      }
      Matcher latest = LATEST.matcher(text);
      if (latest.matches()) {
        int k = Integer.parseInt(latest.group(1));
        int least = latest.group(2) == null ? k + 1 : Integer.parseInt(latest.group(2));
        long seed = Long.parseLong(latest.group(3));
        return latest(ratings, scope(latest.group(4)), k, least, seed);
      }
      Matcher since = SINCE.matcher(text);
      if (since.matches()) {
        long seconds = Instant.parse(since.group(1)).getEpochSecond();
        return since(ratings, scope(since.group(2)), seconds);
      }
    } catch (NumberFormatException | DateTimeException e) {
      throw unknown(text, e);
    }
    throw unknown(text, null);
  }

  private static String suffix(Scope scope) {
    return scope == Scope.EVENTS ? OF_EVENTS : "";
  }

  private static Scope scope(@Nullable String suffix) {
    return suffix == null ? Scope.RATINGS : Scope.EVENTS;
  }

  private static boolean zeros(RatingMatrix ratings, Scope scope) {
    return scope == Scope.EVENTS || ratings.isRating(0);
  }

  boolean inScope(float value) {
    return zeros || value != 0;
  }

  /// Whether nothing can be held out.
  public boolean isNone() {
    return thresholds == null && threshold == 0 && byTime == null;
  }

  /// Whether the event of this user, item and value is held out.
  public boolean contains(int user, int item, float value) {
    if (!inScope(value)) {
      return false;
    }
    if (byTime != null) {
      return byTime.contains(user, item, hash(user, item));
    }
    long below = thresholds == null ? threshold : thresholds[user];
    return Long.compareUnsigned(hash(user, item), below) < 0;
  }

  /// `none`, `random fraction=0.1 seed=42`, `leave-out k=1 seed=42` or `leave-out k=1 least=5
  /// seed=42`, the same with `latest`, or `since time=1998-03-23T12:00:00Z`; where not only ratings
  /// are held out, ` of events` follows.
  @Override
  public String toString() {
    return text;
  }

  /// Different for any two pairs, as the mixing is a bijection.
  long hash(int user, int item) {
    return SplitMix64.mix(seed ^ ((long) user << Integer.SIZE | item));
  }

  private static IllegalArgumentException unknown(String text, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        "a hold-out must be 'none', 'random fraction=… seed=…', 'leave-out k=… [least=…] seed=…', 'latest k=… [least=…] seed=…' or 'since time=…', perhaps with ' of events': holdout="
            + text,
        cause);
  }
}
