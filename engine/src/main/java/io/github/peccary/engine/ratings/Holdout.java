package io.github.peccary.engine.ratings;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Which events are held out of training to measure it: ratings only, or all kinds ([Scope]). One
/// is if the hash of seed, user and item says so, or if it is late: nothing is stored or shuffled,
/// any thread can ask about any event, and training and evaluation agree.
///
/// It may lie [apart][#apartFrom] from another one, say, a part to validate on from a part to test
/// on: what the other holds out is then neither held out nor trained on, as if it did not exist.
///
/// The numbers of users and items go into the hash, so a split is tied to the file of ratings. It
/// must be open as long as a split by times is asked.
public final class Holdout {
  static final String OF_EVENTS = " of events";
  static final String APART = ", apart from ";

  private static final Choice NOTHING = (user, item) -> false;

  /// What may be held out.
  public enum Scope {
    /// Ratings only: other events are all trained on.
    RATINGS,
    /// Every event, rated or not.
    EVENTS
  }

  /// Whether an event in the scope is held out.
  interface Choice {
    boolean holds(int user, int item);
  }

  /// What there is to choose from: events in the scope that exist.
  interface Candidates {
    boolean test(int user, int item, float value);
  }

  private final String text;
  private final boolean zeros; // whether an event of value 0 may be held out
  private final Function<Candidates, Choice> rule;
  private final Choice choice;
  private final @Nullable Holdout other;

  private Holdout(
      String text, boolean zeros, Function<Candidates, Choice> rule, @Nullable Holdout other) {
    this.text = text;
    this.zeros = zeros;
    this.rule = rule;
    this.other = other;
    choice = rule.apply((user, item, value) -> inScope(value) && !excludes(user, item, value));
  }

  /// What a rule chooses in a scope.
  private static Holdout of(
      RatingMatrix ratings, Scope scope, String text, Function<Candidates, Choice> rule) {
    boolean zeros = scope == Scope.EVENTS || ratings.isRating(0);
    return new Holdout(text + (scope == Scope.EVENTS ? OF_EVENTS : ""), zeros, rule, null);
  }

  /// Nothing is held out.
  public static Holdout none() {
    return new Holdout("none", false, candidates -> NOTHING, null);
  }

  /// One event of some users is held out: for a training whose result is thrown away, as [#parse]
  /// does not read the text.
  ///
  /// @param items by user, the item of the event; -1 for none
  public static Holdout chosen(int[] items) {
    int[] copy = items.clone();
    Choice choice = (user, item) -> copy[user] == item;
    return new Holdout("chosen events", true, candidates -> choice, null);
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
    String text = "random fraction=" + fraction + " seed=" + seed;
    // fraction · 2^64, as an unsigned number
    long threshold = (long) (fraction * 0x1p63) << 1;
    Choice choice = threshold == 0 ? NOTHING : HashSplit.range(new PairHash(seed), 0, threshold);
    return of(ratings, scope, text, candidates -> choice);
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
    String text = "fold number=" + number + " of=" + folds + " seed=" + seed;
    long size = Long.divideUnsigned(-1L, folds);
    long first = size * (number - 1);
    // Of another seed than its own: a share of the same seed would lie in the first folds only.
    PairHash hash = new PairHash(SplitMix64.mix(seed));
    Choice choice = HashSplit.range(hash, first, number == folds ? -first : size);
    return of(ratings, scope, text, candidates -> choice);
  }

  /// `k` of each user are held out, those of the smallest hash; none of a user who has less than
  /// `least` in the scope.
  ///
  /// @param k from 1
  /// @param least more than `k`, so that everybody keeps something
  public static Holdout leaveOut(RatingMatrix ratings, Scope scope, int k, int least, long seed) {
    String text = "leave-out " + ofEachUser(k, least) + " seed=" + seed;
    PairHash hash = new PairHash(seed);
    return of(
        ratings,
        scope,
        text,
        candidates -> HashSplit.ofEachUser(ratings, candidates, hash, k, least));
  }

  /// The latest `k` of each user are held out, none of a user who has less than `least` in the
  /// scope; of those of the same second, the ones of the smallest hash.
  ///
  /// @param ratings a file with times
  /// @param k from 1
  /// @param least more than `k`, so that everybody keeps something
  public static Holdout latest(RatingMatrix ratings, Scope scope, int k, int least, long seed) {
    String text = "latest " + ofEachUser(k, least) + " seed=" + seed;
    EventTimes times = times(ratings, text);
    PairHash hash = new PairHash(seed);
    return of(
        ratings,
        scope,
        text,
        candidates -> TimeSplit.latest(ratings, times, candidates, hash, k, least));
  }

  /// Everything in the scope from a time on is held out.
  ///
  /// @param ratings a file with times
  /// @param seconds since 1970-01-01 UTC
  public static Holdout since(RatingMatrix ratings, Scope scope, long seconds) {
    String text = "since time=" + TimeRange.text(seconds);
    Choice choice = TimeSplit.since(ratings, times(ratings, text), seconds);
    return of(ratings, scope, text, candidates -> choice);
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
    EventTimes times = times(ratings, "newest share=" + share);
    Holdout all = of(ratings, scope, "", candidates -> NOTHING);
    return since(ratings, scope, TimeSplit.newest(ratings, times, all::inScope, share));
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

  /// The same of what `test` leaves, as if there were nothing else in the file.
  ///
  /// @param test does not lie apart from a third one
  public Holdout apartFrom(Holdout test) {
    if (test.isNone()) {
      return this;
    }
    if (other != null || test.other != null) {
      throw new IllegalArgumentException(
          "only two hold-outs can lie apart: holdout=%s, other=%s".formatted(this, test));
    }
    return new Holdout(text + APART + test, zeros, rule, test);
  }

  /// What [#toString] wrote.
  ///
  /// @param ratings the file that the split is of
  /// @throws IllegalArgumentException if it is another text
  public static Holdout parse(String text, RatingMatrix ratings) {
    return HoldoutText.parse(text, ratings);
  }

  private boolean inScope(float value) {
    return zeros || value != 0;
  }

  /// Whether everything is trained on.
  public boolean isNone() {
    return choice.equals(NOTHING) && other == null;
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
    return inScope(value) && choice.holds(user, item);
  }

  /// `none`, `random fraction=0.1 seed=42`, `leave-out k=1 seed=42`, `leave-out k=1 least=5
  /// seed=42`, the same with `latest`, `since time=1998-03-23T12:00:00Z` or `fold number=1 of=5
  /// seed=42`; where not only ratings are held out, ` of events` follows, and where it is apart
  /// from another one, `, apart from ` and that.
  @Override
  public String toString() {
    return text;
  }
}
