package io.github.peccary.tools.batch;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// UTF-8 text that grows at its end.
final class Utf8Buffer {
  private static final int MAX_BYTES = Integer.MAX_VALUE - 8;

  private byte[] bytes = new byte[1 << 12];
  private int size;

  void clear() {
    size = 0;
  }

  /// What was put, valid until more is.
  ByteBuffer toWrite() {
    return ByteBuffer.wrap(bytes, 0, size);
  }

  void put(char ascii) {
    reserve(1);
    bytes[size++] = (byte) ascii;
  }

  void put(String ascii) {
    int length = ascii.length();
    reserve(length);
    for (int i = 0; i < length; i++) {
      bytes[size + i] = (byte) ascii.charAt(i);
    }
    size += length;
  }

  /// Puts bytes `from … to − 1` of `utf8`.
  void put(byte[] utf8, int from, int to) {
    reserve(to - from);
    System.arraycopy(utf8, from, bytes, size, to - from);
    size += to - from;
  }

  void put(byte[] utf8) {
    put(utf8, 0, utf8.length);
  }

  private void reserve(int count) {
    int needed = Math.addExact(size, count);
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) Math.max(needed, Math.min(MAX_BYTES, 2L * size)));
    }
  }
}
