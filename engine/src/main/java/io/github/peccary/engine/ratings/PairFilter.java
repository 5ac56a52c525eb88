package io.github.peccary.engine.ratings;

import io.github.peccary.engine.storage.CorruptFileException;
import io.github.peccary.engine.storage.ElementType;
import io.github.peccary.engine.storage.TensorFile;
import io.github.peccary.engine.storage.TensorFileWriter;
import io.github.peccary.engine.storage.TensorSpec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Pairs of users and items, by their ids: a pair that was put in is always found again, and a few
/// others are, too. It is a Bloom filter of two bytes a pair, and does not depend on how a file
/// numbers its users and items.
///
/// A pair is a key of 64 bits, which sets five bits of one word. What is added later gets words of
/// its own, a *layer*; a key is there if any layer has it. Each layer takes about one in 250 others
/// for its own.
///
/// Burton H. Bloom: Space/time trade-offs in hash coding with allowable errors, CACM 13(7), 1970.
///
/// | tensor | type | shape | holds |
/// |---|---|---|---|
/// | `earlier_pairs_starts` | I64 | [layers + 1] | where each begins, from 0 to words, rising |
/// | `earlier_pairs` | I64 | [words] | the bits |
public final class PairFilter {
  private static final String WORDS = "earlier_pairs";
  private static final String STARTS = WORDS + "_starts";
  private static final int BITS_PER_KEY = 16;
  private static final int PROBES = 5;
  private static final long OF_USER = 1;
  private static final long OF_ITEM = 2;
  private static final VarHandle WORD = ValueLayout.JAVA_LONG.arrayElementVarHandle();

  private final MemorySegment words;
  private final long[] starts;

  private PairFilter(MemorySegment words, long[] starts) {
    this.words = words;
    this.starts = starts;
  }

  /// Nothing but `keys`, and what is in `before`.
  ///
  /// @param keys is asked twice, and may call from several threads
  public static PairFilter of(Keys keys, @Nullable PairFilter before) {
    PairFilter old = before == null ? new PairFilter(MemorySegment.NULL, new long[] {0}) : before;
    LongAdder added = new LongAdder();
    keys.forEach(key -> added.add(old.has(key) ? 0 : 1));
    if (added.sum() == 0) {
      return old;
    }
    int layers = old.starts.length;
    long[] starts = Arrays.copyOf(old.starts, layers + 1);
    starts[layers] = starts[layers - 1] + Math.ceilDiv(added.sum() * BITS_PER_KEY, Long.SIZE);
    MemorySegment words = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG, starts[layers]);
    MemorySegment.copy(old.words, 0, words, 0, old.words.byteSize());
    PairFilter grown = new PairFilter(words, starts);
    keys.forEach(
        key -> {
          if (!old.has(key)) {
            long _ =
                (long) WORD.getAndBitwiseOr(words, 0L, grown.place(key, layers - 1), bits(key));
          }
        });
    return grown;
  }

  /// What is put into a filter: keys of pairs, of users and of items.
  public interface Keys {
    /// Calls `to` for each key, the same ones every time.
    void forEach(LongConsumer to);
  }

  /// The key of a pair, from the hashes of its [ids][#hashes].
  public static long pair(long user, long item) {
    return SplitMix64.mix(user * SplitMix64.GOLDEN_GAMMA + item);
  }

  /// The key of all pairs of a user with the items that are in the filter as [such][#anyUser].
  public static long anyItem(long user) {
    return SplitMix64.mix(user ^ OF_USER);
  }

  /// The key of all pairs of an item with the users that are in the filter as [such][#anyItem].
  public static long anyUser(long item) {
    return SplitMix64.mix(item ^ OF_ITEM);
  }

  /// The hash of each id.
  public static long[] hashes(IdDictionary ids) {
    long[] hashes = new long[ids.size()];
    Arrays.setAll(hashes, ids.ids()::hash);
    return hashes;
  }

  /// Whether the pair was put in, or its user with any item and its item with any user; perhaps
  /// also where neither was.
  ///
  /// @param user hash of its id
  /// @param item the same
  public boolean contains(long user, long item) {
    return has(pair(user, item)) || (has(anyItem(user)) && has(anyUser(item)));
  }

  private boolean has(long key) {
    long bits = bits(key);
    for (int layer = 0; layer < starts.length - 1; layer++) {
      long word = words.getAtIndex(ValueLayout.JAVA_LONG, place(key, layer));
      if ((word & bits) == bits) {
        return true;
      }
    }
    return false;
  }

  /// By the upper bits of the key.
  private long place(long key, int layer) {
    long size = starts[layer + 1] - starts[layer];
    return starts[layer] + Math.unsignedMultiplyHigh(key, size);
  }

  /// By the lower bits of the key, six for each probe.
  private static long bits(long key) {
    long bits = 0;
    for (int probe = 0; probe < PROBES; probe++) {
      bits |= 1L << (key >>> (6 * probe));
    }
    return bits;
  }

  /// The filter of a file, null if it has none.
  ///
  /// @throws CorruptFileException if the layers are not within the words
  public static @Nullable PairFilter open(TensorFile file) {
    if (!file.contains(WORDS)) {
      return null;
    }
    MemorySegment words = file.tensor(WORDS, ElementType.I64, -1);
    long[] starts = file.tensor(STARTS, ElementType.I64, -1).toArray(ValueLayout.JAVA_LONG);
    boolean rise = starts.length > 0 && starts[0] == 0;
    for (int layer = 1; layer < starts.length; layer++) {
      rise &= starts[layer] > starts[layer - 1];
    }
    if (!rise || starts[starts.length - 1] != words.byteSize() / Long.BYTES) {
      throw new CorruptFileException(
          file.path(),
          "tensor %s must rise from 0 to the number of words: found=%s, words=%d"
              .formatted(STARTS, Arrays.toString(starts), words.byteSize() / Long.BYTES));
    }
    return new PairFilter(words, starts);
  }

  /// The tensors that [#appendTo] writes, in this order.
  public List<TensorSpec> specs() {
    return List.of(
        TensorSpec.of(STARTS, ElementType.I64, starts.length),
        TensorSpec.of(WORDS, ElementType.I64, words.byteSize() / Long.BYTES));
  }

  /// Writes the filter's tensors.
  public void appendTo(TensorFileWriter writer) throws IOException {
    try (Arena arena = Arena.ofShared()) {
      writer.append(STARTS, arena.allocateFrom(ValueLayout.JAVA_LONG, starts));
      writer.append(WORDS, words);
    }
  }
}
