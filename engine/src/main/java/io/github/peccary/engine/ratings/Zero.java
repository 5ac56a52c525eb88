package io.github.peccary.engine.ratings;

import java.util.Locale;

/// What the value 0 says in a file of ratings.
public enum Zero {
  /// The item was seen and not rated.
  IMPLICIT,
  /// It was rated, with the number 0.
  RATING;

  /// The word in files and on the command line.
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The meaning that [#text] writes.
  ///
  /// @throws IllegalArgumentException if it is another word
  public static Zero parse(String text) {
    for (Zero zero : values()) {
      if (zero.text().equals(text)) {
        return zero;
      }
    }
    throw new IllegalArgumentException("zero must be implicit or rating: zero=" + text);
  }
}
