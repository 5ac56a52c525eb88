package io.github.peccary.engine.train;

import io.github.peccary.engine.model.ModelFormat;
import io.github.peccary.engine.ratings.HoldoutRule;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.ratings.TimeRange;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a training must share with its checkpoint, as metadata of that: what is learnt, from which
/// ratings, and every setting but the number of threads.
final class TrainingIdentity {
  static final String SETTING = "peccary.train.";
  static final String EPOCHS = SETTING + "epochs";

  private TrainingIdentity() {}

  /// @param from fingerprint of the model that training starts from, or [Checkpoint#NO_MODEL]
  static Map<String, String> of(RatingMatrix ratings, TrainConfig config, String from) {
    Map<String, String> identity = new LinkedHashMap<>();
    identity.put(ModelFormat.OBJECTIVE, ModelFormat.RATING);
    identity.put(ModelFormat.RATINGS_FINGERPRINT, ratings.fingerprint());
    identity.put(SETTING + "rank", Integer.toString(config.rank()));
    identity.put(EPOCHS, Integer.toString(config.epochs()));
    identity.put(SETTING + "seed", Long.toString(config.seed()));
    identity.put(SETTING + "holdout", text(config.holdout()));
    identity.put(SETTING + "l2", Double.toString(config.l2()));
    identity.put(SETTING + "learningRate", Double.toString(config.learningRate()));
    identity.put(SETTING + "deterministic", Boolean.toString(config.deterministic()));
    identity.put(SETTING + "refit", Boolean.toString(config.refit()));
    identity.put(SETTING + "biases", Boolean.toString(config.biases()));
    identity.put(Checkpoint.FROM, from);
    return identity;
  }

  static Map<String, String> of(RatingMatrix ratings, RankingSettings settings) {
    Map<String, String> identity = new LinkedHashMap<>();
    identity.put(ModelFormat.OBJECTIVE, ModelFormat.RANKING);
    identity.put(ModelFormat.RATINGS_FINGERPRINT, ratings.fingerprint());
    identity.put(SETTING + "method", settings.method().toString());
    identity.put(SETTING + "rank", Integer.toString(settings.rank()));
    identity.put(EPOCHS, Integer.toString(settings.iterations()));
    identity.put(SETTING + "seed", Long.toString(settings.seed()));
    identity.put(SETTING + "holdout", text(settings.holdout()));
    switch (settings) {
      case RankingConfig ials -> {
        identity.put(SETTING + "l2", Double.toString(ials.l2()));
        identity.put(
            SETTING + "unobservedWeight",
            ials.unobservedWeight().isPresent()
                ? Double.toString(ials.unobservedWeight().getAsDouble())
                : "default");
        identity.put(SETTING + "ratingWeight", Double.toString(ials.ratingWeight()));
      }
      case SamplingConfig sampling -> {
        identity.put(SETTING + "l2", Double.toString(sampling.l2()));
        identity.put(SETTING + "learningRate", Double.toString(sampling.learningRate()));
        identity.put(SETTING + "negatives", Integer.toString(sampling.negatives()));
        identity.put(SETTING + "deterministic", Boolean.toString(sampling.deterministic()));
      }
    }
    return identity;
  }

  /// As the command line has it.
  private static String text(HoldoutRule rule) {
    return switch (rule) {
      case HoldoutRule.Fraction(double fraction) -> Double.toString(fraction);
      case HoldoutRule.LeaveOut(int k, int least) -> "leave-" + ofEachUser(k, least);
      case HoldoutRule.Latest(int k, int least) -> "latest-" + ofEachUser(k, least);
      case HoldoutRule.Since(long seconds) -> "since-" + TimeRange.text(seconds);
      case HoldoutRule.Newest(double share) -> "newest-" + share;
    };
  }

  private static String ofEachUser(int k, int least) {
    return least == k + 1 ? Integer.toString(k) : k + "-of-" + least;
  }
}
