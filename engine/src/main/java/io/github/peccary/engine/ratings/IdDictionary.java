package io.github.peccary.engine.ratings;

import io.github.peccary.engine.storage.CorruptFileException;
import io.github.peccary.engine.storage.ElementType;
import io.github.peccary.engine.storage.TensorFile;
import io.github.peccary.engine.storage.TensorFileWriter;
import io.github.peccary.engine.storage.TensorSpec;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// The ids of the users or of the items: number to id by reading, id to number by binary search,
/// both in the mapped file.
///
/// A dictionary `d` of `n` ids is three tensors, in any file:
///
/// | tensor | type | shape | holds |
/// |---|---|---|---|
/// | `d` | U8 | [bytes] | the ids as UTF-8, one after the other; none empty, none twice |
/// | `d_offsets` | I64 | [n + 1] | where each begins in `d`, from 0 to bytes, rising |
/// | `d_order` | I32 | [n] | their numbers by ascending bytes (unsigned), for the search |
public final class IdDictionary {

  private static final String OFFSETS = "_offsets";
  private static final String ORDER = "_order";
  private static final int BLOCK = 1 << 16;

  private final TextColumn ids;
  private final MemorySegment order;

  private IdDictionary(TextColumn ids, MemorySegment order) {
    this.ids = ids;
    this.order = order;
  }

  /// The dictionary of ids in memory. It lives as long as they do.
  ///
  /// @param arena where the order is allocated
  public static IdDictionary of(TextColumn ids, Arena arena) {
    return new IdDictionary(ids, arena.allocateFrom(ValueLayout.JAVA_INT, TextOrder.of(ids)));
  }

  /// The dictionary in a file. It lives as long as the file is open.
  ///
  /// @param name of the tensor with the ids
  /// @param size number of ids
  /// @param verify with [Verify#CHECKSUMS] every id and the whole order are checked
  /// @throws CorruptFileException if the tensors are not there or not a dictionary
  public static IdDictionary open(TensorFile file, String name, int size, Verify verify) {
    TextColumn ids =
        new TextColumn(
            size,
            file.tensor(name, ElementType.U8, -1),
            file.tensor(name + OFFSETS, ElementType.I64, size + 1L));
    ids.checkEnds(file.path(), name);
    IdDictionary dictionary =
        new IdDictionary(ids, file.tensor(name + ORDER, ElementType.I32, size));
    if (verify == Verify.CHECKSUMS) {
      dictionary.check(file.path(), name);
    }
    return dictionary;
  }

  /// What [#open] checks with [Verify#CHECKSUMS].
  ///
  /// @throws CorruptFileException if an id or the order breaks the rules
  public void check(Path file, String name) {
    ids.checkTexts(file, name);
    checkOrder(file, name);
  }

  /// The tensors that [#appendTo] writes, in this order: offsets, order, ids. A file has them by
  /// falling element size.
  public List<TensorSpec> specs(String name) {
    return specs(name, ids.size(), ids.bytes().byteSize());
  }

  private static List<TensorSpec> specs(String name, int size, long bytes) {
    return List.of(
        TensorSpec.of(name + OFFSETS, ElementType.I64, size + 1L),
        TensorSpec.of(name + ORDER, ElementType.I32, size),
        TensorSpec.of(name, ElementType.U8, bytes));
  }

  /// The tensors that [#append] writes.
  static List<TensorSpec> specs(String name, TextSelection ids) {
    return specs(name, ids.size(), ids.byteSize());
  }

  /// Writes the tensors of a dictionary that is not in memory as such.
  ///
  /// @param byText the numbers in the column of `ids` by ascending bytes
  static void append(TensorFileWriter writer, String name, TextSelection ids, int[] byText)
      throws IOException {
    ids.appendOffsets(writer, name + OFFSETS);
    int[] numbers = inverse(ids.order());
    int[] block = new int[BLOCK];
    try (Arena arena = Arena.ofShared()) {
      MemorySegment space = arena.allocate(ValueLayout.JAVA_INT, BLOCK);
      for (int from = 0; from < byText.length; from += BLOCK) {
        int count = Math.min(BLOCK, byText.length - from);
        select(numbers, byText, from, count, block);
        MemorySegment.copy(block, 0, space, ValueLayout.JAVA_INT, 0, count);
        writer.append(name + ORDER, space.asSlice(0, (long) count * Integer.BYTES));
      }
    }
    ids.appendTexts(writer, name);
  }

  private static int[] inverse(int[] order) {
    int[] numbers = new int[order.length];
    for (int number = 0; number < numbers.length; number++) {
      numbers[order[number]] = number;
    }
    return numbers;
  }

  private static void select(int[] numbers, int[] order, int from, int count, int[] block) {
    for (int i = 0; i < count; i++) {
      block[i] = numbers[order[from + i]];
    }
  }

  /// Writes the dictionary's tensors.
  public void appendTo(TensorFileWriter writer, String name) throws IOException {
    writer.append(name + OFFSETS, ids.offsets());
    writer.append(name + ORDER, order);
    writer.append(name, ids.bytes());
  }

  /// Number of ids.
  public int size() {
    return ids.size();
  }

  /// The id with this number.
  public String id(int index) {
    return ids.text(index);
  }

  /// The ids in the order of their numbers.
  public TextColumn ids() {
    return ids;
  }

  /// The number of this id, -1 if there is none.
  public int indexOf(String id) {
    MemorySegment key;
    try {
      var utf8 = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(id));
      key = MemorySegment.ofBuffer(utf8);
    } catch (CharacterCodingException e) {
      return -1; // half a surrogate pair: no UTF-8 text is equal to it
    }
    int low = 0;
    int high = size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      // The order of a file whose checksums were not verified may hold anything.
      int index = Math.clamp(order.getAtIndex(ValueLayout.JAVA_INT, middle), 0, size() - 1);
      int compared = ids.compare(index, key);
      if (compared == 0) {
        return index;
      }
      if (compared < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  /// Strictly ascending ids in the order also mean that it has every number once, and that no id is
  /// there twice.
  private void checkOrder(Path file, String name) {
    IntCursor numbers = new IntCursor(order);
    int before = -1;
    long wordBefore = 0; // lower than that of any id
    for (int i = 0; i < size(); i++) {
      int index = numbers.next();
      if (index < 0 || index >= size()) {
        throw new CorruptFileException(
            file,
            "the order must hold numbers of ids: tensor="
                + name
                + ORDER
                + ", position="
                + i
                + ", found="
                + index
                + ", ids="
                + size());
      }
      long word = ids.word(index, 0);
      if (word == 0) {
        throw new CorruptFileException(
            file, "ids must not be empty: tensor=" + name + ", index=" + index);
      }
      if (!ids.ascends(before, wordBefore, index, word)) {
        throw new CorruptFileException(
            file,
            "ids must ascend in their order, none twice: tensor="
                + name
                + ORDER
                + ", position="
                + i
                + ", before="
                + id(before)
                + ", found="
                + id(index));
      }
      before = index;
      wordBefore = word;
    }
  }
}
