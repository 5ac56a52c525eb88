package io.github.peccary.loader;

import io.github.peccary.engine.ratings.TextColumn;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Byte strings, numbered in the order in which they were added, packed into pages.
final class BytePool {
  /// Stands for an empty string in [#toColumn].
  static final int EMPTY = -1;

  private static final int PAGE_BYTES = 1 << 20;

  private final List<byte[]> pages = new ArrayList<>();
  private byte[] page = new byte[0];
  private int used;

  /// Page in the upper half, offset in the lower.
  private long[] places = new long[1024];
  private int[] lengths = new int[1024];
  private int size;

  int size() {
    return size;
  }

  int length(int index) {
    return lengths[index];
  }

  /// Keeps a copy and returns its number.
  int add(byte[] bytes, int start, int length) {
    if (length > page.length - used) {
      page = new byte[Math.max(PAGE_BYTES, length)];
      pages.add(page);
      used = 0;
    }
    if (size == places.length) {
      int capacity = Math.addExact(size, size / 2);
      places = Arrays.copyOf(places, capacity);
      lengths = Arrays.copyOf(lengths, capacity);
    }
    System.arraycopy(bytes, start, page, used, length);
    places[size] = (long) (pages.size() - 1) << 32 | used;
    lengths[size] = length;
    used += length;
    return size++;
  }

  boolean equals(int index, byte[] bytes, int start, int length) {
    return lengths[index] == length && Ids.equal(page(index), offset(index), bytes, start, length);
  }

  /// Unsigned bytes, a prefix first.
  int compare(int left, int right) {
    int a = offset(left);
    int b = offset(right);
    return Arrays.compareUnsigned(
        page(left), a, a + lengths[left], page(right), b, b + lengths[right]);
  }

  /// The eight bytes from `start` on as an unsigned big-endian number, zeros after the end: words
  /// compare as the bytes do.
  long word(int index, int start) {
    byte[] bytes = page(index);
    int offset = offset(index) + start;
    int count = Math.clamp(lengths[index] - start, 0, Long.BYTES);
    long word = 0;
    for (int i = 0; i < count; i++) {
      word |= (bytes[offset + i] & 0xFFL) << (56 - 8 * i);
    }
    return word;
  }

  byte[] page(int index) {
    return pages.get((int) (places[index] >>> 32));
  }

  /// Where the string starts in its [#page].
  int offset(int index) {
    return (int) places[index];
  }

  /// The strings of these numbers one after the other, off the heap.
  TextColumn toColumn(int[] order, Arena arena) {
    MemorySegment offsets = arena.allocate(ValueLayout.JAVA_LONG, order.length + 1L);
    long end = 0;
    for (int i = 0; i < order.length; i++) {
      end += order[i] == EMPTY ? 0 : lengths[order[i]];
      offsets.setAtIndex(ValueLayout.JAVA_LONG, i + 1L, end);
    }
    MemorySegment bytes = arena.allocate(end, Long.BYTES);
    long position = 0;
    for (int index : order) {
      if (index != EMPTY) {
        MemorySegment.copy(
            page(index), offset(index), bytes, ValueLayout.JAVA_BYTE, position, lengths[index]);
        position += lengths[index];
      }
    }
    return new TextColumn(order.length, bytes, offsets);
  }
}
