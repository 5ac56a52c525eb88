package io.github.peccary.engine.ratings;

import io.github.peccary.engine.storage.TensorFileWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Writes a tensor of offsets, i64 [n + 1], from 0 up, in blocks: of `n` parts, given their sizes.
final class OffsetWriter implements AutoCloseable {
  private static final int BLOCK = 1 << 10;

  private final TensorFileWriter writer;
  private final String tensor;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment space = arena.allocate(ValueLayout.JAVA_LONG, BLOCK);
  private final long[] block = new long[BLOCK];
  private int filled = 1; // the first part starts at 0
  private long offset;

  OffsetWriter(TensorFileWriter writer, String tensor) {
    this.writer = writer;
    this.tensor = tensor;
  }

  void add(long size) throws IOException {
    if (filled == BLOCK) {
      flush();
    }
    offset += size;
    block[filled++] = offset;
  }

  /// To be called after the last part.
  void flush() throws IOException {
    MemorySegment.copy(block, 0, space, ValueLayout.JAVA_LONG, 0, filled);
    writer.append(tensor, space.asSlice(0, (long) filled * Long.BYTES));
    filled = 0;
  }

  @Override
  public void close() {
    arena.close();
  }
}
