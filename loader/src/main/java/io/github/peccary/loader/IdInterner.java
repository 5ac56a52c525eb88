package io.github.peccary.loader;

import io.github.peccary.engine.ratings.TextColumn;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.agrona.collections.Int2IntHashMap;

/// Numbers ids by first appearance.
///
/// A map from a 32-bit hash of the id to its place in the pool of ids; the bytes are compared, too,
/// and where two ids share a hash, the second is kept under the next one. A look-up of one id among
/// many costs two cache misses: one in the map, one in the pool.
final class IdInterner {
  static final int ABSENT = -1;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L; // 2^64 / golden ratio

  private final int hashMask;
  private final BytePool ids = new BytePool();
  private final Int2IntHashMap places = new Int2IntHashMap(1 << 12, 0.75f, ABSENT);

  // Of the batch at hand, by row.
  private final int[] hashes = new int[RowBatch.MAX_ROWS];
  private final int[] found = new int[RowBatch.MAX_ROWS];

  IdInterner() {
    this(-1);
  }

  /// @param hashMask the bits of the hash that are used; tests take few, so that ids collide
  IdInterner(int hashMask) {
    this.hashMask = hashMask;
  }

  /// The ids by number, off the heap.
  TextColumn toColumn(Arena arena) {
    return ids.toColumn(arena);
  }

  /// Forgets all ids and keeps the memory for others.
  void clear() {
    ids.clear();
    places.clear();
  }

  int size() {
    return ids.size();
  }

  /// Bytes of memory in use.
  long memoryBytes() {
    return ids.memoryBytes() + 2L * Integer.BYTES * places.capacity();
  }

  /// Numbers the ids of the rows of a batch that were kept. What one look-up waits for, which is
  /// memory, another one can wait for at the same time: so each step is a loop over all rows.
  ///
  /// @param full whether ids that were never seen are [#ABSENT], else they get new numbers
  /// @param numbers by row
  void number(RowBatch batch, int column, boolean full, int[] numbers) {
    int count = batch.accepted();
    hash(batch, column, count);
    look(count);
    read(count, numbers);
    confirm(batch, column, count, full, numbers);
  }

  private void hash(RowBatch batch, int column, int count) {
    byte[] bytes = batch.bytes();
    for (int row = 0; row < count; row++) {
      hashes[row] = hash(bytes, batch.start(row, column), batch.length(row, column)) & hashMask;
    }
  }

  private void look(int count) {
    for (int row = 0; row < count; row++) {
      found[row] = places.get(hashes[row]);
    }
  }

  private void read(int count, int[] numbers) {
    for (int row = 0; row < count; row++) {
      numbers[row] = found[row] == ABSENT ? ABSENT : ids.numberAt(found[row]);
    }
  }

  /// What was found is another id of the same hash, or none, for few rows.
  private void confirm(RowBatch batch, int column, int count, boolean full, int[] numbers) {
    byte[] bytes = batch.bytes();
    for (int row = 0; row < count; row++) {
      int start = batch.start(row, column);
      int length = batch.length(row, column);
      if (numbers[row] == ABSENT || !ids.equalAt(found[row], bytes, start, length)) {
        numbers[row] = number(hashes[row], bytes, start, length, full);
      }
    }
  }

  /// Returns the number of the id, a new one if it was never seen.
  int intern(byte[] bytes, int start, int length) {
    return number(hash(bytes, start, length) & hashMask, bytes, start, length, false);
  }

  /// Returns the number of the id, [#ABSENT] if it was never seen.
  int find(byte[] bytes, int start, int length) {
    return number(hash(bytes, start, length) & hashMask, bytes, start, length, true);
  }

  private int number(int firstHash, byte[] bytes, int start, int length, boolean full) {
    for (int hash = firstHash; ; hash++) {
      int place = places.get(hash);
      if (place == ABSENT) {
        if (full) {
          return ABSENT;
        }
        places.put(hash, ids.add(bytes, start, length));
        return ids.size() - 1;
      }
      if (ids.equalAt(place, bytes, start, length)) {
        return ids.numberAt(place);
      }
    }
  }

  static int hash(byte[] bytes, int start, int length) {
    long hash = length * MULTIPLIER;
    int position = start;
    int end = start + length;
    for (; position <= end - Long.BYTES; position += Long.BYTES) {
      hash = mix(hash ^ (long) LONG.get(bytes, position));
    }
    long tail = 0;
    for (; position < end; position++) {
      tail = tail << 8 | (bytes[position] & 0xFF);
    }
    return (int) mix(hash ^ tail);
  }

  /// The finalizer of MurmurHash3: every bit of the input reaches every bit of the result.
  private static long mix(long hash) {
    long h = hash;
    h = (h ^ (h >>> 33)) * 0xFF51AFD7ED558CCDL;
    h = (h ^ (h >>> 33)) * 0xC4CEB9FE1A85EC53L;
    return h ^ (h >>> 33);
  }
}
