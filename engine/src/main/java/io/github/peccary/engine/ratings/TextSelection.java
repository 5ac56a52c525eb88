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
    long bytes = 0;
    for (int number : order) {
      bytes += length(number);
    }
    return bytes;
  }

  private long length(int number) {
    return number == NONE ? 0 : texts.end(number) - texts.start(number);
  }

  /// Writes the offsets, i64 [size + 1], from 0 to the number of bytes.
  void appendOffsets(TensorFileWriter writer, String tensor) throws IOException {
    try (OffsetWriter offsets = new OffsetWriter(writer, tensor)) {
      for (int number : order) {
        offsets.add(length(number));
      }
      offsets.flush();
    }
  }

  /// Writes the texts, u8, one after the other.
  void appendTexts(TensorFileWriter writer, String tensor) throws IOException {
    byte[] block = new byte[BLOCK_BYTES];
    int filled = 0;
    for (int number : order) {
      int length = Math.toIntExact(length(number));
      if (length > block.length - filled) {
        writer.append(tensor, MemorySegment.ofArray(block).asSlice(0, filled));
        filled = 0;
        block = length > block.length ? new byte[length] : block;
      }
      copy(number, block, filled, length);
      filled += length;
    }
    writer.append(tensor, MemorySegment.ofArray(block).asSlice(0, filled));
  }

  /// A method of its own, so that it is compiled long before the loop around it.
  private void copy(int number, byte[] block, int at, int length) {
    if (length > 0) {
      MemorySegment.copy(
          texts.bytes(), ValueLayout.JAVA_BYTE, texts.start(number), block, at, length);
    }
  }
}
