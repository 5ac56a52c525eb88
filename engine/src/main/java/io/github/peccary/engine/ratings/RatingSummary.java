package io.github.peccary.engine.ratings;

/// What the metadata of a ratings file says about its values.
///
/// @param ratings number of values that are ratings
/// @param min lowest rating, NaN without any
/// @param max highest rating, NaN without any
public record RatingSummary(long ratings, float min, float max) {
  private static final long UNLOAD_ENTRIES = 1 << 22;

  static RatingSummary of(CompressedRows rows, Zero zero) {
    long ratings = 0;
    float min = Float.POSITIVE_INFINITY;
    float max = Float.NEGATIVE_INFINITY;
    long unloaded = 0;
    IntCursor values = new IntCursor(rows.values());
    for (long position = 0; position < rows.entries(); position++) {
      float value = values.nextFloat();
      if (zero == Zero.RATING || value != 0) {
        ratings++;
        min = Math.min(min, value);
        max = Math.max(max, value);
      }
      if (position - unloaded >= UNLOAD_ENTRIES) {
        rows.unload(unloaded, position);
        unloaded = position;
      }
    }
    return ratings == 0
        ? new RatingSummary(0, Float.NaN, Float.NaN)
        : new RatingSummary(ratings, min, max);
  }
}
