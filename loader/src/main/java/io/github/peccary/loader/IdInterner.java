package io.github.peccary.loader;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Numbers ids by first appearance.
///
/// A hash table with linear probing. A slot is one long: the upper half of the id's hash above its
/// number plus one, 0 if it is free. Only where the halves agree are the bytes compared. The slot
/// of an id is given by the highest bits of its hash, so slots are in the order of the hashes, and
/// a table that grows is read and written front to back.
///
/// A look-up of one id among many misses the cache twice: at its slot and at its bytes. So ids are
/// looked up by the batch and in steps, each a short loop over all of them, in which the processor
/// waits for many misses at a time.
///
/// S. Chen et al.: Improving Hash Join Performance through Prefetching, ICDE 2004.
final class IdInterner {
  static final int ABSENT = -1;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L; // 2^64 / golden ratio
  private static final long TAG = 0xFFFF_FFFF_0000_0000L;

  private final long hashMask;
  private final BytePool ids = new BytePool();
  private long[] slots = new long[1 << 4];
  private int shift = Long.SIZE - 4; // leaves the bits of a hash that say where its slot is
  private final long[] hashes = new long[RowBatch.MAX_ROWS];

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

  /// Numbers ids, new ones where they were never seen.
  ///
  /// @param bytes holds id `i`, of `lengths[i]` bytes, from `starts[i]` on
  /// @param count how many ids, [RowBatch#MAX_ROWS] at most
  /// @param numbers where the numbers go
  void intern(byte[] bytes, int[] starts, int[] lengths, int count, int[] numbers) {
    guess(bytes, starts, lengths, count, numbers);
    for (int i = 0; i < count; i++) {
      if (numbers[i] == ABSENT || !ids.equal(numbers[i], bytes, starts[i], lengths[i])) {
        numbers[i] = add(hashes[i], bytes, starts[i], lengths[i]);
      }
    }
  }

  /// The same, but [#ABSENT] where an id was never seen.
  void find(byte[] bytes, int[] starts, int[] lengths, int count, int[] numbers) {
    guess(bytes, starts, lengths, count, numbers);
    for (int i = 0; i < count; i++) {
      if (numbers[i] == ABSENT || !ids.equal(numbers[i], bytes, starts[i], lengths[i])) {
        int slot = slot(hashes[i], bytes, starts[i], lengths[i]);
        numbers[i] = (int) slots[slot] - 1;
      }
    }
  }

  /// The numbers in the first slots of the ids where hash and length agree, else [#ABSENT].
  private void guess(byte[] bytes, int[] starts, int[] lengths, int count, int[] numbers) {
    for (int i = 0; i < count; i++) {
      hashes[i] = hash(bytes, starts[i], lengths[i]);
    }
    for (int i = 0; i < count; i++) {
      long found = slots[(int) (hashes[i] >>> shift)];
      numbers[i] = (found ^ hashes[i]) >>> Integer.SIZE == 0 ? (int) found - 1 : ABSENT;
    }
    for (int i = 0; i < count; i++) {
      if (numbers[i] != ABSENT && ids.length(numbers[i]) != lengths[i]) {
        numbers[i] = ABSENT;
      }
    }
  }

  private int add(long hash, byte[] bytes, int start, int length) {
    int slot = slot(hash, bytes, start, length);
    if (slots[slot] == 0) {
      if (size() >= slots.length / 4 * 3) {
        grow();
        slot = slot(hash, bytes, start, length);
      }
      slots[slot] = (hash & TAG) | (ids.add(bytes, start, length) + 1);
    }
    return (int) slots[slot] - 1;
  }

  /// The slot of the id, or the free one that it would get.
  private int slot(long hash, byte[] bytes, int start, int length) {
    int slot = (int) (hash >>> shift);
    for (long found; (found = slots[slot]) != 0; slot = slot + 1 & slots.length - 1) {
      if ((found ^ hash) >>> Integer.SIZE == 0
          && ids.equal((int) found - 1, bytes, start, length)) {
        return slot;
      }
    }
    return slot;
  }

  private void grow() {
    long[] old = slots;
    slots = new long[Math.multiplyExact(old.length, 2)];
    shift--;
    for (long entry : old) {
      if (entry != 0) {
        int slot = (int) (entry >>> shift);
        while (slots[slot] != 0) {
          slot = slot + 1 & slots.length - 1;
        }
        slots[slot] = entry;
      }
    }
  }

  private long hash(byte[] bytes, int start, int length) {
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
    return mix(hash ^ tail) & hashMask;
  }

  /// The finalizer of MurmurHash3: every bit of the input reaches every bit of the result.
  private static long mix(long hash) {
    long h = hash;
    h = (h ^ (h >>> 33)) * 0xFF51AFD7ED558CCDL;
    h = (h ^ (h >>> 33)) * 0xC4CEB9FE1A85EC53L;
    return h ^ (h >>> 33);
  }
}
