package io.github.peccary.engine.model;

import io.github.peccary.engine.model.ItemIndex.Bound;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/// Orders the trained items of a model, cuts them into blocks and bounds these.
///
/// The order is by falling score of the best user there could be: bias and popularity as they are,
/// and `‖q‖` times the root mean square of the users' norms in place of the product. It matters for
/// speed alone. Blocks of like items have tight bounds, and the first ones hold most of what
/// anybody is recommended.
final class ItemIndexBuilder {
  private static final int ALIGNMENT = 64; // a cache line

  /// More than sums of doubles are rounded by.
  private static final double ROUNDING = 1e-9;

  private final FactorMatrix items;
  private final boolean biases;
  private final IntUnaryOperator popularity;
  private final @Nullable Blend blend;
  private final float[] norms; // by item
  private final int[] order; // the trained ones

  private ItemIndexBuilder(
      FactorMatrix users,
      FactorMatrix items,
      boolean biases,
      IntUnaryOperator popularity,
      @Nullable Blend blend) {
    this.items = items;
    this.biases = biases;
    this.popularity = popularity;
    this.blend = blend;
    norms = new float[items.rows()];
    order = order(rootMeanSquareNorm(users));
  }

  /// Builds the index in memory, where it stays until nobody refers to it.
  ///
  /// @param popularity of an item
  static ItemIndex build(
      FactorMatrix users,
      FactorMatrix items,
      boolean biases,
      IntUnaryOperator popularity,
      @Nullable Blend blend) {
    return new ItemIndexBuilder(users, items, biases, popularity, blend).build();
  }

  private ItemIndex build() {
    int rank = items.rank();
    int blocks = (int) ItemIndex.blocks(order.length);
    Arena arena = Arena.ofAuto();
    MemorySegment bounds =
        arena.allocate((long) blocks * ItemIndex.BLOCK_FLOATS * Float.BYTES, ALIGNMENT);
    MemorySegment codes = arena.allocate((long) blocks * rank * ItemIndex.BLOCK_ITEMS, ALIGNMENT);
    double[] directions = new double[rank * ItemIndex.BLOCK_ITEMS];
    for (int block = blocks - 1; block >= 0; block--) {
      int first = block * ItemIndex.BLOCK_ITEMS;
      int end = Math.min(order.length, first + ItemIndex.BLOCK_ITEMS);
      bound(bounds, block, first, end, block + 1 < blocks);
      Arrays.fill(directions, 0);
      for (int place = first; place < end; place++) {
        direct(order[place], directions, place - first);
      }
      code(directions, bounds, block, codes);
    }
    return new ItemIndex(
        bounds, codes, arena.allocateFrom(ValueLayout.JAVA_INT, order), items.rows(), rank);
  }

  private void bound(MemorySegment bounds, int block, int first, int end, boolean hasNext) {
    float norm = 0;
    float bias = Float.NEGATIVE_INFINITY;
    int events = 0;
    int popular = 0;
    for (int place = first; place < end; place++) {
      int item = order[place];
      norm = Math.max(norm, norms[item]);
      bias = Math.max(bias, bias(item));
      events = Math.max(events, blend == null ? 0 : blend.events(item));
      popular = Math.max(popular, popularity.applyAsInt(item));
    }
    put(bounds, block, Bound.NORM, Bound.NORM_FROM_HERE, norm, hasNext);
    put(bounds, block, Bound.BIAS, Bound.BIAS_FROM_HERE, bias, hasNext);
    put(bounds, block, Bound.EVENTS, Bound.EVENTS_FROM_HERE, atLeast(events), hasNext);
    put(bounds, block, Bound.POPULARITY, Bound.POPULARITY_FROM_HERE, atLeast(popular), hasNext);
  }

  private static void put(
      MemorySegment bounds, int block, Bound own, Bound fromHere, float value, boolean hasNext) {
    set(bounds, block, own, value);
    float later = hasNext ? get(bounds, block + 1, fromHere) : Float.NEGATIVE_INFINITY;
    set(bounds, block, fromHere, Math.max(value, later));
  }

  private static float get(MemorySegment bounds, int block, Bound bound) {
    return bounds.getAtIndex(ValueLayout.JAVA_FLOAT, at(block, bound));
  }

  private static void set(MemorySegment bounds, int block, Bound bound, float value) {
    bounds.setAtIndex(ValueLayout.JAVA_FLOAT, at(block, bound), value);
  }

  private static long at(int block, Bound bound) {
    return (long) block * ItemIndex.BLOCK_FLOATS + bound.column;
  }

  /// The direction of an item, column by column of its block; zeros stay where there is none.
  private void direct(int item, double[] directions, int place) {
    double norm = Math.sqrt(items.squaredNorm(item));
    for (int column = 0; norm > 0 && column < items.rank(); column++) {
      directions[column * ItemIndex.BLOCK_ITEMS + place] = items.get(item, column) / norm;
    }
  }

  private void code(double[] directions, MemorySegment bounds, int block, MemorySegment codes) {
    double largest = 0;
    for (double number : directions) {
      largest = Math.max(largest, Math.abs(number));
    }
    double least = 1 / ItemIndex.codedLength(items.rank());
    float step = (float) Math.max(least, largest / Byte.MAX_VALUE);
    double[] squaredErrors = new double[ItemIndex.BLOCK_ITEMS];
    long start = (long) block * directions.length;
    for (int i = 0; i < directions.length; i++) {
      // a step that was rounded down may ask for one more than there is
      long code = Math.clamp(Math.round(directions[i] / step), -Byte.MAX_VALUE, Byte.MAX_VALUE);
      codes.set(ValueLayout.JAVA_BYTE, start + i, (byte) code);
      double error = directions[i] - step * code;
      squaredErrors[i % ItemIndex.BLOCK_ITEMS] += error * error;
    }
    double error = Math.sqrt(Arrays.stream(squaredErrors).max().orElse(0));
    set(bounds, block, Bound.STEP, step);
    set(bounds, block, Bound.ERROR, atLeast(error * (1 + ROUNDING)));
  }

  private int[] order(double userNorm) {
    double[] keys = new double[items.rows()];
    int[] trained = new int[items.rows()];
    int count = 0;
    Blend.Weights weights =
        blend == null ? Blend.Weights.FACTORS : blend.weights(HistoryLength.FEW);
    for (int item = 0; item < items.rows(); item++) {
      double norm = Math.sqrt(items.squaredNorm(item));
      float bias = bias(item);
      norms[item] = atLeast(norm);
      if (norm != 0 || bias != 0) {
        int events = blend == null ? 0 : blend.events(item);
        keys[item] =
            weights.factors() * (userNorm * norm + bias) + (double) weights.popularity() * events;
        trained[count++] = item;
      }
    }
    return sortedByFallingKey(Arrays.copyOf(trained, count), keys);
  }

  /// Stable: equal keys stay by rising item.
  private static int[] sortedByFallingKey(int[] trained, double[] keys) {
    long[] sortable = new long[trained.length];
    for (int i = 0; i < trained.length; i++) {
      int bits = Float.floatToIntBits((float) -keys[trained[i]]);
      int ascending = bits ^ (bits >> 31 & Integer.MAX_VALUE);
      sortable[i] = (long) ascending << Integer.SIZE | trained[i];
    }
    Arrays.sort(sortable);
    return Arrays.stream(sortable).mapToInt(key -> (int) key).toArray();
  }

  private float bias(int item) {
    return biases ? items.get(item, items.rank() + 1) : 0;
  }

  private static double rootMeanSquareNorm(FactorMatrix users) {
    double sum = 0;
    int trained = 0;
    for (int user = 0; user < users.rows(); user++) {
      double squared = users.squaredNorm(user);
      sum += squared;
      trained += squared > 0 ? 1 : 0;
    }
    return trained == 0 ? 0 : Math.sqrt(sum / trained);
  }

  /// The nearest float that is not less.
  private static float atLeast(double value) {
    float near = (float) value;
    return near < value ? Math.nextUp(near) : near;
  }
}
