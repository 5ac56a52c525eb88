package io.github.peccary.engine.model;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.storage.CorruptFileException;
import io.github.peccary.engine.storage.TensorFile;

/// The metadata of a model that its reader relies on, parsed and checked.
record ModelHeader(
    int rank,
    int stride,
    boolean biases,
    boolean refit,
    float globalMean,
    float ratingMean,
    float minRating,
    float maxRating) {

  /// @throws CorruptFileException if an entry is missing, is no such value, or contradicts another
  static ModelHeader read(TensorFile file) {
    file.metadata(ModelFormat.OBJECTIVE);
    file.metadata(ModelFormat.RATINGS_FINGERPRINT);
    file.metadata(ModelFormat.HOLDOUT);
    int rank = integer(file, ModelFormat.RANK);
    int stride = integer(file, ModelFormat.STRIDE);
    if (stride != expectedStride(file, rank)) {
      throw new CorruptFileException(
          file.path(),
          "stride must be rank + 2 rounded up to 16: rank=" + rank + ", stride=" + stride);
    }
    float minRating = decimal(file, ModelFormat.MIN_RATING);
    float maxRating = decimal(file, ModelFormat.MAX_RATING);
    if (Float.compare(minRating, maxRating) > 0) { // 0 and -0 in this order are no scale
      throw new CorruptFileException(
          file.path(),
          "the rating scale must not be empty: minRating="
              + minRating
              + ", maxRating="
              + maxRating);
    }
    return new ModelHeader(
        rank,
        stride,
        flag(file, ModelFormat.BIASES),
        flag(file, ModelFormat.REFIT),
        decimal(file, ModelFormat.GLOBAL_MEAN),
        decimal(file, ModelFormat.RATING_MEAN),
        minRating,
        maxRating);
  }

  private static int expectedStride(TensorFile file, int rank) {
    try {
      return Kernels.strideFor(rank);
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(file.path(), String.valueOf(e.getMessage()), e);
    }
  }

  private static int integer(TensorFile file, String key) {
    String text = file.metadata(key);
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new CorruptFileException(file.path(), key + " must be a whole number: " + text, e);
    }
  }

  private static float decimal(TensorFile file, String key) {
    String text = file.metadata(key);
    try {
      float value = Float.parseFloat(text);
      if (Float.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new CorruptFileException(file.path(), key + " must be a number: " + text, e);
    }
    throw new CorruptFileException(file.path(), key + " must be finite: " + text);
  }

  private static boolean flag(TensorFile file, String key) {
    return switch (file.metadata(key)) {
      case "true" -> true;
      case "false" -> false;
      case String text ->
          throw new CorruptFileException(file.path(), key + " must be true or false: " + text);
    };
  }
}
