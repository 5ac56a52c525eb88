package io.github.peccary.loader;

import io.github.peccary.engine.ratings.TextColumn;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Byte strings, numbered in the order in which they were added, packed into pages.
///
/// A string is a record: its number i32, its length i32, its bytes. What a look-up needs to know of
/// a string thus lies in one cache line, wherever that is.
final class BytePool {
  /// Stands for an empty string in [#toColumn].
  static final int EMPTY = -1;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());

  private static final int PAGE_BYTES = 1 << 20;
  private static final int HEADER_BYTES = 2 * Integer.BYTES;

  private final List<byte[]> pages = new ArrayList<>();
  private byte[] page = new byte[0];
  private int used;

  /// By number: the place of the record, its page in the upper half, its offset there in the lower.
  private long[] places = new long[1024];
  private int size;

  int size() {
    return size;
  }

  /// Keeps a copy and returns its number.
  int add(byte[] bytes, int start, int length) {
    int recordBytes = Math.addExact(length, HEADER_BYTES);
    if (recordBytes > page.length - used) {
      page = new byte[Math.max(PAGE_BYTES, recordBytes)];
      pages.add(page);
      used = 0;
    }
    if (size == places.length) {
      places = Arrays.copyOf(places, Math.addExact(size, size / 2));
    }
    places[size] = (long) (pages.size() - 1) << Integer.SIZE | used;
    INT.set(page, used, size);
    INT.set(page, used + Integer.BYTES, length);
    System.arraycopy(bytes, start, page, used + HEADER_BYTES, length);
    used += recordBytes;
    return size++;
  }

  /// Where the string with this number is, for [#numberAt] and [#equalAt]; never negative.
  long place(int number) {
    return places[number];
  }

  int numberAt(long place) {
    return (int) INT.get(pageAt(place), (int) place);
  }

  boolean equalAt(long place, byte[] bytes, int start, int length) {
    byte[] record = pageAt(place);
    int offset = (int) place;
    return (int) INT.get(record, offset + Integer.BYTES) == length
        && Ids.equal(record, offset + HEADER_BYTES, bytes, start, length);
  }

  private byte[] pageAt(long place) {
    return pages.get((int) (place >>> Integer.SIZE));
  }

  int length(int number) {
    return (int) INT.get(page(number), (int) places[number] + Integer.BYTES);
  }

  /// The array that holds the bytes of the string, from [#offset] on.
  byte[] page(int number) {
    return pageAt(places[number]);
  }

  int offset(int number) {
    return (int) places[number] + HEADER_BYTES;
  }

  /// Unsigned bytes, a prefix first.
  int compare(int left, int right) {
    int a = offset(left);
    int b = offset(right);
    return Arrays.compareUnsigned(
        page(left), a, a + length(left), page(right), b, b + length(right));
  }

  /// The eight bytes from `start` on as an unsigned big-endian number, zeros after the end: words
  /// compare as the bytes do.
  long word(int number, int start) {
    byte[] bytes = page(number);
    int offset = offset(number) + start;
    int count = Math.clamp(length(number) - start, 0, Long.BYTES);
    long word = 0;
    for (int i = 0; i < count; i++) {
      word |= (bytes[offset + i] & 0xFFL) << (56 - 8 * i);
    }
    return word;
  }

  /// The strings of these numbers one after the other, off the heap.
  TextColumn toColumn(int[] order, Arena arena) {
    long[] offsets = new long[order.length + 1];
    for (int i = 0; i < order.length; i++) {
      offsets[i + 1] = offsets[i] + (order[i] == EMPTY ? 0 : length(order[i]));
    }
    MemorySegment bytes = arena.allocate(offsets[order.length], Long.BYTES);
    byte[] block = new byte[1 << 16];
    int filled = 0;
    long done = 0;
    for (int index : order) {
      int length = index == EMPTY ? 0 : length(index);
      if (length > block.length - filled) {
        MemorySegment.copy(block, 0, bytes, ValueLayout.JAVA_BYTE, done, filled);
        done += filled;
        filled = 0;
        block = length > block.length ? new byte[length] : block;
      }
      if (length > 0) {
        System.arraycopy(page(index), offset(index), block, filled, length);
        filled += length;
      }
    }
    MemorySegment.copy(block, 0, bytes, ValueLayout.JAVA_BYTE, done, filled);
    return new TextColumn(order.length, bytes, arena.allocateFrom(ValueLayout.JAVA_LONG, offsets));
  }
}
