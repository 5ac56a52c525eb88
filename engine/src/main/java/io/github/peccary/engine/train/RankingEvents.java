package io.github.peccary.engine.train;

import io.github.peccary.engine.ratings.CompressedRows;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.RatingMatrix;

/// Reads the events of one user or item that are trained on: all but the held-out ones. One
/// thread's own.
final class RankingEvents {
  private final Holdout holdout;
  private final double ratingWeight;
  private final boolean byUser;
  private final boolean all;
  private final CompressedRows matrix;
  private int row;
  private long position;
  private long end;
  private int other;
  private float value;

  /// @param ratingWeight what a rating of 1 adds to an event's weight
  RankingEvents(RatingMatrix ratings, Holdout holdout, double ratingWeight, boolean byUser) {
    this.holdout = holdout;
    this.ratingWeight = ratingWeight;
    this.byUser = byUser;
    all = holdout.isNone();
    matrix = byUser ? ratings.byUser() : ratings.byItem();
  }

  /// Goes to the front of a row.
  void start(int number) {
    row = number;
    position = matrix.start(number);
    end = matrix.end(number);
  }

  /// Moves to the next event, and says whether there is one.
  boolean next() {
    while (position < end) {
      other = matrix.index(position);
      value = matrix.value(position);
      position++;
      if (all || trainsOn()) {
        return true;
      }
    }
    return false;
  }

  private boolean trainsOn() {
    return byUser ? holdout.trainsOn(row, other, value) : holdout.trainsOn(other, row, value);
  }

  /// How many events are left.
  int count() {
    if (all) {
      return Math.toIntExact(end - position);
    }
    int count = 0;
    while (next()) {
      count++;
    }
    return count;
  }

  /// The event's item, or its user.
  int other() {
    return other;
  }

  /// The event's weight, 1 or more.
  double weight() {
    return 1 + ratingWeight * Math.max(0, value);
  }
}
