package io.github.peccary.engine.recommend;

/// What the score of an item is at most, from its norm `‖q‖`, its bias, its number of events and
/// the cosine of its factors with those of the row that it is scored by: `mean + own + bias · b +
/// events · e + product · ‖q‖ · cosine`.
///
/// @param direction of the row
/// @param mean part of every score
/// @param own the row's own bias, part of every score
/// @param bias what an item's bias counts
/// @param events what an event counts; 0 or more
/// @param product what the norm counts; 0 or more
/// @param byNorm whether the norm counts; if not, it is 1
record ScoreBound(
    Direction direction,
    double mean,
    double own,
    double bias,
    double events,
    double product,
    boolean byNorm) {

  /// Of cosines.
  static ScoreBound cosine(Direction direction) {
    return new ScoreBound(direction, 0, 0, 0, 0, 1, false);
  }

  /// Of inner products.
  static ScoreBound product(Direction direction) {
    return new ScoreBound(direction, 0, 0, 0, 0, direction.norm(), true);
  }

  /// What a score is without the product. A bias that counts less than nothing, which no row of a
  /// checked model has, bounds nothing.
  double rest(double largestBias, double mostEvents) {
    return bias < 0
        ? Double.POSITIVE_INFINITY
        : mean + own + bias * largestBias + events * mostEvents;
  }

  /// The largest product: where the cosine is 1.
  double product(double largestNorm) {
    return byNorm ? product * largestNorm : product;
  }

  /// What, besides the product, numbers on the way to a score may add up to: more than the rest,
  /// where they cancel each other out. A bias further below 0 than twice the largest lowers its
  /// score by more than it is rounded by.
  double magnitude(double largestBias, double mostEvents) {
    return 2 * (Math.abs(mean) + Math.abs(own) + Math.abs(bias * largestBias))
        + events * mostEvents;
  }
}
