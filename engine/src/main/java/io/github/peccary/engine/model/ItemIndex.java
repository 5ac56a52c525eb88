package io.github.peccary.engine.model;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.storage.CorruptFileException;
import io.github.peccary.engine.storage.ElementType;
import io.github.peccary.engine.storage.TensorFile;
import io.github.peccary.engine.storage.TensorFileWriter;
import io.github.peccary.engine.storage.TensorSpec;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The trained items of a model in blocks of 64, with what bounds their scores: the best few of a
/// user can be found, and proven to be the best, without a look at most of the others.
///
/// | tensor | type | shape | holds |
/// |---|---|---|---|
/// | `index_blocks` | F32 | blocks × 16 | the bounds of each block: see [Bound] |
/// | `index_codes` | I8 | blocks × rank × 64 | the directions of the items, column by column |
/// | `index_items` | I32 | trained items | the items, by falling score for an average user |
///
/// An item's *direction* `q / ‖q‖`, over its factors, is stored as codes of 8 bits. A code times
/// the block's step is the direction, up to an error of known length. Zero factors have zero codes,
/// and so have the places after the last item. Norms of codes are bound by [#MAX_CODE_NORM], so
/// that the product of two fits the sums of [Kernels#reaching].
public final class ItemIndex {
  /// Items in a block.
  public static final int BLOCK_ITEMS = Kernels.CODED_ITEMS;

  /// The longest a vector of codes can be: its square is the largest below 2^15.
  public static final int MAX_CODE_NORM = 181;

  static final String BLOCKS = "index_blocks";
  static final String CODES = "index_codes";
  static final String ITEMS = "index_items";

  /// Floats of a block: one cache line.
  static final int BLOCK_FLOATS = 16;

  /// What is known of a block; each is a column of `index_blocks`, and none is ever less than what
  /// it bounds.
  public enum Bound {
    /// The largest norm of an item's factors.
    NORM(0),
    /// The largest bias; 0 for a model without biases.
    BIAS(1),
    /// The largest number of events that [Blend#events] counts; 0 for a model without a blend.
    EVENTS(2),
    /// The largest [FactorModel#itemPopularity].
    POPULARITY(3),
    /// [#NORM] of this block and all after it.
    NORM_FROM_HERE(4),
    /// [#BIAS] of this block and all after it.
    BIAS_FROM_HERE(5),
    /// [#EVENTS] of this block and all after it.
    EVENTS_FROM_HERE(6),
    /// [#POPULARITY] of this block and all after it.
    POPULARITY_FROM_HERE(7),
    /// What a code of 1 is worth.
    STEP(8),
    /// The largest distance of an item's direction from its codes times [#STEP].
    ERROR(9);

    final int column;

    Bound(int column) {
      this.column = column;
    }
  }

  private final MemorySegment blocks;
  private final MemorySegment codes;
  private final MemorySegment order;
  private final int items;
  private final int rank;

  /// @param items of the model, trained or not
  ItemIndex(MemorySegment blocks, MemorySegment codes, MemorySegment order, int items, int rank) {
    this.blocks = blocks;
    this.codes = codes;
    this.order = order;
    this.items = items;
    this.rank = rank;
  }

  /// The length that a direction has in codes: room is left for the rounding of each.
  public static double codedLength(int rank) {
    return MAX_CODE_NORM - Math.sqrt(rank) / 2;
  }

  /// The index in a file, null if it has none. It lives as long as the file is open.
  ///
  /// @throws CorruptFileException if the tensors have other sizes
  static @Nullable ItemIndex open(TensorFile file, int items, int rank) {
    if (!file.contains(ITEMS)) {
      return null;
    }
    MemorySegment order = file.tensor(ITEMS, ElementType.I32, -1);
    long blocks = blocks(order.byteSize() / Integer.BYTES);
    ItemIndex index =
        new ItemIndex(
            file.tensor(BLOCKS, ElementType.F32, blocks, BLOCK_FLOATS),
            file.tensor(CODES, ElementType.I8, blocks, rank, BLOCK_ITEMS),
            order,
            items,
            rank);
    if (order.byteSize() / Integer.BYTES > items) {
      throw new CorruptFileException(
          file.path(),
          "tensor %s must hold items, each once: found=%d, items=%d"
              .formatted(ITEMS, order.byteSize() / Integer.BYTES, items));
    }
    return index;
  }

  static long blocks(long items) {
    return (items + BLOCK_ITEMS - 1) / BLOCK_ITEMS;
  }

  /// How many items there are: those that were trained.
  public int size() {
    return (int) (order.byteSize() / Integer.BYTES);
  }

  /// How many blocks they make, the last one maybe not full.
  public int blocks() {
    return (int) blocks(size());
  }

  /// The item at a place; block `b` has the places from `64 b` on. Some item, where contents were
  /// not checked and are wrong.
  public int item(int place) {
    return Math.clamp(order.getAtIndex(ValueLayout.JAVA_INT, place), 0, items - 1);
  }

  /// i32, what stands at each place.
  MemorySegment order() {
    return order;
  }

  /// What bounds a block.
  public float get(int block, Bound bound) {
    return blocks.getAtIndex(ValueLayout.JAVA_FLOAT, (long) block * BLOCK_FLOATS + bound.column);
  }

  /// The items of a block whose product with `codes` reaches `limit`: see [Kernels#reaching].
  ///
  /// @param direction as many codes as the rank, of a norm of [#MAX_CODE_NORM] at most
  public long reaching(int block, short[] direction, int limit) {
    return Kernels.reaching(direction, codes, (long) block * rank * BLOCK_ITEMS, limit);
  }

  /// Copies what there is of a block.
  ///
  /// @param codes column by column
  /// @param listed what stands at its places; nothing is set after the last one
  void copyBlock(int block, float[] bounds, byte[] codes, int[] listed) {
    copyBounds(block, bounds);
    MemorySegment.copy(
        this.codes, ValueLayout.JAVA_BYTE, (long) block * codes.length, codes, 0, codes.length);
    int first = block * BLOCK_ITEMS;
    MemorySegment.copy(
        order,
        ValueLayout.JAVA_INT,
        (long) first * Integer.BYTES,
        listed,
        0,
        Math.min(BLOCK_ITEMS, size() - first));
  }

  /// Copies the bounds of a block, each to its column.
  void copyBounds(int block, float[] bounds) {
    MemorySegment.copy(
        blocks,
        ValueLayout.JAVA_FLOAT,
        (long) block * BLOCK_FLOATS * Float.BYTES,
        bounds,
        0,
        BLOCK_FLOATS);
  }

  /// The tensors of whole cache lines.
  List<TensorSpec> blockSpecs() {
    return List.of(
        TensorSpec.of(BLOCKS, ElementType.F32, blocks(), BLOCK_FLOATS),
        TensorSpec.of(CODES, ElementType.I8, blocks(), rank, BLOCK_ITEMS));
  }

  /// The tensor of the items.
  TensorSpec itemSpec() {
    return TensorSpec.of(ITEMS, ElementType.I32, size());
  }

  /// Writes these tensors.
  void appendTo(TensorFileWriter writer) throws IOException {
    writer.append(BLOCKS, blocks);
    writer.append(CODES, codes);
    writer.append(ITEMS, order);
  }
}
