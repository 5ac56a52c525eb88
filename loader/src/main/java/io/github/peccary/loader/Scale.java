package io.github.peccary.loader;

/// The lowest and the highest rating that a row may carry, both included.
public record Scale(float low, float high) {
  public Scale {
    if (!Float.isFinite(low) || !Float.isFinite(high) || low >= high) {
      throw new IllegalArgumentException(
          "the scale must run from a number to a larger one: low=%s, high=%s; give it as 1..10"
              .formatted(low, high));
    }
  }

  /// Reads `LOW..HIGH`, as in `1..10` or `0.5..5`.
  public static Scale parse(String text) {
    int dots = text.indexOf("..");
    if (dots > 0) {
      try {
        return new Scale(
            Float.parseFloat(text.substring(0, dots)), Float.parseFloat(text.substring(dots + 2)));
      } catch (NumberFormatException e) {
        // falls through to the sentence below
      }
    }
    throw new IllegalArgumentException(
        "the scale must be LOW..HIGH: scale='%s'; give it as 1..10".formatted(text));
  }

  boolean contains(float rating) {
    return rating >= low && rating <= high;
  }

  @Override
  public String toString() {
    return low + ".." + high;
  }
}
