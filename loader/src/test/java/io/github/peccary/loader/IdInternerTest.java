package io.github.peccary.loader;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdInternerTest {
  /// With few bits of hash nearly all ids collide, in the highest bits where their slots begin and
  /// in the upper half wherever they are: only the comparison of bytes tells them apart.
  @ParameterizedTest
  @CsvSource({"1,-1", "2,-72057594037927936", "3,30064771072", "4,0"})
  void idsAreNumberedByFirstAppearance(long seed, long hashMask) {
    Random random = new Random(seed);
    IdInterner interner = new IdInterner(hashMask);
    Map<String, Integer> expected = new HashMap<>();
    int ids = hashMask == -1 ? 50_000 : 1_500;
    for (int i = 0; i < 2 * ids; ) {
      List<String> batch = new ArrayList<>();
      for (int count = random.nextInt(100); count >= 0; count--, i++) {
        batch.add(randomId(random, ids));
      }
      String message = "seed=%d, hashMask=%d, i=%d, ids=%s".formatted(seed, hashMask, i, batch);
      int[] known =
          batch.stream().mapToInt(id -> expected.getOrDefault(id, IdInterner.ABSENT)).toArray();
      assertThat(find(interner, batch)).as(message).containsExactly(known);
      batch.forEach(id -> expected.putIfAbsent(id, expected.size()));
      assertThat(intern(interner, batch))
          .as(message)
          .containsExactly(batch.stream().mapToInt(expected::get).toArray());
    }
    assertThat(interner.size()).isEqualTo(expected.size());
    expected.forEach((id, number) -> assertThat(text(interner.ids(), number)).isEqualTo(id));
  }

  /// A batch of ids, one after the other.
  private record Batch(byte[] bytes, int[] starts, int[] lengths) {
    static Batch of(List<String> ids) {
      int[] starts = new int[ids.size()];
      int[] lengths = new int[ids.size()];
      int used = 0;
      for (int i = 0; i < starts.length; i++) {
        starts[i] = used;
        lengths[i] = ids.get(i).getBytes(StandardCharsets.UTF_8).length;
        used += lengths[i];
      }
      return new Batch(String.join("", ids).getBytes(StandardCharsets.UTF_8), starts, lengths);
    }
  }

  private static int[] intern(IdInterner interner, List<String> ids) {
    Batch batch = Batch.of(ids);
    int[] numbers = new int[ids.size()];
    interner.intern(batch.bytes, batch.starts, batch.lengths, ids.size(), numbers);
    return numbers;
  }

  private static int[] find(IdInterner interner, List<String> ids) {
    Batch batch = Batch.of(ids);
    int[] numbers = new int[ids.size()];
    interner.find(batch.bytes, batch.starts, batch.lengths, ids.size(), numbers);
    return numbers;
  }

  private static int intern(IdInterner interner, byte[] id, int length) {
    int[] number = new int[1];
    interner.intern(id, new int[1], new int[] {length}, 1, number);
    return number[0];
  }

  private static String randomId(Random random, int ids) {
    String digits = Integer.toString(random.nextInt(ids));
    return switch (random.nextInt(4)) {
      case 0 -> digits;
      case 1 -> "0".repeat(10 - digits.length()) + digits;
      case 2 -> digits + "\0".repeat(random.nextInt(4));
      default -> "a long id with a common beginning, number " + digits;
    };
  }

  @Test
  void anIdMayBeLongerThanAPage() {
    IdInterner interner = new IdInterner();
    byte[] id = new byte[3 << 20];
    Arrays.fill(id, (byte) 'a');
    assertThat(intern(interner, id, id.length)).isZero();
    assertThat(intern(interner, id, id.length - 1)).isEqualTo(1);
    assertThat(intern(interner, id, 1)).isEqualTo(2);
    assertThat(intern(interner, id, id.length)).isZero();
    assertThat(interner.ids().length(0)).isEqualTo(id.length);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void idsAreOrderedByFallingCountThenByBytes(long seed) {
    Random random = new Random(seed);
    IdInterner interner = new IdInterner();
    for (int i = 0; i < 5_000; i++) {
      String id = random.nextInt(3) == 0 ? randomText(random) : randomId(random, 3_000);
      byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
      intern(interner, bytes, bytes.length);
    }
    long[] counts = new long[interner.size()];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = random.nextInt(4) == 0 ? random.nextLong(1L << 40) : 1 + random.nextInt(3);
    }
    List<Integer> expected = new ArrayList<>(IntStream.range(0, counts.length).boxed().toList());
    BytePool ids = interner.ids();
    expected.sort(
        Comparator.comparingLong((Integer id) -> -counts[id])
            .thenComparing((a, b) -> Arrays.compareUnsigned(bytes(ids, a), bytes(ids, b))));
    assertThat(IdSort.byFallingCount(ids, counts))
        .as("seed=%d", seed)
        .containsExactly(expected.stream().mapToInt(Integer::intValue).toArray());
  }

  private static String randomText(Random random) {
    StringBuilder text = new StringBuilder();
    for (int length = random.nextInt(30); length > 0; length--) {
      text.append("ab\0é日".charAt(random.nextInt(5)));
    }
    return text.toString();
  }

  /// Ids that share their first megabyte are sorted without a call per eight bytes.
  @Test
  void longCommonBeginningsDoNotDeepenTheStack() {
    IdInterner interner = new IdInterner();
    byte[] id = new byte[1 << 20];
    for (int i = 39; i >= 0; i--) {
      id[id.length - 1] = (byte) i;
      intern(interner, id, id.length);
    }
    int[] order = IdSort.byFallingCount(interner.ids(), new long[40]);
    assertThat(order).containsExactly(IntStream.range(0, 40).map(i -> 39 - i).toArray());
  }

  private static byte[] bytes(BytePool pool, int id) {
    int start = pool.offset(id);
    return Arrays.copyOfRange(pool.page(id), start, start + pool.length(id));
  }

  private static String text(BytePool pool, int id) {
    return new String(bytes(pool, id), StandardCharsets.UTF_8);
  }
}
