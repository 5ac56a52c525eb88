package io.github.peccary.engine.model;

import io.github.peccary.engine.storage.CorruptFileException;
import io.github.peccary.engine.storage.ElementType;
import io.github.peccary.engine.storage.TensorFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The ridge regression that training comes to for the row `x` of one user while the items `q`
/// stand still: it makes
///
/// ```text
/// Σ over the user's events j of c_j (t_j − ⟨x, q_j⟩)²  +  Σ over columns of λ x²
///
/// c_j = 1 + ratingWeight · max(0, value_j)
/// t_j = 1 for rankings, value_j − μ for ratings; less the bias of item j
/// λ   = columns[column] + perEvent · Σ over j of 1 / (1 + popularityDecay · events of item j)
/// ```
///
/// as small as can be. The bias is a column, too; its `λ` is `columns[rank]` alone.
///
/// @param columns floats: one for each factor, 0 or more, and above 0 for the bias, where there is
///     one
/// @param perEvent what an event of an unpopular item adds to the `λ` of factors, above 0
/// @param popularityDecay how much less the events of popular items add, 0 or more
/// @param ratingWeight what each point of a rating adds to an event's weight, 0 or more
public record UserRidge(
    float[] columns, double perEvent, double popularityDecay, double ratingWeight) {
  private static final String PER_EVENT = "peccary.ridge.perEvent";
  private static final String POPULARITY_DECAY = "peccary.ridge.popularityDecay";
  private static final String RATING_WEIGHT = "peccary.ridge.ratingWeight";

  /// What `λ` of the factors grows by.
  ///
  /// @param popularity events of the item
  double penaltyOfEvent(int popularity) {
    return perEvent / (1 + popularityDecay * Math.max(0, popularity));
  }

  /// The weight of an event; 1 if its value is 0.
  double weight(float value) {
    return 1 + ratingWeight * Math.max(0, value);
  }

  /// Adds what the tensor does not hold.
  void putInto(Map<String, String> metadata) {
    metadata.put(PER_EVENT, Double.toString(perEvent));
    metadata.put(POPULARITY_DECAY, Double.toString(popularityDecay));
    metadata.put(RATING_WEIGHT, Double.toString(ratingWeight));
  }

  /// What the file holds of it, null for nothing.
  ///
  /// @param unknowns columns of a user's row that are learnt
  static @Nullable UserRidge read(TensorFile file, int unknowns) {
    if (!file.contains(ModelFormat.USER_RIDGE)) {
      return null;
    }
    MemorySegment columns = file.tensor(ModelFormat.USER_RIDGE, ElementType.F32, unknowns);
    return new UserRidge(
        columns.toArray(ValueLayout.JAVA_FLOAT),
        number(file, PER_EVENT, true),
        number(file, POPULARITY_DECAY, false),
        number(file, RATING_WEIGHT, false));
  }

  private static double number(TensorFile file, String key, boolean positive) {
    String text = file.metadata(key);
    try {
      double value = Double.parseDouble(text);
      if (value < Double.POSITIVE_INFINITY && (positive ? value > 0 : value >= 0)) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new CorruptFileException(file.path(), key + " must be a number: " + text, e);
    }
    throw new CorruptFileException(
        file.path(),
        "%s must be finite, and %s: %s".formatted(key, positive ? "above 0" : "0 or more", text));
  }
}
