package io.github.peccary.engine.ratings;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Looks things up in ascending ints.
public final class SortedInts {
  private SortedInts() {}

  /// The position of `wanted`, -1 if it is not there. A binary search.
  ///
  /// @param ints i32, ascending from position `start` to before `end`
  public static long position(MemorySegment ints, long start, long end, int wanted) {
    long low = start;
    long high = end - 1;
    while (low <= high) {
      long middle = (low + high) >>> 1;
      int found = ints.getAtIndex(ValueLayout.JAVA_INT, middle);
      if (found == wanted) {
        return middle;
      }
      if (found < wanted) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }
}
