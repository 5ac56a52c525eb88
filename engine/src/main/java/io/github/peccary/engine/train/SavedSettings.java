package io.github.peccary.engine.train;

import io.github.peccary.engine.model.ModelFormat;
import io.github.peccary.engine.ratings.HoldoutRule;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The settings of a training in the metadata of its model: the keys, and how values are read. Of
/// each kind of training, the record of its settings writes and reads them.
///
/// @param metadata of a model file
record SavedSettings(Map<String, String> metadata) {
  static final String EPOCHS = "peccary.train.epochs";
  static final String SEED = "peccary.train.seed";
  static final String L2 = "peccary.train.l2";
  static final String LEARNING_RATE = "peccary.train.learningRate";
  static final String SCHEDULE = "peccary.train.schedule";
  static final String UNOBSERVED_WEIGHT = "peccary.train.unobservedWeight";
  static final String METHOD = "peccary.train.method";
  static final String NEGATIVES = "peccary.train.negatives";
  static final String RATING_WEIGHT = "peccary.train.ratingWeight";

  int integer(String key) {
    return read(key, Integer::parseInt);
  }

  long longInteger(String key) {
    return read(key, Long::parseLong);
  }

  double decimal(String key) {
    return read(key, Double::parseDouble);
  }

  String text(String key) {
    return read(key, text -> text);
  }

  boolean flag(String key) {
    return text(key).equals("true");
  }

  RankingMethod method() {
    return read(METHOD, RankingMethod::parse);
  }

  /// The rule that the hold-out came from.
  HoldoutRule holdout() {
    return read(ModelFormat.HOLDOUT, HoldoutRule::parse);
  }

  private <T> T read(String key, Function<String, T> parse) {
    @Nullable String text = metadata.get(key);
    if (text == null) {
      throw unreadable(key, "", null);
    }
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException e) {
      throw unreadable(key, text, e);
    }
  }

  private static IllegalArgumentException unreadable(
      String key, String text, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        "the model must tell the settings of its training: %s=%s; train it anew"
            .formatted(key, text),
        cause);
  }
}
