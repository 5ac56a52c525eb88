package io.github.peccary.loader;

import io.github.peccary.engine.ratings.TextColumn;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Columns of texts in another order.
final class Texts {
  /// Stands for an empty text.
  static final int NONE = -1;

  private Texts() {}

  /// The texts of these numbers, one after the other.
  static TextColumn inOrder(TextColumn texts, int[] order, Arena arena) {
    MemorySegment offsets = arena.allocate(ValueLayout.JAVA_LONG, order.length + 1L);
    long end = 0;
    for (int i = 0; i < order.length; i++) {
      end += length(texts, order[i]);
      offsets.setAtIndex(ValueLayout.JAVA_LONG, i + 1L, end);
    }
    MemorySegment bytes = arena.allocate(end, Long.BYTES);
    long place = 0;
    for (int number : order) {
      place = append(texts, number, bytes, place);
    }
    return new TextColumn(order.length, bytes, offsets);
  }

  private static long length(TextColumn texts, int number) {
    return number == NONE ? 0 : texts.end(number) - texts.start(number);
  }

  private static long append(TextColumn texts, int number, MemorySegment bytes, long place) {
    long length = length(texts, number);
    if (length > 0) {
      MemorySegment.copy(texts.bytes(), texts.start(number), bytes, place, length);
    }
    return place + length;
  }
}
