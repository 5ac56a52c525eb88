package io.github.peccary.engine.fuzz;

import com.sun.management.ThreadMXBean;
import io.github.peccary.engine.storage.CorruptFileException;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// One file on disk that takes any content, and what comes of opening it.
final class Opening implements AutoCloseable {
  /// What may be allocated for any file, and for each of its bytes: buffers, and the header as
  /// bytes, text, tokens and maps.
  private static final long ALLOCATED_BYTES = 1 << 20;

  private static final long ALLOCATED_PER_BYTE = 64;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Path file;
  private final FileChannel channel;
  private long allocatedBefore;
  private boolean opened;

  Opening(Path file) throws IOException {
    this.file = file;
    this.channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /// Opens and uses a file of these bytes.
  ///
  /// @return whether it was accepted; if not, by a [CorruptFileException] that names the file
  /// @throws AssertionError if anything else happened
  boolean accepts(FileKind kind, byte[] bytes, Verify verify) throws IOException {
    channel.write(ByteBuffer.wrap(bytes), 0);
    channel.truncate(bytes.length); // after writing: ext4 brings a file once emptied to the disk
    opened = false;
    allocatedBefore = THREADS.getCurrentThreadAllocatedBytes();
    try {
      kind.use(file, verify, () -> checkAllocated(bytes.length));
      return true;
    } catch (CorruptFileException e) {
      checkAllocated(bytes.length);
      if (String.valueOf(e.getMessage()).contains(file.toString())) {
        return false;
      }
      throw new AssertionError("a message must name the file", e);
    }
  }

  /// Once, when the file is open: what is done with it then may take memory.
  private void checkAllocated(int fileBytes) {
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - allocatedBefore;
    if (!opened && allocated > ALLOCATED_BYTES + ALLOCATED_PER_BYTE * fileBytes) {
      throw new AssertionError("allocatedBytes=" + allocated + ", fileBytes=" + fileBytes);
    }
    opened = true;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
