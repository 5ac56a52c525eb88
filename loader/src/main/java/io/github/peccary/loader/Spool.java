package io.github.peccary.loader;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// Numbers and bytes that are written front to back, then read front to back: a temporary file
/// behind a buffer. [#close] removes it.
final class Spool implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  private final EventMemory memory;
  private final FileChannel file;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private long position;
  private int length;

  Spool(EventMemory memory) throws IOException {
    this.memory = memory;
    this.file = memory.temporaryFile();
  }

  void putInt(int number) throws IOException {
    if (buffer.remaining() < Integer.BYTES) {
      flush();
    }
    buffer.putInt(number);
  }

  /// Writes the number of bytes and the bytes.
  void putBytes(byte[] bytes, int start, int length) throws IOException {
    putInt(length);
    for (int done = 0; done < length; ) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      int count = Math.min(length - done, buffer.remaining());
      buffer.put(bytes, start + done, count);
      done += count;
    }
  }

  private void flush() throws IOException {
    position = memory.write(file, position, buffer.flip());
    buffer.clear();
  }

  /// Ends writing; reading begins at the front.
  void rewind() throws IOException {
    flush();
    position = 0;
    buffer.limit(0);
  }

  int getInt() throws IOException {
    if (buffer.remaining() < Integer.BYTES) {
      fill();
    }
    return buffer.getInt();
  }

  /// Reads bytes into `space`, or into a larger array if need be, and returns it; [#length] says
  /// how many.
  byte[] getBytes(byte[] space) throws IOException {
    length = getInt();
    byte[] bytes = length > space.length ? new byte[2 * length] : space;
    for (int done = 0; done < length; ) {
      if (!buffer.hasRemaining()) {
        fill();
      }
      int count = Math.min(length - done, buffer.remaining());
      buffer.get(bytes, done, count);
      done += count;
    }
    return bytes;
  }

  int length() {
    return length;
  }

  /// Whether there is more to read.
  boolean hasMore() throws IOException {
    return buffer.hasRemaining() || position < file.size();
  }

  private void fill() throws IOException {
    buffer.compact();
    int count = file.read(buffer, position);
    if (count <= 0) {
      throw new EOFException(
          "a temporary file must be as it was written: bytes=%d; check the disk"
              .formatted(file.size()));
    }
    position += count;
    buffer.flip();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
