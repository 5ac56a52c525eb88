package io.github.peccary.engine.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// Memory outside the heap, for kernels that check once and then go by address.
final class NativeMemory {
  /// All memory there is; nothing where this module has no native access.
  static final MemorySegment ALL =
      NativeMemory.class.getModule().isNativeAccessEnabled()
          ? MemorySegment.NULL.reinterpret(Long.MAX_VALUE)
          : MemorySegment.NULL;

  /// The bits of an address. With them the JIT compiler knows that no offset in a tile reaches the
  /// end of memory.
  private static final long ADDRESSES = (1L << 57) - 1;

  private NativeMemory() {}

  /// Where the byte at `offset` of a segment is in [#ALL].
  static long address(MemorySegment segment, long offset) {
    if (!segment.isNative()) {
      throw new IllegalArgumentException(
          "rows and records must lie outside the heap: segment=" + segment);
    }
    return segment.address() + offset & ADDRESSES;
  }

  static void checkWritable(MemorySegment segment) {
    if (segment.isReadOnly()) {
      throw new IllegalArgumentException("what changes must be writable: segment=" + segment);
    }
  }

  /// How many rows of so many bytes there are from row `first` on.
  static int rowsFrom(long first, MemorySegment rows, int bytes) {
    long all = rows.byteSize() / bytes;
    return (int) Math.min(Integer.MAX_VALUE, all - Objects.checkFromToIndex(first, all, all));
  }
}
