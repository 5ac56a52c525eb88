package io.github.peccary.engine.model;

import io.github.peccary.engine.storage.CorruptFileException;
import io.github.peccary.engine.storage.ElementType;
import io.github.peccary.engine.storage.NumberRules;
import io.github.peccary.engine.storage.TensorFile;
import io.github.peccary.engine.storage.TensorFileWriter;
import io.github.peccary.engine.storage.TensorSpec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;

/// The items most like each item, as far as users tell who had both.
///
/// | tensor | type | shape | holds |
/// |---|---|---|---|
/// | `neighbor_offsets` | i64 | items + 1 | where each item's neighbours begin |
/// | `neighbor_items` | i32 | neighbours | most similar first |
/// | `neighbor_similarities` | f32 | neighbours | not negative |
public final class ItemNeighbors {
  /// No item has more: also not in a file that was not checked.
  private static final int MAX_NEIGHBORS = 1024;

  private static final String OFFSETS = "neighbor_offsets";
  private static final String ITEMS = "neighbor_items";
  private static final String SIMILARITIES = "neighbor_similarities";

  private final int size;
  private final MemorySegment offsets;
  private final MemorySegment items;
  private final MemorySegment similarities;

  private ItemNeighbors(
      int size, MemorySegment offsets, MemorySegment items, MemorySegment similarities) {
    this.size = size;
    this.offsets = offsets;
    this.items = items;
    this.similarities = similarities;
  }

  /// Neighbours in memory, until nobody refers to them.
  ///
  /// @param neighbors of each item, most similar first, 1024 at most
  /// @param similarities in the same order
  public static ItemNeighbors of(int[][] neighbors, float[][] similarities) {
    Arena arena = Arena.ofAuto();
    MemorySegment offsets = arena.allocate(ValueLayout.JAVA_LONG, neighbors.length + 1L);
    long count = 0;
    for (int item = 0; item < neighbors.length; item++) {
      count += neighbors[item].length;
      offsets.setAtIndex(ValueLayout.JAVA_LONG, item + 1L, count);
    }
    MemorySegment items = arena.allocate(ValueLayout.JAVA_INT, count);
    MemorySegment values = arena.allocate(ValueLayout.JAVA_FLOAT, count);
    long at = 0;
    for (int item = 0; item < neighbors.length; item++) {
      int length = neighbors[item].length;
      MemorySegment.copy(
          neighbors[item], 0, items, ValueLayout.JAVA_INT, at * Integer.BYTES, length);
      MemorySegment.copy(
          similarities[item], 0, values, ValueLayout.JAVA_FLOAT, at * Float.BYTES, length);
      at += length;
    }
    return new ItemNeighbors(neighbors.length, offsets, items, values);
  }

  /// The neighbours in a file. They live as long as the file is open.
  ///
  /// @param size number of items
  /// @throws CorruptFileException if the tensors have other sizes
  static ItemNeighbors open(TensorFile file, int size) {
    MemorySegment offsets = file.tensor(OFFSETS, ElementType.I64, size + 1L);
    MemorySegment items = file.tensor(ITEMS, ElementType.I32, -1);
    long count = items.byteSize() / Integer.BYTES;
    MemorySegment similarities = file.tensor(SIMILARITIES, ElementType.F32, count);
    return new ItemNeighbors(size, offsets, items, similarities);
  }

  /// Every number.
  ///
  /// @throws CorruptFileException if one breaks its rule
  void check(Path path) {
    checkOffsets(path);
    checkNeighbors(path);
  }

  private void checkOffsets(Path path) {
    long first = offsets.getAtIndex(ValueLayout.JAVA_LONG, 0);
    long last = offsets.getAtIndex(ValueLayout.JAVA_LONG, size);
    if (first != 0 || last != count()) {
      throw new CorruptFileException(
          path,
          "tensor %s must go from 0 to the number of neighbours: first=%d, last=%d, neighbours=%d"
              .formatted(OFFSETS, first, last, count()));
    }
    long wrong = NumberRules.firstMisstep(offsets, MAX_NEIGHBORS);
    if (wrong >= 0) {
      throw new CorruptFileException(
          path,
          "tensor %s must rise by 0 to %d: item=%d, start=%d, end=%d"
              .formatted(
                  OFFSETS,
                  MAX_NEIGHBORS,
                  wrong - 1,
                  offsets.getAtIndex(ValueLayout.JAVA_LONG, wrong - 1),
                  offsets.getAtIndex(ValueLayout.JAVA_LONG, wrong)));
    }
  }

  private void checkNeighbors(Path path) {
    long wrong = NumberRules.firstOutside(items, 0, size - 1);
    if (wrong < 0) { // floats that are not negative are in the order of their bits
      wrong = NumberRules.firstOutside(similarities, 0, Float.floatToRawIntBits(Float.MAX_VALUE));
    }
    if (wrong >= 0) {
      throw new CorruptFileException(
          path,
          "neighbours must be items, with similarities of 0 or more: position=%d, item=%d, similarity=%s, items=%d"
              .formatted(wrong, item(wrong), similarity(wrong), size));
    }
  }

  /// How many items there are.
  int size() {
    return size;
  }

  private long count() {
    return items.byteSize() / Integer.BYTES;
  }

  /// The position of an item's most similar neighbour.
  public long start(int item) {
    return offset(item);
  }

  /// The position after an item's last neighbour.
  public long end(int item) {
    long start = start(item);
    return Math.clamp(offset(item + 1), start, start + MAX_NEIGHBORS);
  }

  /// Some position, where the offsets were not checked and are wrong.
  private long offset(int item) {
    return Math.clamp(offsets.getAtIndex(ValueLayout.JAVA_LONG, item), 0, count());
  }

  /// The item at a position; any number, where contents were not checked and are wrong.
  public int item(long position) {
    return items.getAtIndex(ValueLayout.JAVA_INT, position);
  }

  /// The similarity at a position.
  public float similarity(long position) {
    return similarities.getAtIndex(ValueLayout.JAVA_FLOAT, position);
  }

  /// The similarity of an item to another whose neighbour it is; 0 if it is none.
  public float similarity(int of, int item) {
    for (long at = start(of); at < end(of); at++) {
      if (item(at) == item) {
        return similarity(at);
      }
    }
    return 0;
  }

  /// The tensors that [#appendTo] writes, in this order.
  List<TensorSpec> specs() {
    return List.of(
        TensorSpec.of(OFFSETS, ElementType.I64, size + 1L),
        TensorSpec.of(ITEMS, ElementType.I32, count()),
        TensorSpec.of(SIMILARITIES, ElementType.F32, count()));
  }

  /// Writes the tensors.
  void appendTo(TensorFileWriter writer) throws IOException {
    writer.append(OFFSETS, offsets);
    writer.append(ITEMS, items);
    writer.append(SIMILARITIES, similarities);
  }
}
