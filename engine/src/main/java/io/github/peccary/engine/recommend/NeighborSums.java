package io.github.peccary.engine.recommend;

import io.github.peccary.engine.model.ItemNeighbors;
import java.util.Arrays;

/// How similar items are to all that a user had: for each neighbour of these, the sum of its
/// similarities, by rising item.
///
/// A user's items have few neighbours beside all items of a model, so they are sorted rather than
/// added up in an array of all items. The sum is in the order of the similarities, so that it does
/// not depend on the order of the user's items.
final class NeighborSums {
  /// Of somebody who had nothing.
  static final NeighborSums NONE = new NeighborSums(0);

  private final int[] items;
  private final float[] sums;
  private int size;

  private NeighborSums(int capacity) {
    items = new int[capacity];
    sums = new float[capacity];
  }

  /// @param history the user's items, each once
  /// @param itemCount how many items the model has: others, in a file that was not checked, are
  ///     left out
  static NeighborSums of(ItemNeighbors neighbors, int[] history, int itemCount) {
    int capacity = 0;
    for (int item : history) {
      capacity += (int) (neighbors.end(item) - neighbors.start(item));
    }
    long[] found = new long[capacity];
    int count = 0;
    for (int item : history) {
      for (long at = neighbors.start(item); at < neighbors.end(item); at++) {
        int other = neighbors.item(at);
        if (other >= 0 && other < itemCount) {
          // similarities are not negative, so that their bits are in their order
          int similarity = Float.floatToRawIntBits(neighbors.similarity(at));
          found[count++] = (long) other << Integer.SIZE | Integer.toUnsignedLong(similarity);
        }
      }
    }
    Arrays.sort(found, 0, count);
    NeighborSums sums = new NeighborSums(count);
    for (int i = 0; i < count; i++) {
      sums.add((int) (found[i] >>> Integer.SIZE), Float.intBitsToFloat((int) found[i]));
    }
    return sums;
  }

  private void add(int item, float similarity) {
    if (size == 0 || items[size - 1] != item) {
      items[size++] = item;
    }
    sums[size - 1] += similarity;
  }

  /// How many items there are.
  int size() {
    return size;
  }

  /// The item at a place, from 0 on.
  int item(int place) {
    return items[place];
  }

  /// Its sum.
  float sum(int place) {
    return sums[place];
  }

  /// The place of an item, negative if it is not among them.
  int placeOf(int item) {
    return Arrays.binarySearch(items, 0, size, item);
  }

  /// Whether an item is among them.
  boolean contains(int item) {
    return placeOf(item) >= 0;
  }
}
