package io.github.peccary.loader;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/// The accepted rows in their order: user i32, item i32, value f32, twelve bytes an event, off the
/// heap in chunks that are never copied. [#close] frees them.
///
/// Events come and go by the block: see [PackedRows] for why.
final class EventLog implements AutoCloseable {
  /// The ints of an event: user, item, bits of the value.
  static final int INTS = 3;

  private static final int BLOCK_EVENTS = 1 << 10;
  private static final int BLOCK_INTS = BLOCK_EVENTS * INTS;
  private static final int CHUNK_BLOCKS = 1 << 7;

  private final Arena arena = Arena.ofShared();
  private final List<MemorySegment> chunks = new ArrayList<>();
  private final int[] last = new int[BLOCK_INTS]; // the block that is being filled
  private int filled;
  private int fullBlocks;

  void add(int user, int item, float value) {
    last[filled] = user;
    last[filled + 1] = item;
    last[filled + 2] = Float.floatToRawIntBits(value);
    filled += INTS;
    if (filled == BLOCK_INTS) {
      store();
    }
  }

  private void store() {
    if (fullBlocks % CHUNK_BLOCKS == 0) {
      chunks.add(arena.allocate(ValueLayout.JAVA_INT, (long) CHUNK_BLOCKS * BLOCK_INTS));
    }
    MemorySegment.copy(
        last, 0, chunks.getLast(), ValueLayout.JAVA_INT, offset(fullBlocks), BLOCK_INTS);
    fullBlocks++;
    filled = 0;
  }

  private static long offset(int block) {
    return (long) (block % CHUNK_BLOCKS) * BLOCK_INTS * Integer.BYTES;
  }

  long size() {
    return (long) fullBlocks * BLOCK_EVENTS + filled / INTS;
  }

  int blocks() {
    return fullBlocks + 1;
  }

  /// The ints of the largest block.
  int blockInts() {
    return BLOCK_INTS;
  }

  /// Copies the events of a block, one after the other, and returns the number of their ints.
  int read(int number, int[] block) {
    if (number == fullBlocks) {
      System.arraycopy(last, 0, block, 0, filled);
      return filled;
    }
    MemorySegment chunk = chunks.get(number / CHUNK_BLOCKS);
    MemorySegment.copy(chunk, ValueLayout.JAVA_INT, offset(number), block, 0, BLOCK_INTS);
    return BLOCK_INTS;
  }

  /// Closing again does nothing.
  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
