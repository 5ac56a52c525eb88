package io.github.peccary.engine.train;

import java.util.Locale;

/// How factors for rankings are learnt.
public enum RankingMethod {
  /// Alternating least squares over all pairs: [Ials].
  IALS,
  /// Bayesian personalized ranking, by [RankingSgd]: an event against one item, drawn evenly.
  BPR,
  /// Sampled softmax, by [RankingSgd]: an event against several items, drawn by popularity.
  SOFTMAX;

  /// What [#toString] wrote.
  static RankingMethod parse(String text) {
    for (RankingMethod method : values()) {
      if (method.toString().equals(text)) {
        return method;
      }
    }
    throw new NumberFormatException(text);
  }

  /// The name on the command line and in a model file.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
