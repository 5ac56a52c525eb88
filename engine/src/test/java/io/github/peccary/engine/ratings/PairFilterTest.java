package io.github.peccary.engine.ratings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.peccary.engine.storage.CorruptFileException;
import io.github.peccary.engine.storage.ElementType;
import io.github.peccary.engine.storage.TensorFile;
import io.github.peccary.engine.storage.TensorFileWriter;
import io.github.peccary.engine.storage.TensorSpec;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairFilterTest {
  private static final long SEED = 11;

  @TempDir private Path folder;

  /// Hashes as ids have them.
  private static long[] hashes(String prefix, int count) {
    try (Arena arena = Arena.ofConfined()) {
      List<String> ids = IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
      return PairFilter.hashes(IdDictionary.of(RatingMatrices.texts(ids, arena), arena));
    }
  }

  private static PairFilter.Keys keys(long... keys) {
    return to -> Arrays.stream(keys).forEach(to);
  }

  /// Whatever was put in, in how many layers ever, is found; of the rest, few are.
  @Test
  void itIsASetThatForgetsNothing() {
    Random random = new Random(SEED);
    long[] users = hashes("u", 1000);
    long[] items = hashes("i", 500);
    Set<Integer> pairs = new HashSet<>();
    PairFilter filter = PairFilter.of(keys(), null);
    for (int layer = 0; layer < 3; layer++) {
      long[] keys = new long[random.nextInt(1, 20_000)];
      for (int n = 0; n < keys.length; n++) {
        int pair = random.nextInt(users.length * items.length);
        pairs.add(pair);
        keys[n] = PairFilter.pair(users[pair / items.length], items[pair % items.length]);
      }
      filter = PairFilter.of(keys(keys), filter);
    }
    int wrong = 0;
    for (int pair = 0; pair < users.length * items.length; pair++) {
      boolean found = filter.contains(users[pair / items.length], items[pair % items.length]);
      assertThat(found || !pairs.contains(pair)).as("seed=%d, pair=%d", SEED, pair).isTrue();
      wrong += found && !pairs.contains(pair) ? 1 : 0;
    }
    assertThat((double) wrong / (users.length * items.length)).isLessThan(0.02);
  }

  @Test
  void usersAndItemsThemselvesStandForAllPairsBetweenThem() {
    long[] users = hashes("u", 300);
    long[] items = hashes("i", 300);
    long[] keys = new long[200];
    for (int n = 0; n < 100; n++) {
      keys[2 * n] = PairFilter.anyItem(users[n]);
      keys[2 * n + 1] = PairFilter.anyUser(items[n]);
    }
    PairFilter filter = PairFilter.of(keys(keys), null);
    int wrong = 0;
    for (int user = 0; user < users.length; user++) {
      for (int item = 0; item < items.length; item++) {
        boolean found = filter.contains(users[user], items[item]);
        assertThat(found || user >= 100 || item >= 100).isTrue();
        wrong += found && (user >= 100 || item >= 100) ? 1 : 0;
      }
    }
    assertThat(wrong).isLessThan(300 * 300 / 50);
  }

  @Test
  void userAndItemAreNotTakenForEachOther() {
    long[] ids = hashes("same", 2);
    PairFilter filter = PairFilter.of(keys(PairFilter.pair(ids[0], ids[1])), null);
    assertThat(filter.contains(ids[0], ids[1])).isTrue();
    assertThat(filter.contains(ids[1], ids[0])).isFalse();
  }

  @Test
  void whatIsThereTakesNoRoomAgain() {
    PairFilter filter = PairFilter.of(keys(1, 2, 3), null);
    assertThat(PairFilter.of(keys(3, 2), filter)).isSameAs(filter);
    assertThat(PairFilter.of(keys(), null).contains(1, 2)).isFalse();
  }

  /// Files hold hashes: they may not change with the machine or the version.
  @Test
  void theHashOfAnIdIsFixed() {
    try (Arena arena = Arena.ofConfined()) {
      TextColumn ids =
          RatingMatrices.texts(List.of("", "1", "034545104X", "Zoë \uD83D\uDC17"), arena);
      assertThat(IntStream.range(0, 4).mapToObj(i -> Long.toHexString(ids.hash(i))))
          .containsExactly("0", "baae69c49233d1d8", "af9ed4041c98558f", "464bab4a2d7d1b75");
    }
  }

  @Test
  void aFileGivesItBack() throws IOException {
    Path file = folder.resolve("filter.safetensors");
    PairFilter filter = PairFilter.of(keys(5, 6), PairFilter.of(keys(1, 2, 3), null));
    write(file, filter.specs(), filter);
    try (TensorFile opened = TensorFile.open(file, Verify.CHECKSUMS)) {
      PairFilter read = Objects.requireNonNull(PairFilter.open(opened));
      assertThat(PairFilter.of(keys(1, 2, 3, 5, 6), read)).isSameAs(read);
      assertThat(PairFilter.of(keys(1, 2, 3, 5, 6, 7), read)).isNotSameAs(read);
    }
  }

  private static void write(Path file, List<TensorSpec> specs, PairFilter filter)
      throws IOException {
    try (TensorFileWriter writer =
        TensorFileWriter.create(file, Map.of(TensorFile.KIND, "test"), specs)) {
      filter.appendTo(writer);
      writer.commit();
    }
  }

  @ParameterizedTest
  @CsvSource({"''", "0", "'1,2'", "'0,1'", "'0,2,2'", "'0,3,2'", "'0,-1,2'"})
  void layersMustLieOneAfterTheOther(String starts) throws IOException {
    long[] numbers =
        starts.isEmpty()
            ? new long[0]
            : Arrays.stream(starts.split(",")).mapToLong(Long::parseLong).toArray();
    Path file = folder.resolve("damaged.safetensors");
    List<TensorSpec> specs =
        List.of(
            TensorSpec.of("earlier_pairs_starts", ElementType.I64, numbers.length),
            TensorSpec.of("earlier_pairs", ElementType.I64, 2));
    try (TensorFileWriter writer =
            TensorFileWriter.create(file, Map.of(TensorFile.KIND, "test"), specs);
        Arena arena = Arena.ofConfined()) {
      writer.append("earlier_pairs_starts", arena.allocateFrom(ValueLayout.JAVA_LONG, numbers));
      writer.append("earlier_pairs", arena.allocate(16));
      writer.commit();
    }
    try (TensorFile opened = TensorFile.open(file, Verify.CHECKSUMS)) {
      assertThatExceptionOfType(CorruptFileException.class)
          .isThrownBy(() -> PairFilter.open(opened))
          .withMessageStartingWith(
              "tensor earlier_pairs_starts must rise from 0 to the number of words: found=[");
    }
  }
}
