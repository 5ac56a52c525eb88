package io.github.peccary.engine.ratings;

import io.github.peccary.engine.storage.CorruptFileException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Texts one after the other: text `i` is the UTF-8 in `bytes[offsets[i], offsets[i + 1])`.
///
/// @param bytes u8
/// @param offsets i64 [size + 1], from 0 to the number of bytes, never falling
public record TextColumn(int size, MemorySegment bytes, MemorySegment offsets) {

  /// @throws IllegalArgumentException if there are not size + 1 offsets
  public TextColumn {
    if (offsets.byteSize() != (size + 1L) * Long.BYTES) {
      throw new IllegalArgumentException(
          "offsets must be size + 1 longs: size=" + size + ", bytes=" + offsets.byteSize());
    }
  }

  /// Where a text begins in [#bytes].
  public long start(int index) {
    return offsets.getAtIndex(ValueLayout.JAVA_LONG, index);
  }

  /// Where a text ends in [#bytes].
  public long end(int index) {
    return offsets.getAtIndex(ValueLayout.JAVA_LONG, index + 1L);
  }

  /// The text as a `String`.
  public String text(int index) {
    long start = start(index);
    byte[] utf8 = bytes.asSlice(start, end(index) - start).toArray(ValueLayout.JAVA_BYTE);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  /// Order of two texts by their bytes, unsigned; the shorter first where one begins with the
  /// other. It is the order of code points, and not that of `String.compareTo`.
  public int compare(int first, int second) {
    return compare(bytes, start(first), end(first), bytes, start(second), end(second));
  }

  static int compare(
      MemorySegment a, long aStart, long aEnd, MemorySegment b, long bStart, long bEnd) {
    long at = MemorySegment.mismatch(a, aStart, aEnd, b, bStart, bEnd);
    if (at < 0) {
      return 0;
    }
    if (at == aEnd - aStart || at == bEnd - bStart) {
      return Long.compare(aEnd - aStart, bEnd - bStart);
    }
    return Byte.compareUnsigned(
        a.get(ValueLayout.JAVA_BYTE, aStart + at), b.get(ValueLayout.JAVA_BYTE, bStart + at));
  }

  /// Checks that the first text begins with the bytes and the last one ends with them.
  void checkEnds(Path file, String name) {
    long first = offsets.getAtIndex(ValueLayout.JAVA_LONG, 0);
    long last = offsets.getAtIndex(ValueLayout.JAVA_LONG, size);
    if (first != 0 || last != bytes.byteSize()) {
      throw new CorruptFileException(
          file,
          "offsets must go from 0 to the number of bytes: tensor="
              + name
              + "_offsets, first="
              + first
              + ", last="
              + last
              + ", bytes="
              + bytes.byteSize());
    }
  }

  /// Checks that every text lies after the one before it and is UTF-8.
  void checkTexts(Path file, String name) {
    for (int i = 0; i < size; i++) {
      long start = start(i);
      long end = end(i);
      if (end < start || end > bytes.byteSize()) {
        throw new CorruptFileException(
            file,
            "offsets must not fall: tensor="
                + name
                + "_offsets, index="
                + i
                + ", start="
                + start
                + ", end="
                + end);
      }
      // All bytes together are UTF-8 (below), so a text is too if it begins with a character.
      if (start < end && (bytes.get(ValueLayout.JAVA_BYTE, start) & 0xC0) == 0x80) {
        throw notUtf8(file, name, start);
      }
    }
    checkUtf8(file, name);
  }

  private void checkUtf8(Path file, String name) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    CharBuffer chars = CharBuffer.allocate(1 << 13);
    long done = 0;
    while (done < bytes.byteSize()) {
      long count = Math.min(bytes.byteSize() - done, 1 << 13);
      ByteBuffer piece = bytes.asSlice(done, count).asByteBuffer();
      boolean last = done + count == bytes.byteSize();
      CoderResult result = decoder.decode(piece, chars.clear(), last);
      if (result.isError() || (last && piece.hasRemaining())) {
        throw notUtf8(file, name, done + piece.position());
      }
      done += piece.position(); // a character cut in two is read again with the next piece
    }
  }

  private static CorruptFileException notUtf8(Path file, String name, long offset) {
    return new CorruptFileException(
        file, "texts must be UTF-8: tensor=" + name + ", offset=" + offset);
  }
}
