package io.github.peccary.engine.ratings;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Reads longs front to back, a block at a time. A pass over a file comes but once in a process,
/// mostly in the interpreter and in C1, where an access to a segment takes tens of nanoseconds and
/// one to an array two or three.
public final class LongCursor {

  private static final int BLOCK = 1 << 10;

  private final MemorySegment longs;
  private final long[] block = new long[BLOCK];
  private long loaded;
  private int at = BLOCK;

  /// A reader of `longs`, at the first of them.
  public LongCursor(MemorySegment longs) {
    this(longs, 0);
  }

  /// A reader of `longs`, at number `first`.
  public LongCursor(MemorySegment longs, long first) {
    this.longs = longs;
    this.loaded = first;
  }

  /// The next long; after the last one an `IndexOutOfBoundsException`.
  public long next() {
    if (at == BLOCK) {
      int count = (int) Math.min(BLOCK, longs.byteSize() / Long.BYTES - loaded);
      at = BLOCK - count;
      MemorySegment.copy(longs, ValueLayout.JAVA_LONG, loaded * Long.BYTES, block, at, count);
      loaded += count;
    }
    return block[at++];
  }
}
