package io.github.peccary.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.ratings.TextColumn;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdInternerTest {
  /// With few bits of hash nearly all ids collide, and only the comparison of bytes tells them
  /// apart.
  @ParameterizedTest
  @CsvSource({"1,-1", "2,255", "3,7", "4,0"})
  void idsAreNumberedByFirstAppearance(long seed, int hashMask) {
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
    try (Arena arena = Arena.ofShared()) {
      TextColumn column = interner.toColumn(arena);
      assertThat(column.size()).isEqualTo(expected.size());
      expected.forEach((id, number) -> assertThat(column.text(number)).isEqualTo(id));
    }
    interner.clear();
    assertThat(interner.size()).isZero();
    assertThat(interner.intern(new byte[] {'7'}, 0, 1)).isZero();
    assertThat(interner.find(new byte[] {'8'}, 0, 1)).isEqualTo(IdInterner.ABSENT);
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
    try (Arena arena = Arena.ofShared()) {
      TextColumn ids = interner.toColumn(arena);
      assertThat(ids.size()).isEqualTo(3);
      assertThat(ids.end(0)).isEqualTo(id.length);
      assertThat(ids.text(2)).isEqualTo("a");
    }
  }
}
