package io.github.peccary.loader;

import io.github.peccary.engine.ratings.IdDictionary;
import io.github.peccary.engine.ratings.TextColumn;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Numbers the ids of the users, or of the items, by first appearance.
///
/// Where they are too many for their memory, only those seen so far are known from then on. Whoever
/// has rows of others keeps them apart by the hash of the id ([SpilledRows]) and comes back with
/// one part after the other: [#nextPart] makes room for the ids of each.
final class IdCollector {
  private final EventMemory memory;
  private IdInterner interner = new IdInterner();
  private boolean full;

  // The ids of earlier parts.
  private @Nullable Spool earlier;
  private int earlierIds;
  private long earlierBytes;

  private @Nullable TextColumn all;
  private @Nullable IdDictionary dictionary;

  IdCollector(EventMemory memory) {
    this.memory = memory;
  }

  /// The number of the id; [IdInterner#ABSENT] if it was never seen and there is no room.
  int intern(byte[] bytes, int start, int length) {
    int number = full ? interner.find(bytes, start, length) : interner.intern(bytes, start, length);
    return number == IdInterner.ABSENT ? number : earlierIds + number;
  }

  /// The same for the rows of a batch that were kept, as far as no part is complete yet.
  ///
  /// @param numbers by row
  void intern(RowBatch batch, int column, int[] numbers) {
    interner.number(batch, column, full, numbers);
  }

  /// Bytes of memory in use.
  long memoryBytes() {
    return interner.memoryBytes();
  }

  /// No more ids than there are.
  void setFull() {
    full = true;
  }

  /// Puts the ids seen so far into a file; those that come now are others.
  void nextPart() throws IOException {
    if (earlier == null) {
      earlier = new Spool(memory);
    }
    try (Arena arena = Arena.ofShared()) {
      append(interner.toColumn(arena), earlier);
    }
    interner.clear();
    full = false;
  }

  private void append(TextColumn ids, Spool to) throws IOException {
    byte[] bytes = {};
    for (int number = 0; number < ids.size(); number++) {
      int length = (int) (ids.end(number) - ids.start(number));
      bytes = length > bytes.length ? new byte[2 * length] : bytes;
      MemorySegment.copy(ids.bytes(), ValueLayout.JAVA_BYTE, ids.start(number), bytes, 0, length);
      to.putBytes(bytes, 0, length);
      earlierBytes += length;
    }
    earlierIds += ids.size();
  }

  /// No more ids come.
  ///
  /// @param arena holds the ids, if some are in a file
  void finish(Arena arena) throws IOException {
    if (earlier != null) {
      nextPart();
      interner = new IdInterner(); // gives its memory back
      earlier.rewind();
      all = read(earlier, earlierIds, earlierBytes, arena);
      earlier.close();
    }
  }

  private static TextColumn read(Spool ids, int size, long bytes, Arena arena) throws IOException {
    MemorySegment all = arena.allocate(bytes, Long.BYTES);
    MemorySegment offsets = arena.allocate(ValueLayout.JAVA_LONG, size + 1L);
    byte[] id = {};
    long end = 0;
    for (int number = 0; number < size; number++) {
      id = ids.getBytes(id);
      int length = ids.length();
      MemorySegment.copy(id, 0, all, ValueLayout.JAVA_BYTE, end, length);
      end += length;
      offsets.setAtIndex(ValueLayout.JAVA_LONG, number + 1L, end);
    }
    return new TextColumn(size, all, offsets);
  }

  /// After [#finish]: the number of the id, [IdInterner#ABSENT] if it was never seen.
  int find(byte[] bytes, int start, int length, Arena arena) {
    if (all == null) {
      return interner.find(bytes, start, length);
    }
    if (dictionary == null) {
      dictionary = IdDictionary.of(all, arena);
    }
    return dictionary.indexOf(new String(bytes, start, length, StandardCharsets.UTF_8));
  }

  /// After [#finish]: the number of ids.
  int size() {
    return all == null ? interner.size() : all.size();
  }

  /// After [#finish]: the ids by number; afterwards there are none here.
  TextColumn drain(Arena arena) {
    TextColumn ids = all == null ? interner.toColumn(arena) : all;
    interner = new IdInterner(); // gives its memory back
    return ids;
  }
}
