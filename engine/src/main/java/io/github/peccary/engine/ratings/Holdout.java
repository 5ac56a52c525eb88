package io.github.peccary.engine.ratings;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which events are held out of training to measure it: ratings only, or all kinds ([Scope]). One
/// is if the hash of seed, user and item lies below a threshold: nothing is stored or shuffled, any
/// thread can ask about any event, and training and evaluation agree.
///
/// It may lie [apart][#apartFrom] from another one, say, a part to validate on from a part to test
/// on: what the other holds out is then neither held out nor trained on, as if it did not exist.
///
/// The numbers of users and items go into the hash, so a split is tied to the file of ratings.
public final class Holdout {

  private static final String OF_EVENTS = " of events";
  private static final Pattern RANDOM =
      Pattern.compile("random fraction=([0-9.eE+-]+) seed=(-?\\d+)(" + OF_EVENTS + ")?");
  private static final Pattern LEAVE_OUT =
      Pattern.compile("leave-out k=(\\d+)(?: least=(\\d+))? seed=(-?\\d+)(" + OF_EVENTS + ")?");
  private static final Pattern FOLD =
      Pattern.compile("fold number=(\\d+) of=(\\d+) seed=(-?\\d+)(" + OF_EVENTS + ")?");
  private static final String APART = ", apart from ";

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
  private final long first; // the hashes from here on are held out
  private final long threshold; // so many of them, an unsigned number
  private final int k; // of each user, or 0
  private final int least;
  private final long[] thresholds; // of each user, where it is k of each
  private final int @Nullable [] chosen; // by user, an item
  private final @Nullable Holdout other;

  private Holdout(String text, boolean zeros, long seed, long first, long threshold) {
    this.text = text;
    this.zeros = zeros;
    this.seed = SplitMix64.mix(seed + SplitMix64.GOLDEN_GAMMA);
    this.first = first;
    this.threshold = threshold;
    k = 0;
    least = 0;
    thresholds = new long[0];
    chosen = null;
    other = null;
  }

  private Holdout(int[] chosen) {
    text = "chosen events";
    zeros = true;
    seed = 0;
    first = 0;
    threshold = 0;
    k = 0;
    least = 0;
    thresholds = new long[0];
    this.chosen = chosen;
    other = null;
  }

  /// The same as another one, but for these.
  private Holdout(
      Holdout like, String text, int k, int least, long[] thresholds, @Nullable Holdout other) {
    chosen = like.chosen;
    this.text = text;
    this.zeros = like.zeros;
    this.seed = like.seed;
    this.first = like.first;
    this.threshold = like.threshold;
    this.k = k;
    this.least = least;
    this.thresholds = thresholds;
    this.other = other;
  }

  /// Nothing is held out.
  public static Holdout none() {
    return new Holdout("none", false, 0, 0, 0);
  }

  /// One event of some users is held out: for a training whose result is thrown away, as [#parse]
  /// does not read the text.
  ///
  /// @param items by user, the item of the event; -1 for none
  public static Holdout chosen(int[] items) {
    return new Holdout(items.clone());
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
    return new Holdout(text, zeros(ratings, scope), seed, 0, threshold);
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
    Holdout like = new Holdout(text, zeros(ratings, scope), seed, 0, 0);
    long[] thresholds = new long[ratings.users()];
    Holdout holdout = new Holdout(like, text, k, least, thresholds, null);
    holdout.setThresholds(ratings);
    return holdout;
  }

  private void setThresholds(RatingMatrix ratings) {
    long[] hashes = new long[16];
    CompressedRows rows = ratings.byUser();
    for (int user = 0; user < rows.rows(); user++) {
      int count = 0;
      for (long position = rows.start(user); position < rows.end(user); position++) {
        int item = rows.index(position);
        float value = rows.value(position);
        if (inScope(value) && !excludes(user, item, value)) {
          if (count == hashes.length) {
            hashes = Arrays.copyOf(hashes, 2 * count);
          }
          // The sign bit turned: signed order is then the unsigned one.
          hashes[count++] = hash(user, item) ^ Long.MIN_VALUE;
        }
      }
      if (count >= least) {
        Arrays.sort(hashes, 0, count);
        // Hashes of one user are never equal, so exactly k lie below the next.
        thresholds[user] = hashes[k] ^ Long.MIN_VALUE;
      }
    }
  }

  /// One of several parts of about the same size, which together are everything in the scope.
  ///
  /// @param number of the part, from 1
  /// @param folds how many parts there are, 2 or more
  public static Holdout fold(RatingMatrix ratings, Scope scope, int number, int folds, long seed) {
    if (folds < 2) {
      throw new IllegalArgumentException("there must be 2 folds or more: folds=" + folds);
    }
    if (number < 1 || number > folds) {
      throw new IllegalArgumentException(
          "a fold must be from 1 to %d: number=%d".formatted(folds, number));
    }
    long size = Long.divideUnsigned(-1L, folds);
    long first = size * (number - 1);
    String text = "fold number=" + number + " of=" + folds + " seed=" + seed + suffix(scope);
    // Of another seed than its own: a share of the same seed would lie in the first folds only.
    long hashSeed = SplitMix64.mix(seed);
    return new Holdout(
        text, zeros(ratings, scope), hashSeed, first, number == folds ? -first : size);
  }

  /// The same of what `test` leaves, as if there were nothing else in the file.
  ///
  /// @param ratings the file that both are of
  /// @param test does not lie apart from a third one
  public Holdout apartFrom(Holdout test, RatingMatrix ratings) {
    if (test.isNone()) {
      return this;
    }
    if (other != null || test.other != null) {
      throw new IllegalArgumentException(
          "only two hold-outs can lie apart: holdout=%s, other=%s".formatted(this, test));
    }
    long[] own = new long[thresholds.length];
    Holdout holdout = new Holdout(this, text + APART + test, k, least, own, test);
    if (k > 0) {
      holdout.setThresholds(ratings);
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
    int apart = text.indexOf(APART);
    if (apart >= 0) {
      Holdout test = parse(text.substring(apart + APART.length()), ratings);
      return parse(text.substring(0, apart), ratings).apartFrom(test, ratings);
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
      Matcher fold = FOLD.matcher(text);
      if (fold.matches()) {
        return fold(
            ratings,
            scope(fold.group(4)),
            Integer.parseInt(fold.group(1)),
            Integer.parseInt(fold.group(2)),
            Long.parseLong(fold.group(3)));
      }
    } catch (NumberFormatException e) {
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

  private boolean inScope(float value) {
    return zeros || value != 0;
  }

  /// Whether everything is trained on.
  public boolean isNone() {
    return k == 0 && threshold == 0 && chosen == null && other == null;
  }

  /// Whether the event of this user, item and value is held out.
  public boolean contains(int user, int item, float value) {
    return chooses(user, item, value) && !excludes(user, item, value);
  }

  /// Whether the event of this user, item and value is as if it did not exist.
  public boolean excludes(int user, int item, float value) {
    return other != null && other.contains(user, item, value);
  }

  /// Whether the event of this user, item and value is trained on.
  public boolean trainsOn(int user, int item, float value) {
    return !chooses(user, item, value) && !excludes(user, item, value);
  }

  private boolean chooses(int user, int item, float value) {
    if (chosen != null) {
      return chosen[user] == item;
    }
    long count = k == 0 ? threshold : thresholds[user];
    return inScope(value) && Long.compareUnsigned(hash(user, item) - first, count) < 0;
  }

  /// `none`, `random fraction=0.1 seed=42`, `leave-out k=1 seed=42`, `leave-out k=1 least=5
  /// seed=42` or `fold number=1 of=5 seed=42`; where not only ratings are held out, ` of events`
  /// follows, and where it is apart from another one, `, apart from ` and that.
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
        "a hold-out must be 'none', 'random fraction=… seed=…', 'leave-out k=… [least=…] seed=…' or 'fold number=… of=… seed=…', perhaps with ' of events': holdout="
            + text,
        cause);
  }
}
