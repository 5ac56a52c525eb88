package io.github.peccary.engine.model;

import io.github.peccary.engine.storage.CorruptFileException;
import io.github.peccary.engine.storage.ElementType;
import io.github.peccary.engine.storage.NumberRules;
import io.github.peccary.engine.storage.TensorFile;
import io.github.peccary.engine.storage.TensorFileWriter;
import io.github.peccary.engine.storage.TensorSpec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a ranking goes by besides the factors, the more the less is known about a user.
///
/// The score of an item is
///
/// ```text
/// factors · ⟨user row, item row⟩
///   + neighbors · Σ similarity of the item to each of the user's items that it is a neighbour of
///   + popularity · events of the item
/// ```
///
/// with [Weights] that depend on the [HistoryLength] of the user.
///
/// | tensor | type | shape | holds |
/// |---|---|---|---|
/// | `blend_weights` | f32 | 6 × 3 | the weights by length of history, none negative |
/// | `item_events` | i32 | items | events that the model was trained on |
///
/// and those of [ItemNeighbors].
public final class Blend {
  private static final String WEIGHTS = "blend_weights";
  private static final String EVENTS = "item_events";
  private static final int PARTS = 3;

  private final Map<HistoryLength, Weights> weights;
  private final ItemNeighbors neighbors;
  private final MemorySegment events;

  /// What each part of a score counts; none is negative.
  public record Weights(float factors, float neighbors, float popularity) {
    /// The factors alone.
    public static final Weights FACTORS = new Weights(1, 0, 0);

    private boolean valid() {
      return valid(factors) && valid(neighbors) && valid(popularity);
    }

    private static boolean valid(float weight) {
      return weight >= 0 && weight < Float.POSITIVE_INFINITY;
    }
  }

  private Blend(
      Map<HistoryLength, Weights> weights, ItemNeighbors neighbors, MemorySegment events) {
    this.weights = weights;
    this.neighbors = neighbors;
    this.events = events;
  }

  /// A blend in memory, until nobody refers to it.
  ///
  /// @param weights for every length of history
  /// @param events that each item was trained on
  public static Blend of(
      Map<HistoryLength, Weights> weights, ItemNeighbors neighbors, int[] events) {
    for (HistoryLength length : HistoryLength.values()) {
      Weights given = weights.get(length);
      if (given == null || !given.valid()) {
        throw new IllegalArgumentException(
            "there must be weights of 0 or more for every length of history: history=%s, weights=%s"
                .formatted(length, given));
      }
    }
    if (events.length != neighbors.size()) {
      throw new IllegalArgumentException(
          "there must be neighbours of each item: items=%d, neighbors=%d"
              .formatted(events.length, neighbors.size()));
    }
    return new Blend(
        new EnumMap<>(weights),
        neighbors,
        Arena.ofAuto().allocateFrom(ValueLayout.JAVA_INT, events));
  }

  /// The blend of a file, null if it has none. It lives as long as the file is open.
  ///
  /// @throws CorruptFileException if the weights break their rules, or the tensors have other sizes
  static @Nullable Blend open(TensorFile file, int items) {
    if (!file.contains(WEIGHTS)) {
      return null;
    }
    HistoryLength[] lengths = HistoryLength.values();
    float[] numbers =
        file.tensor(WEIGHTS, ElementType.F32, lengths.length, PARTS)
            .toArray(ValueLayout.JAVA_FLOAT);
    Map<HistoryLength, Weights> weights = new EnumMap<>(HistoryLength.class);
    for (int row = 0; row < lengths.length; row++) {
      int at = row * PARTS;
      Weights read = new Weights(numbers[at], numbers[at + 1], numbers[at + 2]);
      if (!read.valid()) {
        throw new CorruptFileException(
            file.path(),
            "tensor %s must hold weights of 0 or more: row=%d, found=%s"
                .formatted(WEIGHTS, row, read));
      }
      weights.put(lengths[row], read);
    }
    return new Blend(
        weights, ItemNeighbors.open(file, items), file.tensor(EVENTS, ElementType.I32, items));
  }

  /// Every number that there is a rule about.
  ///
  /// @throws CorruptFileException if one breaks its rule
  void check(Path file) {
    neighbors.check(file);
    long wrong = NumberRules.firstOutside(events, 0, Integer.MAX_VALUE);
    if (wrong >= 0) {
      throw new CorruptFileException(
          file,
          "tensor %s must not be negative: item=%d, events=%d"
              .formatted(EVENTS, wrong, events((int) wrong)));
    }
  }

  /// What the parts of a score count for a user who had so many items.
  public Weights weights(HistoryLength items) {
    return weights.getOrDefault(items, Weights.FACTORS);
  }

  /// What users who had an item also had.
  public ItemNeighbors neighbors() {
    return neighbors;
  }

  /// How many events of the item the model was trained on.
  public int events(int item) {
    return events.getAtIndex(ValueLayout.JAVA_INT, item);
  }

  /// The tensors that [#appendTo] writes, in this order.
  List<TensorSpec> specs() {
    List<TensorSpec> specs = new ArrayList<>(neighbors.specs());
    specs.add(TensorSpec.of(WEIGHTS, ElementType.F32, HistoryLength.values().length, PARTS));
    specs.add(TensorSpec.of(EVENTS, ElementType.I32, neighbors.size()));
    return specs;
  }

  /// Writes the tensors.
  void appendTo(TensorFileWriter writer) throws IOException {
    neighbors.appendTo(writer);
    HistoryLength[] lengths = HistoryLength.values();
    float[] numbers = new float[lengths.length * PARTS];
    for (int row = 0; row < lengths.length; row++) {
      Weights of = weights(lengths[row]);
      numbers[row * PARTS] = of.factors();
      numbers[row * PARTS + 1] = of.neighbors();
      numbers[row * PARTS + 2] = of.popularity();
    }
    try (Arena arena = Arena.ofShared()) {
      writer.append(WEIGHTS, arena.allocateFrom(ValueLayout.JAVA_FLOAT, numbers));
    }
    writer.append(EVENTS, events);
  }
}
