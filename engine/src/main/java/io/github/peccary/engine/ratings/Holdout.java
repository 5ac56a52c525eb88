package io.github.peccary.engine.ratings;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which events are held out of training to measure it: ratings only, or all kinds ([Scope]). One
/// is if the hash of seed, user and item lies below a threshold: nothing is stored or shuffled, any
/// thread can ask about any event, and training and evaluation agree.
///
/// The numbers of users and items go into the hash, so a split is tied to the file of ratings.
public final class Holdout {

  private static final String OF_EVENTS = " of events";
  private static final Pattern RANDOM =
      Pattern.compile("random fraction=([0-9.eE+-]+) seed=(-?\\d+)(" + OF_EVENTS + ")?");
  private static final Pattern LEAVE_OUT =
      Pattern.compile("leave-out k=(\\d+)(?: least=(\\d+))? seed=(-?\\d+)(" + OF_EVENTS + ")?");

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
  private final int @Nullable [] more; // by user, one more item that is held out

  private Holdout(
      String text, boolean zeros, long seed, long threshold, long @Nullable [] thresholds) {
    more = null;
    this.text = text;
    this.zeros = zeros;
    this.seed = SplitMix64.mix(seed + SplitMix64.GOLDEN_GAMMA);
    this.threshold = threshold;
    this.thresholds = thresholds;
  }

  private Holdout(Holdout holdout, int[] more) {
    text = holdout.text + ", and some for validation";
    zeros = holdout.zeros;
    seed = holdout.seed;
    threshold = holdout.threshold;
    thresholds = holdout.thresholds;
    this.more = more;
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
    if (k < 1) {
      throw new IllegalArgumentException("held-out ratings per user must be 1 or more: k=" + k);
    }
    if (least <= k) {
      throw new IllegalArgumentException(
          "users must have more than is held out of each: k=%d, least=%d".formatted(k, least));
    }
    String bound = least == k + 1 ? "" : " least=" + least;
    String text = "leave-out k=" + k + bound + " seed=" + seed + suffix(scope);
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
    } catch (NumberFormatException e) {
      throw unknown(text, e);
    }
    throw unknown(text, null);
  }

  /// What this holds out, and one more event of some users: for a training whose result is thrown
  /// away. [#parse] does not read its text.
  ///
  /// @param items by user, the item of the event; -1 for none
  public Holdout and(int[] items) {
    return new Holdout(this, items.clone());
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

  private boolean inScope(float value) {
    return zeros || value != 0;
  }

  /// Whether nothing can be held out.
  public boolean isNone() {
    return thresholds == null && threshold == 0 && more == null;
  }

  /// Whether the event of this user, item and value is held out.
  public boolean contains(int user, int item, float value) {
    if (more != null && more[user] == item) {
      return true;
    }
    long below = thresholds == null ? threshold : thresholds[user];
    return inScope(value) && Long.compareUnsigned(hash(user, item), below) < 0;
  }

  /// `none`, `random fraction=0.1 seed=42`, `leave-out k=1 seed=42` or `leave-out k=1 least=5
  /// seed=42`; where not only ratings are held out, ` of events` follows.
  @Override
  public String toString() {
    return text;
  }

  /// Different for any two pairs, as the mixing is a bijection.
  private long hash(int user, int item) {
    return SplitMix64.mix(seed ^ ((long) user << Integer.SIZE | item));
  }

  private static IllegalArgumentException unknown(String text, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        "a hold-out must be 'none', 'random fraction=… seed=…' or 'leave-out k=… [least=…] seed=…', perhaps with ' of events': holdout="
            + text,
        cause);
  }
}
