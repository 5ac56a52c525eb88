package io.github.peccary.engine.ratings;

import io.github.peccary.engine.ratings.Holdout.Scope;

/// What is held out of the ratings, or of all events: each with a probability, a number of them
/// of each user, those that are late, or none.
public sealed interface HoldoutRule {
  /// The rule in the text of a [Holdout], of which the seed and the scope are not part, nor what it
  /// lies apart from.
  ///
  /// @throws IllegalArgumentException if there is none, as for a fold
  static HoldoutRule parse(String text) {
    return HoldoutText.parseRule(text);
  }

  /// What it holds out of a file.
  default Holdout of(RatingMatrix ratings, Scope scope, long seed) {
    return switch (this) {
      case Fraction(double fraction) when fraction == 0 -> Holdout.none();
      case Fraction(double fraction) -> Holdout.random(ratings, scope, fraction, seed);
      case LeaveOut(int k, int least) -> Holdout.leaveOut(ratings, scope, k, least, seed);
      case Latest(int k, int least) -> Holdout.latest(ratings, scope, k, least, seed);
      case Since(long seconds) -> Holdout.since(ratings, scope, seconds);
      case Newest(double share) -> Holdout.newest(ratings, scope, share);
    };
  }

  /// Each with probability `fraction`, from 0 to less than 1.
  record Fraction(double fraction) implements HoldoutRule {
    public Fraction {
      require(
          fraction >= 0 && fraction < 1,
          "the held-out fraction must be from 0 to less than 1: holdout=" + fraction);
    }
  }

  /// `k`, 1 or more, of each user who has at least `least`, more than `k`.
  record LeaveOut(int k, int least) implements HoldoutRule {
    public LeaveOut {
      requireOfEachUser("leave", k, least);
    }

    /// `k` of each user who has more.
    public LeaveOut(int k) {
      this(k, Math.addExact(k, 1));
    }
  }

  /// The latest `k`, 1 or more, of each user who has at least `least`, more than `k`.
  record Latest(int k, int least) implements HoldoutRule {
    public Latest {
      requireOfEachUser("latest", k, least);
    }

    /// The latest `k` of each user who has more.
    public Latest(int k) {
      this(k, Math.addExact(k, 1));
    }
  }

  /// All from a time on, in seconds since 1970-01-01 UTC.
  record Since(long seconds) implements HoldoutRule {}

  /// The newest, in whole seconds, no more than this share: above 0, less than 1.
  record Newest(double share) implements HoldoutRule {
    public Newest {
      require(
          share > 0 && share < 1,
          "the newest share must be above 0 and less than 1: holdout=newest-" + share);
    }
  }

  private static void requireOfEachUser(String word, int k, int least) {
    require(
        k >= 1,
        "held-out ratings of each user must be 1 or more: holdout=%s-%d".formatted(word, k));
    require(
        least > k,
        "users must have more than is held out of each: holdout=%s-%d-of-%d"
            .formatted(word, k, least));
  }

  private static void require(boolean holds, String sentence) {
    if (!holds) {
      throw new IllegalArgumentException(sentence);
    }
  }
}
