package io.github.peccary.loader;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Where events lie while a load works on them: memory off the heap, in chunks that go from one
/// [EventLog] to the next, and temporary files for what is beyond the budget. [#close] frees all.
///
/// A temporary file loses its name as it is opened, so that none can be left over, whatever ends
/// the process.
final class EventMemory implements AutoCloseable {
  /// Events that move at a time, and their ints.
  static final int BLOCK_EVENTS = 1 << 10;

  static final int BLOCK_INTS = BLOCK_EVENTS * EventLog.INTS;
  static final int CHUNK_BLOCKS = 1 << 7;
  static final int CHUNK_EVENTS = CHUNK_BLOCKS * BLOCK_EVENTS;

  static final long BLOCK_BYTES = (long) BLOCK_INTS * Integer.BYTES;
  private static final long CHUNK_BYTES = CHUNK_BLOCKS * BLOCK_BYTES;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment block = arena.allocate(BLOCK_BYTES, Long.BYTES);
  private final Deque<MemorySegment> free = new ArrayDeque<>();
  private final List<FileChannel> files = new ArrayList<>();
  private final LongSupplier freeBytes;
  private final Path folder;
  private final long sortBytes;
  private final long logBytes;
  private long chunksLeft;
  private @Nullable MemorySegment sortSpace;

  /// @param folder for the temporary files
  /// @param bytes the budget; half of it is for logs, half for sorting
  EventMemory(Path folder, long bytes) {
    this(folder, bytes, folder.toFile()::getUsableSpace);
  }

  /// @param freeBytes of the folder's file system; 0 where it does not tell
  EventMemory(Path folder, long bytes, LongSupplier freeBytes) {
    this.freeBytes = freeBytes;
    this.folder = folder;
    this.sortBytes = bytes / 2;
    this.logBytes = bytes / 2;
    this.chunksLeft = logBytes / CHUNK_BYTES;
  }

  /// Events that [#sortSpace] has room for.
  int sortCapacity() {
    return (int) Math.min(1 << 30, Math.max(1, sortBytes / Long.BYTES));
  }

  /// Room to sort in, a long for each event; all sorts of a load share it, the first one needs
  /// most.
  MemorySegment sortSpace(long events) {
    if (sortSpace == null || sortSpace.byteSize() < events * Long.BYTES) {
      sortSpace = arena.allocate(ValueLayout.JAVA_LONG, events);
    }
    return sortSpace;
  }

  /// Room for [#CHUNK_BLOCKS] blocks, null where the budget is used up.
  @Nullable MemorySegment take() {
    if (!free.isEmpty()) {
      return free.pop();
    }
    if (chunksLeft == 0) {
      return null;
    }
    chunksLeft--;
    return arena.allocate(CHUNK_BYTES, Long.BYTES);
  }

  void giveBack(MemorySegment chunk) {
    free.push(chunk);
  }

  /// A file without a name: it goes when it is closed.
  FileChannel temporaryFile() throws IOException {
    Path path = folder.resolve(".peccary." + UUID.randomUUID() + ".tmp");
    FileChannel file =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    files.add(file);
    return file;
  }

  /// Writes the ints as block `number` of the file.
  void write(FileChannel file, long number, int[] ints) throws IOException {
    MemorySegment.copy(ints, 0, block, ValueLayout.JAVA_INT, 0, BLOCK_INTS);
    write(file, number * BLOCK_BYTES, block.asByteBuffer());
  }

  /// Refuses what would only fail after minutes of work.
  ///
  /// @param events to be sorted: each lies in two logs then
  /// @param timed whether their times lie in a third one
  void requireRoomToSort(long events, boolean timed) throws IOException {
    requireRoom("", logBytes(events, timed) - logBytes);
  }

  private static long logBytes(long events, boolean timed) {
    return (timed ? 3 : 2) * events * EventLog.INTS * Integer.BYTES;
  }

  /// The same once it is known what will be written.
  ///
  /// @param events are sorted meanwhile
  /// @param times likewise; null if they have none
  /// @param outputBytes of the file
  void requireRoomToWrite(EventLog events, @Nullable EventLog times, long outputBytes)
      throws IOException {
    long logs = logBytes(events.size(), times != null) - logBytes;
    long inFiles = events.fileBytes() + (times == null ? 0 : times.fileBytes());
    requireRoom("the output and ", outputBytes + Math.max(0, logs - inFiles));
  }

  private void requireRoom(String what, long bytes) throws IOException {
    long free = freeBytes.getAsLong();
    if (free > 0 && bytes > free) {
      throw noRoom(what, "bytes=%d, freeBytes=%d".formatted(bytes, free));
    }
  }

  /// Writes all of `bytes` and returns the position after them.
  long write(FileChannel file, long position, ByteBuffer bytes) throws IOException {
    long next = position;
    try {
      while (bytes.hasRemaining()) {
        next += file.write(bytes, next);
      }
      return next;
    } catch (IOException e) {
      IOException failure =
          noRoom("", "freeBytes=%d, %s".formatted(freeBytes.getAsLong(), e.getMessage()));
      failure.initCause(e);
      throw failure;
    }
  }

  private IOException noRoom(String what, String found) {
    return new FileSystemException(
        folder.toString(),
        null,
        "the folder must have room for %stemporary files: %s; free some space, choose another folder, or give more --memory"
            .formatted(what, found));
  }

  /// Reads block `number` of the file.
  void read(FileChannel file, long number, int[] ints) throws IOException {
    ByteBuffer bytes = block.asByteBuffer();
    while (bytes.hasRemaining()) {
      if (file.read(bytes, number * BLOCK_BYTES + bytes.position()) < 0) {
        throw new IOException(
            "a temporary file must be as it was written: bytes=%d, block=%d; check the disk"
                .formatted(file.size(), number));
      }
    }
    MemorySegment.copy(block, ValueLayout.JAVA_INT, 0, ints, 0, BLOCK_INTS);
  }

  /// Closing again does nothing.
  @Override
  public void close() throws IOException {
    try {
      for (FileChannel file : files) {
        file.close();
      }
    } finally {
      if (arena.scope().isAlive()) {
        arena.close();
      }
    }
  }
}
