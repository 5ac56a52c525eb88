package io.github.peccary.engine.ratings;

/// What the metadata of a ratings file says about its values.
///
/// @param ratings number of values that are ratings
/// @param min lowest rating, NaN without any
/// @param max highest rating, NaN without any
public record RatingSummary(long ratings, float min, float max) {

  static RatingSummary of(CompressedRows rows, Zero zero) {
    Builder summary = new Builder(zero);
    IntCursor values = new IntCursor(rows.values());
    for (long position = 0; position < rows.entries(); position++) {
      summary.add(values.nextFloat());
    }
    return summary.build();
  }

  /// Sums up values, one after the other.
  public static final class Builder {
    private final boolean zeroIsRating;
    private long ratings;
    private float min = Float.POSITIVE_INFINITY;
    private float max = Float.NEGATIVE_INFINITY;

    /// Of no values yet.
    public Builder(Zero zero) {
      zeroIsRating = zero == Zero.RATING;
    }

    /// Whether the value is a rating, and not an event of something seen and not rated.
    public boolean isRating(float value) {
      return zeroIsRating || value != 0;
    }

    /// Counts a value in.
    public void add(float value) {
      if (isRating(value)) {
        ratings++;
        min = Math.min(min, value);
        max = Math.max(max, value);
      }
    }

    /// The values so far.
    public RatingSummary build() {
      return ratings == 0
          ? new RatingSummary(0, Float.NaN, Float.NaN)
          : new RatingSummary(ratings, min, max);
    }
  }
}
