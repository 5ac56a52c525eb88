package io.github.peccary.engine.recommend;

import java.util.Locale;

/// What makes two items similar, over their factors; biases have no part in it.
public enum Similarity {
  /// The cosine of the angle between them: the same taste, however weak or strong.
  COSINE,
  /// Their inner product: the same taste, and the stronger the better, which favours the items that
  /// are well known.
  INNER_PRODUCT;

  /// The name on the command line and in requests.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
