package io.github.peccary.loader;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/// The accepted rows in their order: user i32, item i32, value f32, twelve bytes an event, off the
/// heap in chunks that are never copied. [#close] frees them.
final class EventLog implements AutoCloseable {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final int EVENT_BYTES = 12;
  private static final int CHUNK_EVENTS = 1 << 17;
  private static final long CHUNK_BYTES = (long) CHUNK_EVENTS * EVENT_BYTES;

  private final Arena arena = Arena.ofConfined();
  private final List<MemorySegment> chunks = new ArrayList<>();
  private MemorySegment chunk = MemorySegment.NULL;
  private long used = CHUNK_BYTES; // bytes of the last chunk
  private long size;

  void add(int user, int item, float value) {
    if (used == CHUNK_BYTES) {
      chunk = arena.allocate(CHUNK_BYTES, Long.BYTES);
      chunks.add(chunk);
      used = 0;
    }
    chunk.set(INT, used, user);
    chunk.set(INT, used + 4, item);
    chunk.set(FLOAT, used + 8, value);
    used += EVENT_BYTES;
    size++;
  }

  long size() {
    return size;
  }

  int chunks() {
    return chunks.size();
  }

  int events(int chunk) {
    return chunk < chunks.size() - 1 ? CHUNK_EVENTS : (int) (used / EVENT_BYTES);
  }

  int user(int chunk, int event) {
    return chunks.get(chunk).get(INT, (long) event * EVENT_BYTES);
  }

  int item(int chunk, int event) {
    return chunks.get(chunk).get(INT, (long) event * EVENT_BYTES + 4);
  }

  float value(int chunk, int event) {
    return chunks.get(chunk).get(FLOAT, (long) event * EVENT_BYTES + 8);
  }

  /// Closing again does nothing.
  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
