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
  /// With few bits of hash nearly all ids collide, and only the comparison of bytes tells them
  /// apart.
  @ParameterizedTest
  @CsvSource({"1,-1", "2,255", "3,7", "4,0"})
  void idsAreNumberedByFirstAppearance(long seed, long hashMask) {
    Random random = new Random(seed);
    IdInterner interner = new IdInterner(hashMask);
    Map<String, Integer> expected = new HashMap<>();
    int ids = hashMask == -1 ? 50_000 : 1_500;
    for (int i = 0; i < 2 * ids; i++) {
      String id = randomId(random, ids);
      byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
      String message = "seed=%d, hashMask=%d, i=%d, id='%s'".formatted(seed, hashMask, i, id);
      int known = expected.getOrDefault(id, IdInterner.ABSENT);
      assertThat(interner.find(bytes, 0, bytes.length)).as(message).isEqualTo(known);
      int number = expected.computeIfAbsent(id, ignored -> expected.size());
      assertThat(interner.intern(bytes, 0, bytes.length)).as(message).isEqualTo(number);
    }
    assertThat(interner.size()).isEqualTo(expected.size());
    expected.forEach((id, number) -> assertThat(text(interner.ids(), number)).isEqualTo(id));
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
    assertThat(interner.intern(id, 0, id.length)).isZero();
    assertThat(interner.intern(id, 0, id.length - 1)).isEqualTo(1);
    assertThat(interner.intern(id, 0, 1)).isEqualTo(2);
    assertThat(interner.intern(id, 0, id.length)).isZero();
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
      interner.intern(bytes, 0, bytes.length);
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
      interner.intern(id, 0, id.length);
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
