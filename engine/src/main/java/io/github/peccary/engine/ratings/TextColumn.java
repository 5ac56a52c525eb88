package io.github.peccary.engine.ratings;

import io.github.peccary.engine.storage.CorruptFileException;
import io.github.peccary.engine.storage.NumberRules;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Texts one after the other: text `i` is the UTF-8 in `bytes[offsets[i], offsets[i + 1])`.
///
/// @param bytes u8
/// @param offsets i64 [size + 1], from 0 to the number of bytes, never falling
public record TextColumn(int size, MemorySegment bytes, MemorySegment offsets) {

  /// Bytes of text in a [#word].
  static final int WORD_BYTES = Long.BYTES - 1;

  /// Lowest byte of the [#word] of a text with more bytes after it.
  static final int GOES_ON = WORD_BYTES + 1;

  /// Bytes that an array can hold.
  private static final int MAX_TEXT_BYTES = Integer.MAX_VALUE - 8;

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

  /// The text as a `String`. Where offsets were not checked and are wrong, it is another part of
  /// the bytes.
  public String text(int index) {
    return new String(utf8(index), StandardCharsets.UTF_8);
  }

  /// The bytes of [#text], a copy.
  public byte[] utf8(int index) {
    long start = within(start(index), 0);
    long length = Math.min(within(end(index), start) - start, MAX_TEXT_BYTES);
    return bytes.asSlice(start, length).toArray(ValueLayout.JAVA_BYTE);
  }

  /// A hash of the text's bytes, the same on every machine and in every version: files hold it.
  /// Where offsets were not checked and are wrong, it is one of other bytes.
  long hash(int index) {
    long start = within(start(index), 0);
    long end = within(end(index), start);
    long hash = end - start;
    long at = start;
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      hash = SplitMix64.mix(hash ^ bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, at));
    }
    long rest = 0;
    for (; at < end; at++) {
      rest = rest << Byte.SIZE | (bytes.get(ValueLayout.JAVA_BYTE, at) & 0xFF);
    }
    return SplitMix64.mix(SplitMix64.mix(hash) ^ rest);
  }

  /// The offset, moved to where `bytes` from `from` on can be read if it was not checked.
  long within(long offset, long from) {
    return Math.clamp(offset, from, bytes.byteSize());
  }

  /// Order of the text and `key`, by [the same rule][#compare].
  int compare(int index, MemorySegment key) {
    long start = within(start(index), 0);
    return compare(bytes, start, within(end(index), start), key, 0, key.byteSize());
  }

  /// Order of two texts by their bytes, unsigned; the shorter first where one begins with the
  /// other. It is the order of code points, and not that of `String.compareTo`.
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

  /// Seven bytes of a text from `depth` on, the first one highest, zeros after its end; the lowest
  /// byte counts those that are left, 8 for more than seven. As unsigned numbers the words of two
  /// texts order them, and where they are equal either both texts end or both [go on][#goesOn].
  long word(int index, long depth) {
    long from = start(index) + depth;
    long left = Math.min(GOES_ON, end(index) - from);
    long word = 0;
    if (from + Long.BYTES <= bytes.byteSize()) {
      long kept = left <= 0 ? 0 : -1L << (Byte.SIZE * (Long.BYTES - Math.min(left, WORD_BYTES)));
      word = Long.reverseBytes(bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, from)) & kept;
    } else {
      for (int i = 0; i < Math.min(left, WORD_BYTES); i++) {
        long b = bytes.get(ValueLayout.JAVA_BYTE, from + i) & 0xFFL;
        word |= b << (Byte.SIZE * (WORD_BYTES - i));
      }
    }
    return word | Math.max(left, 0);
  }

  /// Whether a text has more bytes after this word.
  static boolean goesOn(long word) {
    return (word & 0xFF) == GOES_ON;
  }

  /// Whether the bytes of text `first` come before those of `second`, whose words at 0 are given.
  boolean ascends(int first, long firstWord, int second, long secondWord) {
    long depth = 0;
    while (firstWord == secondWord && goesOn(firstWord)) {
      depth += WORD_BYTES;
      firstWord = word(first, depth);
      secondWord = word(second, depth);
    }
    return Long.compareUnsigned(firstWord, secondWord) < 0;
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
    checkOffsets(file, name);
    checkUtf8(file, name);
  }

  private void checkOffsets(Path file, String name) {
    long wrong = NumberRules.firstMisstep(offsets, bytes.byteSize());
    if (wrong >= 0) {
      throw new CorruptFileException(
          file,
          "offsets must not fall: tensor="
              + name
              + "_offsets, index="
              + wrong
              + ", before="
              + offsets.getAtIndex(ValueLayout.JAVA_LONG, wrong - 1)
              + ", found="
              + offsets.getAtIndex(ValueLayout.JAVA_LONG, wrong));
    }
  }

  /// All bytes together must be UTF-8 and every text begin with a character: then every text is
  /// UTF-8.
  private void checkUtf8(Path file, String name) {
    LongCursor begins = new LongCursor(offsets);
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    byte[] block = new byte[1 << 13];
    CharBuffer chars = CharBuffer.allocate(block.length);
    long begin = begins.next();
    long done = 0;
    while (done < bytes.byteSize()) {
      int count = (int) Math.min(bytes.byteSize() - done, block.length);
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, done, block, 0, count);
      ByteBuffer piece = ByteBuffer.wrap(block, 0, count);
      if (decoder.decode(piece, chars.clear(), done + count == bytes.byteSize()).isError()) {
        throw notUtf8(file, name, done + piece.position());
      }
      begin = firstNoCharacter(begins, begin, block, done, count);
      if (begin < done + count) {
        throw notUtf8(file, name, begin);
      }
      done += piece.position(); // a character cut in two is read again with the next piece
    }
  }

  /// The first text from `begin` on that begins within a character, or after the block.
  private static long firstNoCharacter(
      LongCursor begins, long begin, byte[] block, long done, int count) {
    long next = begin;
    while (next < done + count && (block[(int) (next - done)] & 0xC0) != 0x80) {
      next = begins.next();
    }
    return next;
  }

  private static CorruptFileException notUtf8(Path file, String name, long offset) {
    return new CorruptFileException(
        file, "texts must be UTF-8: tensor=" + name + ", offset=" + offset);
  }
}
