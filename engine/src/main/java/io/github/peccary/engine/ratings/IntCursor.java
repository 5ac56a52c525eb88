package io.github.peccary.engine.ratings;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Reads ints front to back, as [LongCursor] reads longs.
public final class IntCursor {

  private static final int BLOCK = 1 << 10;

  private final MemorySegment ints;
  private final int[] block = new int[BLOCK];
  private long loaded;
  private int at = BLOCK;

  /// A reader of `ints`, at the first of them.
  public IntCursor(MemorySegment ints) {
    this(ints, 0);
  }

  /// A reader of `ints`, at number `first`.
  public IntCursor(MemorySegment ints, long first) {
    this.ints = ints;
    this.loaded = first;
  }

  /// The next int; after the last one an `IndexOutOfBoundsException`.
  public int next() {
    if (at == BLOCK) {
      int count = (int) Math.min(BLOCK, ints.byteSize() / Integer.BYTES - loaded);
      at = BLOCK - count;
      MemorySegment.copy(ints, ValueLayout.JAVA_INT, loaded * Integer.BYTES, block, at, count);
      loaded += count;
    }
    return block[at++];
  }

  /// The next one, taken for the bits of a float.
  public float nextFloat() {
    return Float.intBitsToFloat(next());
  }
}
