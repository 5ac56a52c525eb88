package io.github.peccary.engine.model;

import io.github.peccary.engine.model.ItemIndex.Bound;
import io.github.peccary.engine.storage.CorruptFileException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.BitSet;

/// The rules of an [ItemIndex]: every trained item once, and bounds that hold. One that is too low,
/// or codes that are another item's, would leave the best items out without a word.
final class ItemIndexCheck {
  private static final int BLOCK_ITEMS = ItemIndex.BLOCK_ITEMS;

  private final FactorModel model;
  private final ItemIndex index;
  private final FactorMatrix items;
  private final float[] row;

  // of a block, column by column
  private final float[] factors;
  private final byte[] codes;

  // of the items of a block
  private final double[] norms = new double[BLOCK_ITEMS];
  private final double[] lengths = new double[BLOCK_ITEMS];
  private final double[] squaredErrors = new double[BLOCK_ITEMS];
  private final int[] squaredCodes = new int[BLOCK_ITEMS];

  ItemIndexCheck(FactorModel model, ItemIndex index) {
    this.model = model;
    this.index = index;
    items = model.itemFactors();
    row = new float[items.stride()];
    factors = new float[items.rank() * BLOCK_ITEMS];
    codes = new byte[factors.length];
  }

  void everything() {
    trainedItems();
    for (int block = 0; block < index.blocks(); block++) {
      bounds(block);
    }
    for (int block = 0; block < index.blocks(); block++) {
      items(block);
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

  private void items(int block) {
    int first = block * BLOCK_ITEMS;
    int count = Math.min(BLOCK_ITEMS, index.size() - first);
    Blend blend = model.blend();
    Arrays.fill(factors, 0);
    for (int place = 0; place < count; place++) {
      int item = index.listed(first + place);
      MemorySegment.copy(
          items.segment(), ValueLayout.JAVA_FLOAT, items.rowOffset(item), row, 0, row.length);
      for (int column = 0; column < items.rank(); column++) {
        factors[column * BLOCK_ITEMS + place] = row[column];
      }
      bounds(block, Bound.BIAS, item, model.hasBiases() ? row[items.rank() + 1] : 0);
      bounds(block, Bound.EVENTS, item, blend == null ? 0 : blend.events(item));
      bounds(block, Bound.POPULARITY, item, model.itemPopularity(item));
    }
    index.copyCodes(block, codes);
    measure(index.get(block, Bound.STEP));
    for (int place = 0; place < count; place++) {
      int item = index.listed(first + place);
      bounds(block, Bound.NORM, item, norms[place]);
      bounds(block, Bound.ERROR, item, Math.sqrt(squaredErrors[place]));
      if (squaredCodes[place] > Short.MAX_VALUE) {
        throw corrupt(
            ItemIndex.CODES,
            "must have norms of at most %d: item=%d, norm=%s"
                .formatted(ItemIndex.MAX_CODE_NORM, item, Math.sqrt(squaredCodes[place])));
      }
    }
  }

  /// Norms and errors of a block: in arrays and side by side, which is fast from the first pass on.
  /// Numbers are rounded as those of [ItemIndexBuilder] are, codes times the step to floats, for
  /// which scans have room.
  private void measure(float step) {
    Arrays.fill(norms, 0);
    Arrays.fill(squaredErrors, 0);
    Arrays.fill(squaredCodes, 0);
    for (int i = 0; i < factors.length; i += BLOCK_ITEMS) {
      for (int place = 0; place < BLOCK_ITEMS; place++) {
        double factor = factors[i + place];
        norms[place] += factor * factor;
      }
    }
    for (int place = 0; place < BLOCK_ITEMS; place++) {
      norms[place] = Math.sqrt(norms[place]);
      lengths[place] = norms[place] > 0 ? norms[place] : 1;
    }
    for (int i = 0; i < factors.length; i += BLOCK_ITEMS) {
      for (int place = 0; place < BLOCK_ITEMS; place++) {
        int code = codes[i + place];
        double error = factors[i + place] / lengths[place] - step * code;
        squaredErrors[place] += error * error;
        squaredCodes[place] += code * code;
      }
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
