package io.github.peccary.engine.model;

import io.github.peccary.engine.model.ItemIndex.Bound;
import io.github.peccary.engine.ratings.IntCursor;
import io.github.peccary.engine.storage.CorruptFileException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/// The rules of an [ItemIndex]: every trained item once, and bounds that hold. One that is too low,
/// or codes that are another item's, would leave the best items out without a word.
///
/// A program that serves has nothing compiled yet when its model is checked. So a block is copied
/// into arrays, and each loop over them has a small method of its own.
final class ItemIndexCheck {
  private static final int BLOCK_ITEMS = ItemIndex.BLOCK_ITEMS;
  private static final List<Bound> BOUNDS = List.of(Bound.values());

  private final FactorModel model;
  private final ItemIndex index;
  private final FactorMatrix items;
  private final int rank;
  private final int stride;

  // of a block
  private final float[] bounds = new float[ItemIndex.BLOCK_FLOATS];
  private final float[] nextBounds = new float[ItemIndex.BLOCK_FLOATS];
  private final int[] listed = new int[BLOCK_ITEMS];
  private final float[] rows;
  private final float[] factors; // column by column, as the codes are
  private final byte[] codes;

  // of the items of a block
  private final double[] values = new double[BLOCK_ITEMS];
  private final double[] norms = new double[BLOCK_ITEMS];

  ItemIndexCheck(FactorModel model, ItemIndex index) {
    this.model = model;
    this.index = index;
    items = model.itemFactors();
    rank = items.rank();
    stride = items.stride();
    rows = new float[BLOCK_ITEMS * stride];
    factors = new float[BLOCK_ITEMS * rank];
    codes = new byte[factors.length];
  }

  void everything() {
    BitSet once = listedOnce();
    for (int block = 0; block < index.blocks(); block++) {
      block(block);
    }
    for (int item = once.nextClearBit(0);
        item < model.items();
        item = once.nextClearBit(item + 1)) {
      if (model.itemTrained(item)) {
        throw corrupt(ItemIndex.ITEMS, "must hold all trained items: missing=" + item);
      }
    }
  }

  private BitSet listedOnce() {
    BitSet found = new BitSet(model.items());
    IntCursor places = new IntCursor(index.order());
    for (int place = 0; place < index.size(); place++) {
      int item = places.next();
      if (item < 0 || item >= model.items() || found.get(item)) {
        throw mislisted(place, item);
      }
      found.set(item);
    }
    return found;
  }

  private CorruptFileException mislisted(int place, int item) {
    return corrupt(
        ItemIndex.ITEMS,
        "must hold the trained items, each once: place=%d, found=%d".formatted(place, item));
  }

  private void block(int block) {
    int count = Math.min(BLOCK_ITEMS, index.size() - block * BLOCK_ITEMS);
    index.copyBlock(block, bounds, codes, listed);
    copyRows(block, count);
    bounds(block);
    biases(count);
    require(block, Bound.BIAS, values, count);
    events(count);
    require(block, Bound.EVENTS, values, count);
    popularity(count);
    require(block, Bound.POPULARITY, values, count);
    transpose(rows, stride, factors);
    norms(factors, norms);
    require(block, Bound.NORM, norms, count);
    float step = bounds[Bound.STEP.column];
    errors(factors, norms, codes, step, values);
    require(block, Bound.ERROR, values, count);
    squaredNorms(codes, values);
    codeNorms(count);
  }

  private void copyRows(int block, int count) {
    Arrays.fill(rows, count * stride, rows.length, 0);
    for (int place = 0; place < count; place++) {
      copyRow(listed[place], place);
      if (!isTrained(rows, place * stride, rank)) {
        throw mislisted(block * BLOCK_ITEMS + place, listed[place]);
      }
    }
  }

  private void copyRow(int item, int place) {
    MemorySegment.copy(
        items.segment(),
        ValueLayout.JAVA_FLOAT,
        items.rowOffset(item),
        rows,
        place * stride,
        stride);
  }

  private static boolean isTrained(float[] rows, int start, int rank) {
    for (int column = 0; column < rank; column++) {
      if (rows[start + column] != 0) {
        return true;
      }
    }
    return rows[start + rank + 1] != 0; // the bias; the column before it is constant
  }

  private void bounds(int block) {
    boolean last = block + 1 == index.blocks();
    if (!last) {
      index.copyBounds(block + 1, nextBounds);
    }
    for (Bound bound : BOUNDS) {
      float found = bounds[bound.column];
      if (!Float.isFinite(found) || found < least(bound, last)) {
        throw corrupt(
            ItemIndex.BLOCKS,
            "must be finite, and no bound below what it is of: block=%d, %s=%s"
                .formatted(block, bound, found));
      }
    }
  }

  /// What a bound must be at least by those of its block and of the next one.
  private float least(Bound bound, boolean last) {
    return switch (bound) {
      case NORM, EVENTS, POPULARITY, ERROR -> 0;
      case BIAS -> Float.NEGATIVE_INFINITY;
      case STEP -> Float.MIN_NORMAL;
      case NORM_FROM_HERE -> later(Bound.NORM, bound, last);
      case BIAS_FROM_HERE -> later(Bound.BIAS, bound, last);
      case EVENTS_FROM_HERE -> later(Bound.EVENTS, bound, last);
      case POPULARITY_FROM_HERE -> later(Bound.POPULARITY, bound, last);
    };
  }

  private float later(Bound own, Bound fromHere, boolean last) {
    float here = bounds[own.column];
    return last ? here : Math.max(here, nextBounds[fromHere.column]);
  }

  private void biases(int count) {
    for (int place = 0; place < count; place++) {
      values[place] = model.hasBiases() ? rows[place * stride + rank + 1] : 0;
    }
  }

  private void events(int count) {
    Blend blend = model.blend();
    for (int place = 0; place < count; place++) {
      values[place] = blend == null ? 0 : blend.events(listed[place]);
    }
  }

  private void popularity(int count) {
    for (int place = 0; place < count; place++) {
      values[place] = model.itemPopularity(listed[place]);
    }
  }

  private static void transpose(float[] rows, int stride, float[] columns) {
    int rank = columns.length / BLOCK_ITEMS;
    for (int place = 0; place < BLOCK_ITEMS; place++) {
      for (int column = 0; column < rank; column++) {
        columns[column * BLOCK_ITEMS + place] = rows[place * stride + column];
      }
    }
  }

  private static void norms(float[] factors, double[] norms) {
    Arrays.fill(norms, 0);
    for (int i = 0; i < factors.length; i += BLOCK_ITEMS) {
      for (int place = 0; place < BLOCK_ITEMS; place++) {
        double factor = factors[i + place];
        norms[place] += factor * factor;
      }
    }
    squareRoots(norms);
  }

  private static void squaredNorms(byte[] codes, double[] squaredNorms) {
    Arrays.fill(squaredNorms, 0);
    for (int i = 0; i < codes.length; i += BLOCK_ITEMS) {
      for (int place = 0; place < BLOCK_ITEMS; place++) {
        int code = codes[i + place];
        squaredNorms[place] += code * code;
      }
    }
  }

  /// Numbers are rounded as those of [ItemIndexBuilder] are, codes times the step to floats, for
  /// which scans have room.
  private static void errors(
      float[] factors, double[] norms, byte[] codes, float step, double[] errors) {
    Arrays.fill(errors, 0);
    for (int i = 0; i < factors.length; i += BLOCK_ITEMS) {
      for (int place = 0; place < BLOCK_ITEMS; place++) {
        double length = norms[place] > 0 ? norms[place] : 1;
        double error = factors[i + place] / length - step * codes[i + place];
        errors[place] += error * error;
      }
    }
    squareRoots(errors);
  }

  private static void squareRoots(double[] numbers) {
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Math.sqrt(numbers[i]);
    }
  }

  private void codeNorms(int count) {
    int place = firstAbove(Short.MAX_VALUE, values, count);
    if (place < count) {
      throw corrupt(
          ItemIndex.CODES,
          "must have norms of at most %d: item=%d, norm=%s"
              .formatted(ItemIndex.MAX_CODE_NORM, listed[place], Math.sqrt(values[place])));
    }
  }

  private void require(int block, Bound bound, double[] values, int count) {
    int place = firstAbove(bounds[bound.column], values, count);
    if (place < count) {
      throw corrupt(
          ItemIndex.BLOCKS,
          "must bound its items: block=%d, %s=%s, item=%d has %s"
              .formatted(block, bound, bounds[bound.column], listed[place], values[place]));
    }
  }

  private static int firstAbove(double bound, double[] values, int count) {
    int place = 0;
    while (place < count && !(values[place] > bound)) {
      place++;
    }
    return place;
  }

  private CorruptFileException corrupt(String tensor, String problem) {
    return new CorruptFileException(model.path(), "tensor " + tensor + " " + problem);
  }
}
