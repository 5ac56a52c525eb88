package io.github.peccary.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.ratings.TextColumn;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdCollectorTest {
  @TempDir private Path folder;

  /// Ids are numbered by first appearance, part by part.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void partsAreNumberedOneAfterTheOther(long seed) throws Exception {
    Random random = new Random(seed);
    int parts = seed == 1 ? 1 : 2 + random.nextInt(20);
    List<String> expected = new ArrayList<>();
    try (EventMemory memory = new EventMemory(folder, 0);
        Arena arena = Arena.ofShared()) {
      IdCollector collector = new IdCollector(memory);
      for (int part = 0; part < parts; part++) {
        if (part > 0) {
          collector.nextPart();
        }
        Map<String, Integer> known = new HashMap<>();
        for (int i = random.nextInt(3_000); i > 0; i--) {
          String id = part + randomId(random);
          byte[] bytes = utf8(id);
          int number = collector.intern(bytes, 0, bytes.length);
          if (known.putIfAbsent(id, number) == null) {
            expected.add(id);
          }
          assertThat(expected.get(number)).as("seed=%d, i=%d", seed, i).isEqualTo(id);
        }
        collector.setFull();
        for (String id : List.of("never seen", part + "0", part + "1")) {
          byte[] bytes = utf8(id);
          assertThat(collector.intern(bytes, 0, bytes.length))
              .as("seed=%d, id=%s", seed, id)
              .isEqualTo(known.getOrDefault(id, IdInterner.ABSENT));
        }
      }
      collector.finish(arena);
      assertThat(collector.size()).isEqualTo(expected.size());
      for (String id : List.of(expected.getFirst(), expected.getLast(), "never seen")) {
        byte[] bytes = utf8(id);
        assertThat(collector.find(bytes, 0, bytes.length, arena)).isEqualTo(expected.indexOf(id));
      }
      TextColumn ids = collector.drain(arena);
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < ids.size(); i++) {
        texts.add(ids.text(i));
      }
      assertThat(texts).as("seed=%d", seed).isEqualTo(expected);
    }
    assertThat(folder).isEmptyDirectory();
  }

  private static String randomId(Random random) {
    String digits = Integer.toString(random.nextInt(1_000));
    return switch (random.nextInt(10)) {
      case 0 -> "é日".repeat(1 + random.nextInt(3)) + digits;
      case 1 -> "long ".repeat(20_000) + random.nextInt(3); // longer than the buffer of a file
      default -> digits;
    };
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
