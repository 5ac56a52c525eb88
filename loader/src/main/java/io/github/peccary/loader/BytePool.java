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
/// a string thus lies in one cache line, wherever that is. Records begin at multiples of four
/// bytes, so that a place is an int: the page above, the quarter of the offset below.
final class BytePool {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());

  private static final int PAGE_BITS = 20;
  private static final int PAGE_BYTES = 1 << PAGE_BITS;
  private static final int UNIT_BITS = 2;
  private static final int MAX_PAGES = 1 << (Integer.SIZE - 1 - PAGE_BITS + UNIT_BITS);
  private static final int HEADER_BYTES = 2 * Integer.BYTES;

  private final List<byte[]> pages = new ArrayList<>();
  private final List<byte[]> freePages = new ArrayList<>();
  private byte[] page = new byte[0];
  private int used;
  private int size;
  private long stringBytes;
  private long pageBytes;

  int size() {
    return size;
  }

  /// Bytes of memory in use.
  long memoryBytes() {
    return pageBytes;
  }

  /// Forgets all strings and keeps the memory for others.
  void clear() {
    for (byte[] records : pages) {
      if (records.length == PAGE_BYTES) {
        Arrays.fill(records, (byte) 0);
        freePages.add(records);
      }
    }
    pages.clear();
    page = new byte[0];
    used = 0;
    size = 0;
    stringBytes = 0;
    pageBytes = 0;
  }

  /// Keeps a copy and returns its place; the strings are numbered 0, 1, 2, ...
  int add(byte[] bytes, int start, int length) {
    int recordBytes = Math.addExact(length, HEADER_BYTES);
    if (recordBytes > page.length - used) {
      if (pages.size() == MAX_PAGES) {
        throw new OutOfMemoryError("too many ids: ids=" + size);
      }
      page =
          recordBytes <= PAGE_BYTES && !freePages.isEmpty()
              ? freePages.removeLast()
              : new byte[Math.max(PAGE_BYTES, recordBytes)];
      pages.add(page);
      pageBytes += page.length;
      used = 0;
    }
    int place = (pages.size() - 1) << (PAGE_BITS - UNIT_BITS) | used >>> UNIT_BITS;
    INT.set(page, used, size++);
    INT.set(page, used + Integer.BYTES, length);
    System.arraycopy(bytes, start, page, used + HEADER_BYTES, length);
    stringBytes += length;
    used = next(used, length);
    return place;
  }

  /// The offset of the record after one at `offset`, in the same page if there is room for it.
  private static int next(int offset, int length) {
    int unit = 1 << UNIT_BITS;
    return Math.addExact(offset + HEADER_BYTES, length) + unit - 1 & -unit;
  }

  int numberAt(int place) {
    return (int) INT.get(pageAt(place), offset(place));
  }

  boolean equalAt(int place, byte[] bytes, int start, int length) {
    byte[] record = pageAt(place);
    int offset = offset(place);
    return (int) INT.get(record, offset + Integer.BYTES) == length
        && Ids.equal(record, offset + HEADER_BYTES, bytes, start, length);
  }

  private byte[] pageAt(int place) {
    return pages.get(place >>> (PAGE_BITS - UNIT_BITS));
  }

  private static int offset(int place) {
    return (place & (PAGE_BYTES >>> UNIT_BITS) - 1) << UNIT_BITS;
  }

  /// The strings in the order of their numbers, off the heap.
  TextColumn toColumn(Arena arena) {
    MemorySegment bytes = arena.allocate(stringBytes, Long.BYTES);
    MemorySegment offsets = arena.allocate(ValueLayout.JAVA_LONG, size + 1L);
    long end = 0;
    int number = 0;
    for (byte[] records : pages) {
      for (int at = 0; isRecord(records, at, number); ) {
        int length = (int) INT.get(records, at + Integer.BYTES);
        copy(records, at + HEADER_BYTES, bytes, end, length);
        end += length;
        number++;
        offsets.setAtIndex(ValueLayout.JAVA_LONG, number, end);
        at = next(at, length);
      }
    }
    return new TextColumn(size, bytes, offsets);
  }

  /// Whether the page has a record there, which is that of string `number` then: behind the last
  /// record of a page there are zeros, and only the first string has number 0.
  private boolean isRecord(byte[] records, int at, int number) {
    return number < size
        && at <= records.length - HEADER_BYTES
        && (int) INT.get(records, at) == number;
  }

  /// A method of its own, so that it is compiled long before the loop around it.
  private static void copy(byte[] from, int start, MemorySegment to, long offset, int length) {
    MemorySegment.copy(from, start, to, ValueLayout.JAVA_BYTE, offset, length);
  }
}
