package io.github.peccary.loader;

import io.github.peccary.engine.ratings.IdDictionary;
import io.github.peccary.engine.ratings.TextColumn;
import io.github.peccary.engine.ratings.TextOrder;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// Numbers the ids of the users, or of the items, while rows are read.
///
/// As long as the ids fit their memory they are numbered by first appearance. When they do not, a
/// generation ends: its ids are written to a temporary file, sorted, and numbers begin anew. In the
/// end the generations are merged; an id's number is then its place among all ids by ascending
/// bytes, and [#number] says which one it is that an earlier event has.
final class IdCollector {
  /// Ids of some successive events.
  ///
  /// @param ids by ascending bytes: number in the generation, length, bytes
  /// @param numbers pairs of the number in the generation and the one among all ids
  /// @param endEvent the first event of the next generation
  private record Generation(Spool ids, Spool numbers, int size, long endEvent) {}

  private final EventMemory memory;
  private final IdInterner interner = new IdInterner();
  private final List<Generation> generations = new ArrayList<>();
  private @Nullable TextColumn merged;
  private @Nullable IdDictionary dictionary;

  // The numbers of the generation that [#number] is at.
  private int generation = -1;
  private long endEvent;
  private int[] numbers = {};

  IdCollector(EventMemory memory) {
    this.memory = memory;
  }

  /// The number of the id within its generation.
  int intern(byte[] bytes, int start, int length) {
    return interner.intern(bytes, start, length);
  }

  /// Bytes of memory in use.
  long memoryBytes() {
    return interner.memoryBytes();
  }

  /// Whether [#number] must be asked.
  boolean spilled() {
    return !generations.isEmpty();
  }

  /// Makes room: the ids seen so far go to a file.
  ///
  /// @param events how many events the ids belong to, those of earlier generations included
  void endGeneration(long events) throws IOException {
    Spool sorted = new Spool(memory);
    int size = interner.size();
    try (Arena arena = Arena.ofShared()) {
      TextColumn ids = interner.drain(arena);
      byte[] bytes = {};
      for (int number : TextOrder.of(ids)) {
        int length = (int) (ids.end(number) - ids.start(number));
        bytes = length > bytes.length ? new byte[2 * length] : bytes;
        MemorySegment.copy(ids.bytes(), ValueLayout.JAVA_BYTE, ids.start(number), bytes, 0, length);
        sorted.putInt(number);
        sorted.putInt(length);
        sorted.putBytes(bytes, length);
      }
    }
    sorted.rewind();
    generations.add(new Generation(sorted, new Spool(memory), size, events));
  }

  /// No more ids come.
  ///
  /// @param events the number of all events
  /// @param arena holds the ids, if they were spilled
  void finish(long events, Arena arena) throws IOException {
    if (spilled()) {
      endGeneration(events);
      merged = merge(arena);
    }
  }

  private TextColumn merge(Arena arena) throws IOException {
    PriorityQueue<Cursor> cursors = new PriorityQueue<>();
    for (Generation ids : generations) {
      Cursor cursor = new Cursor(ids);
      if (cursor.advance()) {
        cursors.add(cursor);
      }
    }
    try (Spool texts = new Spool(memory)) {
      byte[] last = {};
      int size = 0;
      long bytes = 0;
      for (Cursor cursor; (cursor = cursors.poll()) != null; ) {
        if (size == 0 || !cursor.is(last)) {
          last = Arrays.copyOf(cursor.id, cursor.length);
          texts.putInt(cursor.length);
          texts.putBytes(cursor.id, cursor.length);
          bytes += cursor.length;
          size++;
        }
        cursor.from.numbers.putInt(cursor.number);
        cursor.from.numbers.putInt(size - 1);
        if (cursor.advance()) {
          cursors.add(cursor);
        }
      }
      for (Generation ids : generations) {
        ids.ids.close();
        ids.numbers.rewind();
      }
      texts.rewind();
      return column(texts, size, bytes, arena);
    }
  }

  private static TextColumn column(Spool texts, int size, long bytes, Arena arena)
      throws IOException {
    MemorySegment all = arena.allocate(bytes, Long.BYTES);
    MemorySegment offsets = arena.allocate(ValueLayout.JAVA_LONG, size + 1L);
    byte[] text = {};
    long end = 0;
    for (int number = 0; number < size; number++) {
      int length = texts.getInt();
      text = length > text.length ? new byte[2 * length] : text;
      texts.getBytes(text, length);
      MemorySegment.copy(text, 0, all, ValueLayout.JAVA_BYTE, end, length);
      end += length;
      offsets.setAtIndex(ValueLayout.JAVA_LONG, number + 1L, end);
    }
    return new TextColumn(size, all, offsets);
  }

  /// The number among all ids of the id that has this one in the generation of the event. Events
  /// come in their order.
  int number(long event, int numberInGeneration) throws IOException {
    if (!spilled()) {
      return numberInGeneration;
    }
    if (event >= endEvent) {
      load(event);
    }
    return numbers[numberInGeneration];
  }

  private void load(long event) throws IOException {
    while (event >= endEvent) {
      endEvent = generations.get(++generation).endEvent;
    }
    numbers = new int[generations.get(generation).size];
    try (Spool pairs = generations.get(generation).numbers) {
      for (int i = 0; i < numbers.length; i++) {
        numbers[pairs.getInt()] = pairs.getInt();
      }
    }
  }

  /// After [#finish]: the number of the id, [IdInterner#ABSENT] if it was never seen.
  int find(byte[] bytes, int start, int length, Arena arena) {
    if (merged == null) {
      return interner.find(bytes, start, length);
    }
    if (dictionary == null) {
      dictionary = IdDictionary.of(merged, arena);
    }
    return dictionary.indexOf(new String(bytes, start, length, StandardCharsets.UTF_8));
  }

  /// After [#finish]: the number of ids.
  int size() {
    return merged == null ? interner.size() : merged.size();
  }

  /// After [#finish]: the ids by number; afterwards there are none here.
  TextColumn drain(Arena arena) {
    return merged == null ? interner.drain(arena) : merged;
  }

  /// Where the merge is in a generation.
  private static final class Cursor implements Comparable<Cursor> {
    private final Generation from;
    private int left;
    private int number;
    private byte[] id = {};
    private int length;

    Cursor(Generation from) {
      this.from = from;
      this.left = from.size;
    }

    boolean advance() throws IOException {
      if (left-- == 0) {
        return false;
      }
      number = from.ids.getInt();
      length = from.ids.getInt();
      id = length > id.length ? new byte[2 * length] : id;
      from.ids.getBytes(id, length);
      return true;
    }

    boolean is(byte[] other) {
      return Arrays.equals(id, 0, length, other, 0, other.length);
    }

    @Override
    public int compareTo(Cursor other) {
      return Arrays.compareUnsigned(id, 0, length, other.id, 0, other.length);
    }
  }
}
