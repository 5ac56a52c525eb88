package io.github.peccary.engine.model;

import io.github.peccary.engine.ratings.IntCursor;
import io.github.peccary.engine.ratings.LongCursor;
import io.github.peccary.engine.storage.CorruptFileException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

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

  /// Every number that there is a rule about.
  void everything() {
    factors(ModelFormat.USER_FACTORS, model.userFactors(), model.rank() + 1);
    factors(ModelFormat.ITEM_FACTORS, model.itemFactors(), model.rank());
    if (model.hasSeen()) {
      seen();
    }
    popularity();
    DampedBiases biases = model.biases();
    biases(ModelFormat.USER_BIASES, biases.user());
    biases(ModelFormat.ITEM_BIASES, biases.item());
    if (model.canFoldIn()) {
      ridge(model.ridge().columns());
    }
    ItemIndex index = model.storedIndex();
    if (index != null) {
      new ItemIndexCheck(model, index).everything();
    }
  }

  private void seen() {
    LongCursor offsets = new LongCursor(model.seenOffsets());
    IntCursor items = new IntCursor(model.seenItems());
    long start = offsets.next();
    for (int user = 0; user < model.users(); user++) {
      long end = offsets.next();
      if (end < start || end > model.seenCount()) {
        throw corrupt(
            ModelFormat.SEEN_OFFSETS,
            "must never fall: user=%d, start=%d, end=%d".formatted(user, start, end));
      }
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
    IntCursor popularity = new IntCursor(model.popularity());
    for (int item = 0; item < model.items(); item++) {
      int events = popularity.next();
      if (events < 0) {
        throw corrupt(
            ModelFormat.ITEM_POPULARITY,
            "must not be negative: item=%d, events=%d".formatted(item, events));
      }
    }
  }

  private void biases(String tensor, float[] biases) {
    for (int row = 0; row < biases.length; row++) {
      if (!Float.isFinite(biases[row])) {
        throw corrupt(tensor, "must be finite: row=%d, found=%s".formatted(row, biases[row]));
      }
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
      int infinite = firstInfinite(block, count * stride);
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

  /// The index of the first number that is not finite, -1 if all are. The loop over all of them has
  /// no way out but its end, so that it is compiled to vectors.
  private static int firstInfinite(float[] numbers, int count) {
    int largest = 0;
    for (int i = 0; i < count; i++) {
      largest = Math.max(largest, Float.floatToRawIntBits(numbers[i]) & Integer.MAX_VALUE);
    }
    if (largest < Float.floatToRawIntBits(Float.POSITIVE_INFINITY)) {
      return -1;
    }
    int index = 0;
    while (Float.isFinite(numbers[index])) {
      index++;
    }
    return index;
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
