package io.github.peccary.engine.ratings;

import io.github.peccary.engine.storage.TensorFileWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Writes a tensor of offsets, i64 [n + 1], from 0 up, in blocks: of `n` parts, given their sizes.
final class OffsetWriter {
  private static final int BLOCK = 1 << 12;

  /// The sizes of the parts.
  interface Sizes {
    /// Fills `sizes[0, count)` with those of the parts from `first` on.
    void get(int first, int count, long[] sizes);
  }

  private OffsetWriter() {}

  static void write(TensorFileWriter writer, String tensor, int parts, Sizes sizes)
      throws IOException {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment space = arena.allocate(ValueLayout.JAVA_LONG, BLOCK);
      long[] block = new long[BLOCK];
      writer.append(tensor, space.asSlice(0, Long.BYTES)); // the first part starts at 0
      long offset = 0;
      for (int first = 0; first < parts; first += BLOCK) {
        int count = Math.min(BLOCK, parts - first);
        sizes.get(first, count, block);
        offset = addUp(block, count, offset);
        MemorySegment.copy(block, 0, space, ValueLayout.JAVA_LONG, 0, count);
        writer.append(tensor, space.asSlice(0, (long) count * Long.BYTES));
      }
    }
  }

  private static long addUp(long[] sizes, int count, long from) {
    long offset = from;
    for (int i = 0; i < count; i++) {
      offset += sizes[i];
      sizes[i] = offset;
    }
    return offset;
  }
}
