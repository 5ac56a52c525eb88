package io.github.peccary.engine.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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

  private static final MemorySegment OWN = Arena.global().allocate(1);

  private NativeMemory() {}

  /// To be called by every method that loads vectors from memory that may be mapped. Where a file
  /// was cut short in place, HotSpot lets a load fail with an `InternalError` if the compiled
  /// method reads memory in the plain way too; the loads of vectors it does not count, and they
  /// would end the process. This read is compiled to nothing.
  static void expectFaults() {
    var _ = OWN.get(ValueLayout.JAVA_BYTE, 0);
  }

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
