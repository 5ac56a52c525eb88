package io.github.peccary.engine.ratings;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which ratings are held out of training to measure it. A rating is if the hash of seed, user and
/// item lies below a threshold: nothing is stored or shuffled, any thread can ask about any pair,
/// and training and evaluation agree.
///
/// It is asked about ratings only; events that are none are never held out. The numbers of users
/// and items go into the hash, so a split is tied to the file of ratings.
public final class Holdout {

  private static final Pattern RANDOM =
      Pattern.compile("random fraction=([0-9.eE+-]+) seed=(-?\\d+)");
  private static final Pattern LEAVE_OUT = Pattern.compile("leave-out k=(\\d+) seed=(-?\\d+)");

  private final String text;
  private final long seed;
  private final long threshold;
  private final long @Nullable [] thresholds;

  private Holdout(String text, long seed, long threshold, long @Nullable [] thresholds) {
    this.text = text;
    this.seed = SplitMix64.mix(seed + SplitMix64.GOLDEN_GAMMA);
    this.threshold = threshold;
    this.thresholds = thresholds;
  }

  /// Nothing is held out.
  public static Holdout none() {
    return new Holdout("none", 0, 0, null);
  }

  /// Every rating is held out with the same probability.
  ///
  /// @param fraction from 0, below 1
  public static Holdout random(double fraction, long seed) {
    if (!(fraction >= 0 && fraction < 1)) {
      throw new IllegalArgumentException(
          "the held-out fraction must be from 0 to less than 1: fraction=" + fraction);
    }
    // fraction · 2^64, as an unsigned number
    long threshold = (long) (fraction * 0x1p63) << 1;
    return new Holdout("random fraction=" + fraction + " seed=" + seed, seed, threshold, null);
  }

  /// `k` ratings of each user are held out, those of the smallest hash; none of a user who has no
  /// more than `k`.
  ///
  /// @param k from 1
  public static Holdout leaveOut(RatingMatrix ratings, int k, long seed) {
    if (k < 1) {
      throw new IllegalArgumentException("held-out ratings per user must be 1 or more: k=" + k);
    }
    long[] thresholds = new long[ratings.users()];
    Holdout holdout = new Holdout("leave-out k=" + k + " seed=" + seed, seed, 0, thresholds);
    long[] hashes = new long[16];
    CompressedRows rows = ratings.byUser();
    for (int user = 0; user < rows.rows(); user++) {
      int count = 0;
      for (long position = rows.start(user); position < rows.end(user); position++) {
        if (ratings.isRating(rows.value(position))) {
          if (count == hashes.length) {
            hashes = Arrays.copyOf(hashes, 2 * count);
          }
          // The sign bit turned: signed order is then the unsigned one.
          hashes[count++] = holdout.hash(user, rows.index(position)) ^ Long.MIN_VALUE;
        }
      }
      if (count > k) {
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
        return random(Double.parseDouble(random.group(1)), Long.parseLong(random.group(2)));
      }
      Matcher leaveOut = LEAVE_OUT.matcher(text);
      if (leaveOut.matches()) {
        return leaveOut(
            ratings, Integer.parseInt(leaveOut.group(1)), Long.parseLong(leaveOut.group(2)));
      }
    } catch (NumberFormatException e) {
      throw unknown(text, e);
    }
    throw unknown(text, null);
  }

  /// Whether no rating can be held out.
  public boolean isNone() {
    return thresholds == null && threshold == 0;
  }

  /// Whether the rating of this user for this item is held out.
  public boolean contains(int user, int item) {
    long below = thresholds == null ? threshold : thresholds[user];
    return Long.compareUnsigned(hash(user, item), below) < 0;
  }

  /// `none`, `random fraction=0.1 seed=42` or `leave-out k=1 seed=42`.
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
        "a hold-out must be 'none', 'random fraction=… seed=…' or 'leave-out k=… seed=…': holdout="
            + text,
        cause);
  }
}
