package io.github.peccary.loader;

/// Sorts rows by the lower halves of their longs, which are not negative; equal ones stay in order.
///
/// Insertion sort of short runs, then merges of neighbours: most rows are short, and many come
/// sorted, which takes one pass.
final class RowOrder {
  private static final int RUN = 16;

  private long[] scratch = new long[1 << 8];

  void sort(long[] row, int from, int to) {
    for (int run = from; run < to; run += Math.min(RUN, to - run)) {
      insert(row, run, run + Math.min(RUN, to - run));
    }
    for (int width = RUN; width < to - from; width *= 2) {
      for (int left = from; width < to - left; ) {
        int middle = left + width;
        int right = middle + Math.min(width, to - middle);
        merge(row, left, middle, right);
        left = right;
      }
    }
  }

  private static void insert(long[] row, int from, int to) {
    for (int i = from + 1; i < to; i++) {
      long event = row[i];
      int at = i;
      for (; at > from && (int) row[at - 1] > (int) event; at--) {
        row[at] = row[at - 1];
      }
      row[at] = event;
    }
  }

  private void merge(long[] row, int from, int middle, int to) {
    if ((int) row[middle - 1] <= (int) row[middle]) {
      return;
    }
    int size = middle - from;
    scratch = size > scratch.length ? new long[Math.max(size, 2 * scratch.length)] : scratch;
    System.arraycopy(row, from, scratch, 0, size);
    int left = 0;
    int right = middle;
    for (int at = from; left < size; at++) {
      boolean fromLeft = right == to || (int) scratch[left] <= (int) row[right];
      row[at] = fromLeft ? scratch[left++] : row[right++];
    }
  }
}
