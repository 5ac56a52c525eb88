package io.github.peccary.loader;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Events in the order in which they were added: user i32, item i32, value f32, twelve bytes each,
/// in [EventMemory] as far as it goes, then in a temporary file. In a log of times they are in the
/// place of values, u32. [#close] gives memory and file back.
///
/// A load runs each of its passes once, mostly in the interpreter and in C1, where an access to a
/// segment costs tens of nanoseconds and one to an array two or three. So events come and go by the
/// block.
final class EventLog implements AutoCloseable {
  /// The ints of an event: user, item, bits of the value.
  static final int INTS = 3;

  static final int USER = 0;
  static final int ITEM = 1;
  static final int VALUE = 2;

  private final EventMemory memory;
  private final List<MemorySegment> chunks = new ArrayList<>();
  private final int[] last = new int[EventMemory.BLOCK_INTS]; // the block that is being filled
  private @Nullable FileChannel file;
  private int filled;
  private int fullBlocks;
  private int blocksInMemory;

  EventLog(EventMemory memory) {
    this.memory = memory;
  }

  void add(int user, int item, int valueBits) throws IOException {
    last[filled] = user;
    last[filled + ITEM] = item;
    last[filled + VALUE] = valueBits;
    filled += INTS;
    if (filled == last.length) {
      store();
    }
  }

  private void store() throws IOException {
    if (file == null && fullBlocks % EventMemory.CHUNK_BLOCKS == 0) {
      MemorySegment chunk = memory.take();
      if (chunk == null) {
        file = memory.temporaryFile();
      } else {
        chunks.add(chunk);
      }
    }
    if (file == null) {
      MemorySegment.copy(
          last, 0, chunks.getLast(), ValueLayout.JAVA_INT, offset(fullBlocks), last.length);
      blocksInMemory++;
    } else {
      memory.write(file, fullBlocks - blocksInMemory, last);
    }
    fullBlocks++;
    filled = 0;
  }

  private static long offset(int block) {
    int inChunk = block % EventMemory.CHUNK_BLOCKS;
    return (long) inChunk * EventMemory.BLOCK_INTS * Integer.BYTES;
  }

  long size() {
    return (long) fullBlocks * EventMemory.BLOCK_EVENTS + filled / INTS;
  }

  /// Bytes of it that lie in a file.
  long fileBytes() {
    return (fullBlocks - blocksInMemory) * EventMemory.BLOCK_BYTES;
  }

  int blocks() {
    return fullBlocks + 1;
  }

  /// Copies the events of a block, one after the other, and returns the number of their ints.
  int read(int number, int[] block) throws IOException {
    if (number == fullBlocks) {
      System.arraycopy(last, 0, block, 0, filled);
      return filled;
    }
    if (number < blocksInMemory) {
      MemorySegment chunk = chunks.get(number / EventMemory.CHUNK_BLOCKS);
      MemorySegment.copy(chunk, ValueLayout.JAVA_INT, offset(number), block, 0, last.length);
    } else if (file != null) {
      memory.read(file, number - blocksInMemory, block);
    }
    return last.length;
  }

  /// Closing again does nothing.
  @Override
  public void close() throws IOException {
    chunks.forEach(memory::giveBack);
    chunks.clear();
    if (file != null) {
      file.close();
    }
  }
}
