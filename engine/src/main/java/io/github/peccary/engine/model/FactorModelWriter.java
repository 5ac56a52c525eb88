package io.github.peccary.engine.model;

import io.github.peccary.engine.ratings.CompressedRows;
import io.github.peccary.engine.ratings.LongCursor;
import io.github.peccary.engine.ratings.PairFilter;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.ratings.RatingsFormat;
import io.github.peccary.engine.ratings.Titles;
import io.github.peccary.engine.storage.ElementType;
import io.github.peccary.engine.storage.TensorFile;
import io.github.peccary.engine.storage.TensorFileWriter;
import io.github.peccary.engine.storage.TensorSpec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes a model file, see [ModelFormat]: all of it or nothing. Start with what every model has,
/// add what this one has, and [#write].
public final class FactorModelWriter {
  private static final List<String> REQUIRED =
      List.of(ModelFormat.BIASES, ModelFormat.OBJECTIVE, ModelFormat.HOLDOUT, ModelFormat.REFIT);

  private final RatingMatrix ratings;
  private final FactorMatrix users;
  private final FactorMatrix items;
  private final DampedBiases baseline;
  private final Map<String, String> metadata;
  private float globalMean;
  private boolean withSeen = true;
  private @Nullable PairFilter earlier;
  private @Nullable UserRidge ridge;
  private @Nullable Blend blend;

  /// A model that was trained from `ratings`. Ids, titles, popularity and the users' seen items
  /// (all their events, implicit ones and held-out ones included) are those of `ratings`.
  ///
  /// @param users one row per user of `ratings`
  /// @param items one row per item of `ratings`
  /// @param baseline the damped biases of the training ratings
  /// @param metadata the settings and metrics of the training; must have [ModelFormat#BIASES],
  ///     [ModelFormat#OBJECTIVE], [ModelFormat#HOLDOUT] and [ModelFormat#REFIT]
  /// @throws IllegalArgumentException if the sizes do not fit one another, or an entry is missing
  public FactorModelWriter(
      RatingMatrix ratings,
      FactorMatrix users,
      FactorMatrix items,
      DampedBiases baseline,
      Map<String, String> metadata) {
    requireFit(ratings, users, items, baseline);
    requireEntries(metadata);
    this.ratings = ratings;
    this.users = users;
    this.items = items;
    this.baseline = baseline;
    this.metadata = metadata;
  }

  /// μ, to which a product of rows is added; 0 unless given.
  public FactorModelWriter globalMean(float mean) {
    globalMean = mean;
    return this;
  }

  /// Whether what the users have seen is written; it is unless told otherwise.
  public FactorModelWriter seen(boolean written) {
    withSeen = written;
    return this;
  }

  /// The pairs that models before this one may have been trained on; null for none.
  public FactorModelWriter earlier(@Nullable PairFilter pairs) {
    earlier = pairs;
    return this;
  }

  /// What the row of a user who is not in the model is solved with; without, none can be folded in.
  public FactorModelWriter ridge(@Nullable UserRidge solvedWith) {
    ridge = solvedWith;
    return this;
  }

  /// What rankings go by besides the factors; null for nothing. It needs what the users have seen.
  public FactorModelWriter blend(@Nullable Blend by) {
    blend = by;
    return this;
  }

  /// Writes the file, which takes its name only after [FactorModel#open] has checked all of it.
  ///
  /// @param target the file; an existing one is replaced
  /// @throws IllegalArgumentException if there is a blend, but not what the users have seen
  /// @throws IOException if the file cannot be written; the old one is then as it was
  public void write(Path target) throws IOException {
    if (blend != null && !withSeen) {
      throw new IllegalArgumentException("a blend must come with what the users have seen");
    }
    MemorySegment popularity = popularity(ratings.byItem());
    ItemIndex index = index(popularity);
    List<TensorSpec> specs = specs(index);
    Map<String, String> entries = entries();
    entries.put(ModelFormat.GLOBAL_MEAN, Float.toString(globalMean));
    entries.put(ModelFormat.RATING_MEAN, Float.toString(baseline.globalMean()));
    entries.put(ModelFormat.RANK, Integer.toString(users.rank()));
    if (ridge != null) {
      ridge.putInto(entries);
    }
    entries.put(ModelFormat.STRIDE, Integer.toString(users.stride()));
    try (TensorFileWriter file = TensorFileWriter.create(target, entries, specs);
        Arena arena = Arena.ofShared()) {
      file.append(ModelFormat.USER_FACTORS, users.segment());
      file.append(ModelFormat.ITEM_FACTORS, items.segment());
      if (withSeen) {
        file.append(ModelFormat.SEEN_OFFSETS, ratings.byUser().offsets());
        file.append(ModelFormat.SEEN_ITEMS, ratings.byUser().indices());
      }
      index.appendTo(file);
      file.append(ModelFormat.ITEM_POPULARITY, popularity);
      file.append(ModelFormat.USER_BIASES, floats(baseline.user(), arena));
      file.append(ModelFormat.ITEM_BIASES, floats(baseline.item(), arena));
      if (ridge != null) {
        file.append(ModelFormat.USER_RIDGE, floats(ridge.columns(), arena));
      }
      ratings.userIds().appendTo(file, RatingsFormat.USER_IDS);
      ratings.itemIds().appendTo(file, RatingsFormat.ITEM_IDS);
      Titles titles = ratings.titles();
      if (titles != null) {
        titles.appendTo(file);
      }
      if (earlier != null) {
        earlier.appendTo(file);
      }
      if (blend != null) {
        blend.appendTo(file);
      }
      file.commit(written -> FactorModel.open(written).close());
    }
  }

  private ItemIndex index(MemorySegment popularity) {
    boolean biases = Boolean.parseBoolean(metadata.get(ModelFormat.BIASES));
    return ItemIndexBuilder.build(
        users, items, biases, item -> popularity.getAtIndex(ValueLayout.JAVA_INT, item), blend);
  }

  private List<TensorSpec> specs(ItemIndex index) {
    List<TensorSpec> small = new ArrayList<>();
    small.add(index.itemSpec());
    if (withSeen) {
      long events = ratings.events();
      small.add(TensorSpec.of(ModelFormat.SEEN_OFFSETS, ElementType.I64, users.rows() + 1L));
      small.add(TensorSpec.of(ModelFormat.SEEN_ITEMS, ElementType.I32, events));
    }
    small.add(TensorSpec.of(ModelFormat.ITEM_POPULARITY, ElementType.I32, items.rows()));
    small.add(TensorSpec.of(ModelFormat.USER_BIASES, ElementType.F32, users.rows()));
    small.add(TensorSpec.of(ModelFormat.ITEM_BIASES, ElementType.F32, items.rows()));
    if (ridge != null) {
      long columns = ridge.columns().length;
      small.add(TensorSpec.of(ModelFormat.USER_RIDGE, ElementType.F32, columns));
    }
    small.addAll(ratings.userIds().specs(RatingsFormat.USER_IDS));
    small.addAll(ratings.itemIds().specs(RatingsFormat.ITEM_IDS));
    Titles titles = ratings.titles();
    if (titles != null) {
      small.addAll(titles.specs());
    }
    if (earlier != null) {
      small.addAll(earlier.specs());
    }
    if (blend != null) {
      small.addAll(blend.specs());
    }
    small.sort(Comparator.comparingInt((TensorSpec spec) -> spec.type().bytes()).reversed());
    // Rows and blocks are multiples of 64 bytes, so what follows them is aligned whatever its type.
    List<TensorSpec> specs = new ArrayList<>();
    specs.add(
        TensorSpec.of(ModelFormat.USER_FACTORS, ElementType.F32, users.rows(), users.stride()));
    specs.add(
        TensorSpec.of(ModelFormat.ITEM_FACTORS, ElementType.F32, items.rows(), items.stride()));
    specs.addAll(index.blockSpecs());
    specs.addAll(small);
    return specs;
  }

  private static void requireEntries(Map<String, String> metadata) {
    for (String key : REQUIRED) {
      if (!metadata.containsKey(key)) {
        throw new IllegalArgumentException("metadata must have an entry: key=" + key);
      }
    }
  }

  private Map<String, String> entries() {
    Map<String, String> entries = new HashMap<>(metadata);
    entries.put(TensorFile.KIND, ModelFormat.KIND);
    boolean scale = ratings.ratings() > 0;
    entries.put(ModelFormat.MIN_RATING, Float.toString(scale ? ratings.minRating() : 0));
    entries.put(ModelFormat.MAX_RATING, Float.toString(scale ? ratings.maxRating() : 0));
    entries.put(ModelFormat.RATINGS_FINGERPRINT, ratings.fingerprint());
    return entries;
  }

  private static MemorySegment popularity(CompressedRows byItem) {
    int[] events = new int[byItem.rows()];
    LongCursor ends = new LongCursor(byItem.offsets());
    long start = ends.next();
    for (int item = 0; item < events.length; item++) {
      long end = ends.next();
      events[item] = Math.toIntExact(end - start);
      start = end;
    }
    return Arena.ofAuto().allocateFrom(ValueLayout.JAVA_INT, events);
  }

  private static MemorySegment floats(float[] values, Arena arena) {
    return arena.allocateFrom(ValueLayout.JAVA_FLOAT, values);
  }

  private static void requireFit(
      RatingMatrix ratings, FactorMatrix users, FactorMatrix items, DampedBiases baseline) {
    requireRows("users", users, baseline.user(), ratings.users());
    requireRows("items", items, baseline.item(), ratings.items());
    if (users.rank() != items.rank()) {
      throw new IllegalArgumentException(
          "user and item rows must have one rank: users=%d, items=%d"
              .formatted(users.rank(), items.rank()));
    }
  }

  private static void requireRows(String name, FactorMatrix rows, float[] biases, int expected) {
    if (rows.rows() != expected || biases.length != expected) {
      throw new IllegalArgumentException(
          "there must be a row and a bias for each of the ratings' %s: rows=%d, biases=%d, %s=%d"
              .formatted(name, rows.rows(), biases.length, name, expected));
    }
  }
}
