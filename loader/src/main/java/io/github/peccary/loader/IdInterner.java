package io.github.peccary.loader;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.agrona.collections.Long2LongHashMap;

/// Numbers ids by first appearance.
///
/// A map from a 64-bit hash of the id to its place in the pool of ids; the bytes are compared, too,
/// and where two ids share a hash, the second is kept under the next one. A look-up of one id among
/// many costs two cache misses: one in the map, one in the pool.
final class IdInterner {
  static final int ABSENT = -1;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L; // 2^64 / golden ratio

  private final long hashMask;
  private final BytePool ids = new BytePool();
  private final Long2LongHashMap places = new Long2LongHashMap(1 << 12, 0.75f, ABSENT);

  IdInterner() {
    this(-1L);
  }

  /// @param hashMask the bits of the hash that are used; tests take few, so that ids collide
  IdInterner(long hashMask) {
    this.hashMask = hashMask;
  }

  /// The ids by number.
  BytePool ids() {
    return ids;
  }

  int size() {
    return ids.size();
  }

  /// Returns the number of the id, a new one if it was never seen.
  int intern(byte[] bytes, int start, int length) {
    long hash = hash(bytes, start, length) & hashMask;
    for (; ; hash++) {
      long place = places.get(hash);
      if (place == ABSENT) {
        int number = ids.add(bytes, start, length);
        places.put(hash, ids.place(number));
        return number;
      }
      if (ids.equalAt(place, bytes, start, length)) {
        return ids.numberAt(place);
      }
    }
  }

  /// Returns the number of the id, [#ABSENT] if it was never seen.
  int find(byte[] bytes, int start, int length) {
    long hash = hash(bytes, start, length) & hashMask;
    for (; ; hash++) {
      long place = places.get(hash);
      if (place == ABSENT) {
        return ABSENT;
      }
      if (ids.equalAt(place, bytes, start, length)) {
        return ids.numberAt(place);
      }
    }
  }

  private static long hash(byte[] bytes, int start, int length) {
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
    return mix(hash ^ tail);
  }

  /// The finalizer of MurmurHash3: every bit of the input reaches every bit of the result.
  private static long mix(long hash) {
    long h = hash;
    h = (h ^ (h >>> 33)) * 0xFF51AFD7ED558CCDL;
    h = (h ^ (h >>> 33)) * 0xC4CEB9FE1A85EC53L;
    return h ^ (h >>> 33);
  }
}
