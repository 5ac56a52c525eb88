package io.github.peccary.engine.model;

import io.github.peccary.engine.model.ItemIndex.Bound;
import io.github.peccary.engine.storage.CorruptFileException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;

/// The rules of an [ItemIndex]: every trained item once, and bounds that hold. One that is too low,
/// or codes that are another item's, would leave the best items out without a word.
final class ItemIndexCheck {
  private final FactorModel model;
  private final ItemIndex index;
  private final FactorMatrix items;
  private final float[] row;
  private final byte[] codes; // of a block, column by column

  ItemIndexCheck(FactorModel model, ItemIndex index) {
    this.model = model;
    this.index = index;
    items = model.itemFactors();
    row = new float[items.stride()];
    codes = new byte[items.rank() * ItemIndex.BLOCK_ITEMS];
  }

  void everything() {
    trainedItems();
    for (int block = 0; block < index.blocks(); block++) {
      bounds(block);
    }
    // after the bounds, which what follows relies on
    for (int block = 0; block < index.blocks(); block++) {
      index.copyCodes(block, codes);
      int first = block * ItemIndex.BLOCK_ITEMS;
      int end = Math.min(index.size(), first + ItemIndex.BLOCK_ITEMS);
      for (int place = first; place < end; place++) {
        item(block, index.listed(place), place - first);
      }
    }
  }

  private void trainedItems() {
    BitSet missing = new BitSet(model.items());
    for (int item = 0; item < model.items(); item++) {
      missing.set(item, model.itemTrained(item));
    }
    for (int place = 0; place < index.size(); place++) {
      int item = index.listed(place);
      if (item < 0 || !missing.get(item)) {
        throw corrupt(
            ItemIndex.ITEMS,
            "must hold the trained items, each once: place=%d, found=%d".formatted(place, item));
      }
      missing.clear(item);
    }
    if (!missing.isEmpty()) {
      throw corrupt(
          ItemIndex.ITEMS, "must hold all trained items: missing=" + missing.nextSetBit(0));
    }
  }

  private void bounds(int block) {
    for (Bound bound : Bound.values()) {
      float found = index.get(block, bound);
      if (!Float.isFinite(found) || found < index.least(block, bound)) {
        throw corrupt(
            ItemIndex.BLOCKS,
            "must be finite, and no bound below what it is of: block=%d, %s=%s"
                .formatted(block, bound, found));
      }
    }
  }

  /// By way of an array, which is fast from the first pass on. Numbers are rounded as those of
  /// [ItemIndexBuilder] are, codes times the step to floats, for which scans have room.
  private void item(int block, int item, int place) {
    MemorySegment.copy(
        items.segment(), ValueLayout.JAVA_FLOAT, items.rowOffset(item), row, 0, row.length);
    int rank = items.rank();
    double squaredNorm = 0;
    for (int column = 0; column < rank; column++) {
      double factor = row[column];
      squaredNorm += factor * factor;
    }
    double norm = Math.sqrt(squaredNorm);
    bounds(block, Bound.NORM, item, norm);
    bounds(block, Bound.BIAS, item, model.hasBiases() ? row[rank + 1] : 0);
    Blend blend = model.blend();
    bounds(block, Bound.EVENTS, item, blend == null ? 0 : blend.events(item));
    bounds(block, Bound.POPULARITY, item, model.itemPopularity(item));
    double length = norm > 0 ? norm : 1;
    float step = index.get(block, Bound.STEP);
    double squaredError = 0;
    int squaredCodes = 0;
    for (int column = 0; column < rank; column++) {
      int code = codes[column * ItemIndex.BLOCK_ITEMS + place];
      double error = row[column] / length - step * code;
      squaredError += error * error;
      squaredCodes += code * code;
    }
    bounds(block, Bound.ERROR, item, Math.sqrt(squaredError));
    if (squaredCodes > Short.MAX_VALUE) {
      throw corrupt(
          ItemIndex.CODES,
          "must have norms of at most %d: item=%d, norm=%s"
              .formatted(ItemIndex.MAX_CODE_NORM, item, Math.sqrt(squaredCodes)));
    }
  }

  private void bounds(int block, Bound bound, int item, double value) {
    if (value > index.get(block, bound)) {
      throw corrupt(
          ItemIndex.BLOCKS,
          "must bound its items: block=%d, %s=%s, item=%d has %s"
              .formatted(block, bound, index.get(block, bound), item, value));
    }
  }

  private CorruptFileException corrupt(String tensor, String problem) {
    return new CorruptFileException(model.path(), "tensor " + tensor + " " + problem);
  }
}
