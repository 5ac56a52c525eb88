package io.github.peccary.loader;

import io.github.peccary.engine.ratings.TextColumn;
import io.github.peccary.engine.ratings.TextOrder;
import io.github.peccary.engine.ratings.TextSelection;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Texts of a column numbered by ascending bytes, equal ones alike.
///
/// @param numbers of the texts
/// @param firsts by number: one of the texts that have it
record TextGroups(TextColumn texts, int[] numbers, int[] firsts) {

  static TextGroups of(TextColumn texts) {
    int[] order = TextOrder.of(texts);
    int[] numbers = new int[order.length];
    int[] firsts = new int[order.length];
    int groups = 0;
    for (int i = 0; i < order.length; i++) {
      if (i == 0 || !equal(texts, order[i - 1], order[i])) {
        firsts[groups++] = order[i];
      }
      numbers[order[i]] = groups - 1;
    }
    return new TextGroups(texts, numbers, Arrays.copyOf(firsts, groups));
  }

  private static boolean equal(TextColumn texts, int a, int b) {
    MemorySegment bytes = texts.bytes();
    return MemorySegment.mismatch(
            bytes, texts.start(a), texts.end(a), bytes, texts.start(b), texts.end(b))
        < 0;
  }

  int size() {
    return firsts.length;
  }

  /// The text with this number.
  String text(int number) {
    return texts.text(firsts[number]);
  }

  /// The counts of texts, none of them twice, by their numbers.
  int[] inOrder(int[] counts) {
    int[] ordered = new int[counts.length];
    for (int i = 0; i < counts.length; i++) {
      ordered[numbers[i]] = counts[i];
    }
    return ordered;
  }

  /// Makes another text of the one at the front of the array and returns its length: one byte more
  /// at most.
  interface Change {
    /// Changes the text in place.
    ///
    /// @param number of the text in its selection
    int apply(int number, byte[] text, int length);
  }

  /// The column of the changed texts.
  static TextColumn changed(TextSelection texts, Change change, Arena arena) {
    MemorySegment bytes = arena.allocate(texts.byteSize() + texts.size(), Long.BYTES);
    MemorySegment offsets = arena.allocate(ValueLayout.JAVA_LONG, texts.size() + 1L);
    byte[] text = new byte[64];
    long end = 0;
    for (int number = 0; number < texts.size(); number++) {
      int index = texts.order()[number];
      text = read(texts.texts(), index, text);
      int length = change.apply(number, text, length(texts.texts(), index));
      MemorySegment.copy(text, 0, bytes, ValueLayout.JAVA_BYTE, end, length);
      end += length;
      offsets.setAtIndex(ValueLayout.JAVA_LONG, number + 1L, end);
    }
    return new TextColumn(texts.size(), bytes.asSlice(0, end), offsets);
  }

  private static int length(TextColumn texts, int index) {
    return (int) (texts.end(index) - texts.start(index));
  }

  /// Copies a text to the front of `space`, or of a larger array if need be.
  private static byte[] read(TextColumn texts, int index, byte[] space) {
    int length = length(texts, index);
    byte[] text = length < space.length ? space : new byte[2 * length];
    MemorySegment.copy(texts.bytes(), ValueLayout.JAVA_BYTE, texts.start(index), text, 0, length);
    return text;
  }
}
