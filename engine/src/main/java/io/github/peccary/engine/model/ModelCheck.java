package io.github.peccary.engine.model;

import io.github.peccary.engine.storage.CorruptFileException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The rules of [ModelFormat] about the numbers in a model, as its reader and its writer check
/// them.
final class ModelCheck {
  private final FactorModel model;

  ModelCheck(FactorModel model) {
    this.model = model;
  }

  /// What can be told without reading the tensors.
  void ends() {
    if (!model.hasSeen()) {
      return;
    }
    long first = model.seenStart(0);
    long last = model.seenEnd(model.users() - 1);
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
    for (int item = 0; item < model.items(); item++) {
      int events = model.itemPopularity(item);
      if (events < 0) {
        throw corrupt(
            ModelFormat.ITEM_POPULARITY,
            "must not be negative: item=%d, events=%d".formatted(item, events));
      }
    }
    DampedBiases biases = model.biases();
    finite(ModelFormat.USER_BIASES, biases.user());
    finite(ModelFormat.ITEM_BIASES, biases.item());
  }

  private void seen() {
    for (int user = 0; user < model.users(); user++) {
      long start = model.seenStart(user);
      long end = model.seenEnd(user);
      if (end < start || end > model.seenCount()) {
        throw corrupt(
            ModelFormat.SEEN_OFFSETS,
            "must never fall: user=%d, start=%d, end=%d".formatted(user, start, end));
      }
      int before = -1;
      for (long position = start; position < end; position++) {
        int item = model.seenItem(position);
        if (item <= before || item >= model.items()) {
          throw corrupt(
              ModelFormat.SEEN_ITEMS,
              "must hold items, ascending within a user: user=%d, before=%d, found=%d, items=%d"
                  .formatted(user, before, item, model.items()));
        }
        before = item;
      }
    }
  }

  /// Scoring by one dot product relies on the constant column and on the zeros after the biases.
  private void factors(String tensor, FactorMatrix rows, int constantColumn) {
    float constant = model.hasBiases() ? 1 : 0;
    int used = model.hasBiases() ? rows.rank() + 2 : rows.rank();
    float[] row = new float[rows.stride()];
    for (int index = 0; index < rows.rows(); index++) {
      MemorySegment.copy(
          rows.segment(), ValueLayout.JAVA_FLOAT, rows.rowOffset(index), row, 0, row.length);
      for (int column = 0; column < row.length; column++) {
        float value = row[column];
        if (!Float.isFinite(value)) {
          throw corrupt(
              tensor,
              "must be finite: row=%d, column=%d, found=%s".formatted(index, column, value));
        }
        if (column == constantColumn ? value != constant : column >= used && value != 0) {
          throw corrupt(
              tensor,
              "must have its constants: row=%d, column=%d, found=%s, expected=%s"
                  .formatted(index, column, value, column == constantColumn ? constant : 0));
        }
      }
    }
  }

  private void finite(String tensor, float[] biases) {
    for (int row = 0; row < biases.length; row++) {
      if (!Float.isFinite(biases[row])) {
        throw corrupt(tensor, "must be finite: row=%d, found=%s".formatted(row, biases[row]));
      }
    }
  }

  private CorruptFileException corrupt(String tensor, String problem) {
    return new CorruptFileException(model.path(), "tensor " + tensor + " " + problem);
  }
}
