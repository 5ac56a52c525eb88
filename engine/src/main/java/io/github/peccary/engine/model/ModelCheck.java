package io.github.peccary.engine.model;

import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.IntCursor;
import io.github.peccary.engine.ratings.LongCursor;
import io.github.peccary.engine.ratings.RatingsFormat;
import io.github.peccary.engine.ratings.Titles;
import io.github.peccary.engine.storage.CorruptFileException;
import io.github.peccary.engine.storage.NumberRules;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The rules of [ModelFormat] about the numbers in a model, as its reader and its writer check
/// them.
final class ModelCheck {
  private static final int BLOCK_FLOATS = 4096;

  /// What a check has seen of the factors is given back to the system at latest after this much: a
  /// new model is checked while the one in memory is still there.
  private static final long MAX_LOADED_BYTES = 8 << 20;

  private final FactorModel model;

  ModelCheck(FactorModel model) {
    this.model = model;
  }

  /// What can be told without reading the tensors.
  void ends() {
    if (!model.hasSeen()) {
      if (model.blend() != null) {
        throw new CorruptFileException(
            model.path(),
            "a blend must come with what the users have seen: seen_offsets is missing");
      }
      return;
    }
    long first = model.seenOffsets().getAtIndex(ValueLayout.JAVA_LONG, 0);
    long last = model.seenOffsets().getAtIndex(ValueLayout.JAVA_LONG, model.users());
    if (first != 0 || last != model.seenCount()) {
      throw corrupt(
          ModelFormat.SEEN_OFFSETS,
          "must go from 0 to the number of events: first=%d, last=%d, events=%d"
              .formatted(first, last, model.seenCount()));
    }
  }

  /// Every number that there is a rule about, on all cores.
  void everything() {
    List<Runnable> checks = checks();
    @Nullable CorruptFileException[] found = new CorruptFileException[checks.size()];
    int threads = Math.min(Runtime.getRuntime().availableProcessors(), checks.size());
    try (Workers workers = new Workers(threads)) {
      workers.forRange(
          checks.size(),
          1,
          (number, _) -> {
            try {
              checks.get(number).run();
            } catch (CorruptFileException e) {
              found[number] = e;
            }
          });
    }
    for (int number = found.length - 1; number >= 0; number--) {
      CorruptFileException problem = found[number];
      if (problem != null) {
        throw problem;
      }
    }
  }

  /// The longest first, so that no core is left with it. What is found is told from the last to the
  /// first: the index is of all the others.
  private List<Runnable> checks() {
    List<Runnable> checks = new ArrayList<>();
    ItemIndex index = model.storedIndex();
    if (index != null) {
      checks.add(() -> new ItemIndexCheck(model, index).everything());
    }
    Path path = model.path();
    checks.add(() -> model.itemIds().check(path, RatingsFormat.ITEM_IDS));
    checks.add(() -> model.userIds().check(path, RatingsFormat.USER_IDS));
    Blend blend = model.blend();
    if (blend != null) {
      checks.add(() -> blend.check(path));
    }
    Titles titles = model.titles();
    if (titles != null) {
      checks.add(() -> titles.check(path));
    }
    if (model.canFoldIn()) {
      checks.add(() -> ridge(model.ridge().columns()));
    }
    checks.add(() -> biases(ModelFormat.USER_BIASES));
    checks.add(() -> biases(ModelFormat.ITEM_BIASES));
    checks.add(this::popularity);
    if (model.hasSeen()) {
      checks.add(this::seen);
    }
    checks.add(() -> factors(ModelFormat.ITEM_FACTORS, model.itemFactors(), model.rank()));
    checks.add(() -> factors(ModelFormat.USER_FACTORS, model.userFactors(), model.rank() + 1));
    return checks;
  }

  private void seen() {
    MemorySegment offsets = model.seenOffsets();
    long wrong = NumberRules.firstMisstep(offsets, model.seenCount());
    if (wrong >= 0) {
      throw corrupt(
          ModelFormat.SEEN_OFFSETS,
          "must never fall: user=%d, start=%d, end=%d"
              .formatted(
                  wrong - 1,
                  offsets.getAtIndex(ValueLayout.JAVA_LONG, wrong - 1),
                  offsets.getAtIndex(ValueLayout.JAVA_LONG, wrong)));
    }
    LongCursor ends = new LongCursor(offsets);
    IntCursor items = new IntCursor(model.seenItems());
    long start = ends.next();
    for (int user = 0; user < model.users(); user++) {
      long end = ends.next();
      seen(user, items, end - start);
      start = end;
    }
  }

  private void seen(int user, IntCursor items, long count) {
    int before = -1;
    for (long i = 0; i < count; i++) {
      int item = items.next();
      if (item <= before || item >= model.items()) {
        throw corrupt(
            ModelFormat.SEEN_ITEMS,
            "must hold items, ascending within a user: user=%d, before=%d, found=%d, items=%d"
                .formatted(user, before, item, model.items()));
      }
      before = item;
    }
  }

  private void popularity() {
    long wrong = NumberRules.firstOutside(model.popularity(), 0, Integer.MAX_VALUE);
    if (wrong >= 0) {
      throw corrupt(
          ModelFormat.ITEM_POPULARITY,
          "must not be negative: item=%d, events=%d"
              .formatted(wrong, model.itemPopularity((int) wrong)));
    }
  }

  private void biases(String tensor) {
    MemorySegment biases = model.biases(tensor);
    long wrong = NumberRules.firstInfinite(biases);
    if (wrong >= 0) {
      throw corrupt(
          tensor,
          "must be finite: row=%d, found=%s"
              .formatted(wrong, biases.getAtIndex(ValueLayout.JAVA_FLOAT, wrong)));
    }
  }

  private void ridge(float[] columns) {
    for (int column = 0; column < columns.length; column++) {
      float found = columns[column];
      if (!Float.isFinite(found) || found < 0 || (found == 0 && column == model.rank())) {
        throw corrupt(
            ModelFormat.USER_RIDGE,
            "must be finite and not negative, and above 0 for the bias: column=%d, found=%s"
                .formatted(column, found));
      }
    }
  }

  /// Some rows at a time by way of an array, which is fast from the first pass on.
  private void factors(String tensor, FactorMatrix rows, int constantColumn) {
    int stride = rows.stride();
    int rowsInBlock = Math.max(1, BLOCK_FLOATS / stride);
    float[] block = new float[rowsInBlock * stride];
    long unloaded = 0;
    for (int first = 0; first < rows.rows(); first += rowsInBlock) {
      int count = Math.min(rowsInBlock, rows.rows() - first);
      MemorySegment.copy(
          rows.segment(), ValueLayout.JAVA_FLOAT, rows.rowOffset(first), block, 0, count * stride);
      int infinite = NumberRules.firstInfinite(block, count * stride);
      if (infinite >= 0) {
        throw corrupt(
            tensor,
            "must be finite: row=%d, column=%d, found=%s"
                .formatted(first + infinite / stride, infinite % stride, block[infinite]));
      }
      for (int row = 0; row < count; row++) {
        constants(tensor, block, row * stride, first + row, constantColumn);
      }
      long checked = rows.rowOffset(first + count);
      if (checked - unloaded >= MAX_LOADED_BYTES) {
        rows.segment().asSlice(unloaded, checked - unloaded).unload();
        unloaded = checked;
      }
    }
  }

  /// Scoring by one dot product relies on the constant column and on the zeros after the biases.
  private void constants(String tensor, float[] block, int start, int row, int constantColumn) {
    boolean biases = model.hasBiases();
    int rank = model.rank();
    for (int column = rank; column < model.stride(); column++) {
      float expected = biases && column == constantColumn ? 1 : 0;
      boolean free = biases && column != constantColumn && column < rank + 2;
      if (!free && block[start + column] != expected) {
        throw corrupt(
            tensor,
            "must have its constants: row=%d, column=%d, found=%s, expected=%s"
                .formatted(row, column, block[start + column], expected));
      }
    }
  }

  private CorruptFileException corrupt(String tensor, String problem) {
    return new CorruptFileException(model.path(), "tensor " + tensor + " " + problem);
  }
}
