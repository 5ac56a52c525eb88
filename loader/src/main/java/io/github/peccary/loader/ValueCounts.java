package io.github.peccary.loader;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Events by their value: one by one while the values are few, else in ranges, for which the events
/// are passed a second time.
final class ValueCounts {
  private static final int MOST_VALUES = 20;
  private static final int RANGES = 10;

  private final float[] values = new float[MOST_VALUES]; // ascending
  private final long[] counts = new long[MOST_VALUES];
  private int size;
  private boolean many;
  private float low = Float.POSITIVE_INFINITY;
  private float high = Float.NEGATIVE_INFINITY;

  void add(float value) {
    low = Math.min(low, value);
    high = Math.max(high, value);
    if (many) {
      return;
    }
    int at = Arrays.binarySearch(values, 0, size, value);
    if (at < 0) {
      at = -at - 1;
      if (size == MOST_VALUES) {
        many = true;
        return;
      }
      System.arraycopy(values, at, values, at + 1, size - at);
      System.arraycopy(counts, at, counts, at + 1, size - at);
      values[at] = value;
      counts[at] = 0;
      size++;
    }
    counts[at]++;
  }

  /// @param events those that were added
  List<DoctorReport.ValueCount> counts(EventLog events) throws IOException {
    List<DoctorReport.ValueCount> result = new ArrayList<>();
    if (!many) {
      for (int i = 0; i < size; i++) {
        result.add(new DoctorReport.ValueCount(values[i], values[i], counts[i]));
      }
      return result;
    }
    long[] ranges = new long[RANGES];
    int[] block = new int[EventMemory.BLOCK_INTS];
    for (int number = 0; number < events.blocks(); number++) {
      int filled = events.read(number, block);
      for (int i = EventLog.VALUE; i < filled; i += EventLog.INTS) {
        ranges[range(Float.intBitsToFloat(block[i]))]++;
      }
    }
    for (int range = 0; range < RANGES; range++) {
      result.add(new DoctorReport.ValueCount(end(range), end(range + 1), ranges[range]));
    }
    return result;
  }

  /// The range that holds the value.
  private int range(float value) {
    int range = 0;
    while (range < RANGES - 1 && value >= end(range + 1)) {
      range++;
    }
    return range;
  }

  /// Where a range begins and the one before it ends.
  private float end(int range) {
    return range == RANGES ? high : (float) (low + ((double) high - low) * range / RANGES);
  }
}
