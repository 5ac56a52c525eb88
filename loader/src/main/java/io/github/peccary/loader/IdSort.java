package io.github.peccary.loader;

import java.util.Arrays;

/// Orders of ids in linear time: radix sort, eight bytes of the ids at a time.
final class IdSort {
  /// Groups up to this size are cheaper to sort by insertion.
  private static final int SMALL = 24;

  private final BytePool ids;
  private final int[] order;
  private final int[] otherOrder;
  private final long[] keys;
  private final long[] otherKeys;

  private IdSort(BytePool ids) {
    this.ids = ids;
    int size = ids.size();
    this.order = new int[size];
    this.otherOrder = new int[size];
    this.keys = new long[size];
    this.otherKeys = new long[size];
    Arrays.setAll(order, i -> i);
  }

  /// The numbers of the ids by falling count, ties by ascending bytes (unsigned, a prefix first).
  ///
  /// @param counts by number of the id
  static int[] byFallingCount(BytePool ids, long[] counts) {
    IdSort sort = new IdSort(ids);
    sort.byBytes(0, ids.size(), 0);
    for (int i = 0; i < sort.order.length; i++) {
      sort.keys[i] = ~counts[sort.order[i]];
    }
    sort.byKeys(0, ids.size());
    return sort.order;
  }

  /// Sorts the range, whose ids share their first `depth` bytes.
  private void byBytes(int from, int to, int depth) {
    if (to - from <= SMALL) {
      insertionSort(from, to);
      return;
    }
    // More than SMALL different ids do differ somewhere: a zero byte in an id looks like its end,
    // but only eight ids can look alike to their ends.
    int start = depth;
    while (!loadKeys(from, to, start)) {
      start += Long.BYTES;
    }
    byKeys(from, to);
    for (int first = from; first < to; ) {
      int end = first + 1;
      while (end < to && keys[end] == keys[first]) {
        end++;
      }
      byBytes(first, end, start + Long.BYTES);
      first = end;
    }
  }

  /// Returns whether the ids differ in the eight bytes from `start` on.
  private boolean loadKeys(int from, int to, int start) {
    long differences = 0;
    for (int i = from; i < to; i++) {
      keys[i] = ids.word(order[i], start);
      differences |= keys[i] ^ keys[from];
    }
    return differences != 0;
  }

  private void insertionSort(int from, int to) {
    for (int i = from + 1; i < to; i++) {
      int id = order[i];
      int hole = i;
      for (; hole > from && ids.compare(order[hole - 1], id) > 0; hole--) {
        order[hole] = order[hole - 1];
      }
      order[hole] = id;
    }
  }

  /// Stable, by unsigned key: least significant byte first, bytes that all keys share left out.
  private void byKeys(int from, int to) {
    long or = 0;
    long and = -1L;
    for (int i = from; i < to; i++) {
      or |= keys[i];
      and &= keys[i];
    }
    int[] starts = new int[257];
    for (int shift = 0; shift < Long.SIZE; shift += 8) {
      if (((or ^ and) >>> shift & 0xFF) == 0) {
        continue;
      }
      Arrays.fill(starts, 0);
      for (int i = from; i < to; i++) {
        starts[(int) (keys[i] >>> shift & 0xFF) + 1]++;
      }
      starts[0] = from;
      for (int b = 0; b < 256; b++) {
        starts[b + 1] += starts[b];
      }
      for (int i = from; i < to; i++) {
        int target = starts[(int) (keys[i] >>> shift & 0xFF)]++;
        otherKeys[target] = keys[i];
        otherOrder[target] = order[i];
      }
      System.arraycopy(otherKeys, from, keys, from, to - from);
      System.arraycopy(otherOrder, from, order, from, to - from);
    }
  }
}
