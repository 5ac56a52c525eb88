package io.github.peccary.engine.storage;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Where a tensor first breaks a rule; -1 if it keeps it.
///
/// A file is checked when a process starts, with nothing compiled yet. So a tensor is read by way
/// of an array, and each rule is one short loop over it, the same one for all tensors.
public final class NumberRules {
  private static final int BLOCK = 1 << 12;

  private NumberRules() {}

  /// The index of the first int that does not lie from `least` to `most`.
  public static long firstOutside(MemorySegment ints, int least, int most) {
    long size = ints.byteSize() / Integer.BYTES;
    int[] block = new int[(int) Math.min(BLOCK, size)];
    for (long first = 0; first < size; first += BLOCK) {
      int count = (int) Math.min(BLOCK, size - first);
      MemorySegment.copy(ints, ValueLayout.JAVA_INT, first * Integer.BYTES, block, 0, count);
      int at = firstOutside(block, count, least, most);
      if (at < count) {
        return first + at;
      }
    }
    return -1;
  }

  private static int firstOutside(int[] block, int count, int least, int most) {
    int at = 0;
    while (at < count && block[at] >= least && block[at] <= most) {
      at++;
    }
    return at;
  }

  /// The index of the first long that is less than the one before it, or more than `rise` greater.
  /// The first one is 0 or greater.
  public static long firstMisstep(MemorySegment longs, long rise) {
    long size = longs.byteSize() / Long.BYTES;
    long[] block = new long[(int) Math.min(BLOCK, size)];
    for (long first = 0; first < size - 1; first += BLOCK - 1) { // the last one again as the first
      int count = (int) Math.min(BLOCK, size - first);
      MemorySegment.copy(longs, ValueLayout.JAVA_LONG, first * Long.BYTES, block, 0, count);
      int at = firstMisstep(block, count, rise);
      if (at < count) {
        return first + at;
      }
    }
    return -1;
  }

  private static int firstMisstep(long[] block, int count, long rise) {
    int at = 1;
    while (at < count && block[at] >= block[at - 1] && block[at] - block[at - 1] <= rise) {
      at++;
    }
    return at;
  }

  /// The index of the first float that is no finite number.
  public static long firstInfinite(MemorySegment floats) {
    long size = floats.byteSize() / Float.BYTES;
    float[] block = new float[(int) Math.min(BLOCK, size)];
    for (long first = 0; first < size; first += BLOCK) {
      int count = (int) Math.min(BLOCK, size - first);
      MemorySegment.copy(floats, ValueLayout.JAVA_FLOAT, first * Float.BYTES, block, 0, count);
      int at = firstInfinite(block, count);
      if (at >= 0) {
        return first + at;
      }
    }
    return -1;
  }

  /// The same for the first `count` floats of an array. The loop over them has no way out but its
  /// end, so that it is compiled to vectors.
  public static int firstInfinite(float[] floats, int count) {
    int largest = 0;
    for (int i = 0; i < count; i++) {
      largest = Math.max(largest, Float.floatToRawIntBits(floats[i]) & Integer.MAX_VALUE);
    }
    if (largest < Float.floatToRawIntBits(Float.POSITIVE_INFINITY)) {
      return -1;
    }
    int index = 0;
    while (Float.isFinite(floats[index])) {
      index++;
    }
    return index;
  }
}
