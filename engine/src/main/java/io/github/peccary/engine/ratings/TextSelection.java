package io.github.peccary.engine.ratings;

import io.github.peccary.engine.storage.TensorFileWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Texts of a column in another order, to be written so; they are never copied as a whole.
///
/// @param order the number in the column of each text, [#NONE] for an empty one
public record TextSelection(TextColumn texts, int[] order) {

  /// Stands for an empty text.
  public static final int NONE = -1;

  private static final int BLOCK_BYTES = 1 << 16;
  private static final int BLOCK = 1 << 12;

  /// All texts of the column, as they stand.
  public static TextSelection all(TextColumn texts) {
    int[] order = new int[texts.size()];
    Arrays.setAll(order, i -> i);
    return new TextSelection(texts, order);
  }

  /// Number of texts.
  public int size() {
    return order.length;
  }

  /// Bytes of all texts together.
  public long byteSize() {
    long[] sizes = new long[BLOCK];
    long bytes = 0;
    for (int first = 0; first < order.length; first += BLOCK) {
      int count = Math.min(BLOCK, order.length - first);
      lengths(first, count, sizes);
      bytes += sum(sizes, count);
    }
    return bytes;
  }

  private static long sum(long[] numbers, int count) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += numbers[i];
    }
    return sum;
  }

  private void lengths(int first, int count, long[] lengths) {
    for (int i = 0; i < count; i++) {
      lengths[i] = length(order[first + i]);
    }
  }

  private long length(int number) {
    return number == NONE ? 0 : texts.end(number) - texts.start(number);
  }

  /// Writes the offsets, i64 [size + 1], from 0 to the number of bytes.
  void appendOffsets(TensorFileWriter writer, String tensor) throws IOException {
    OffsetWriter.write(writer, tensor, order.length, this::lengths);
  }

  /// Writes the texts, u8, one after the other.
  void appendTexts(TensorFileWriter writer, String tensor) throws IOException {
    byte[] block = new byte[BLOCK_BYTES];
    int end;
    for (int first = 0; first < order.length; first = end) {
      int length = Math.toIntExact(length(order[first]));
      block = length > block.length ? new byte[length] : block;
      end = end(first, block.length);
      writer.append(tensor, MemorySegment.ofArray(block).asSlice(0, copy(first, end, block)));
    }
  }

  /// Where texts from `first` on end that fit so many bytes.
  private int end(int first, long bytes) {
    long left = bytes;
    int end = first;
    while (end < order.length && (left -= length(order[end])) >= 0) {
      end++;
    }
    return end;
  }

  private int copy(int first, int end, byte[] block) {
    int filled = 0;
    for (int i = first; i < end; i++) {
      int length = (int) length(order[i]);
      copy(order[i], block, filled, length);
      filled += length;
    }
    return filled;
  }

  /// A method of its own, so that it is compiled long before the loop around it.
  private void copy(int number, byte[] block, int at, int length) {
    if (length > 0) {
      MemorySegment.copy(
          texts.bytes(), ValueLayout.JAVA_BYTE, texts.start(number), block, at, length);
    }
  }
}
