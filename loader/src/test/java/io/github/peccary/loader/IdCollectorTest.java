package io.github.peccary.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.ratings.TextColumn;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdCollectorTest {
  @TempDir private Path folder;

  /// Whatever generations the ids fall into, an event gets its id back, ids are there once, and
  /// spilled ones ascend.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void generationsAreMerged(long seed) throws Exception {
    Random random = new Random(seed);
    int generationEnds = seed == 1 ? 0 : 1 + random.nextInt(20);
    List<String> events = new ArrayList<>();
    List<Integer> numbers = new ArrayList<>();
    try (EventMemory memory = new EventMemory(folder, 0);
        Arena arena = Arena.ofShared()) {
      IdCollector collector = new IdCollector(memory);
      for (int part = 0; part <= generationEnds; part++) {
        for (int i = random.nextInt(3_000); i > 0; i--) {
          String id = randomId(random);
          byte[] bytes = utf8(id);
          events.add(id);
          numbers.add(collector.intern(bytes, 0, bytes.length));
        }
        if (part < generationEnds) {
          collector.endGeneration(events.size());
        }
      }
      collector.finish(events.size(), arena);
      TreeSet<String> expected = new TreeSet<>((a, b) -> Arrays.compareUnsigned(utf8(a), utf8(b)));
      expected.addAll(events);
      assertThat(collector.size()).as("seed=%d", seed).isEqualTo(expected.size());
      assertThat(collector.spilled()).isEqualTo(generationEnds > 0);
      for (String id : List.of(events.getFirst(), events.getLast(), "never seen")) {
        byte[] bytes = utf8(id);
        int found = collector.find(bytes, 0, bytes.length, arena);
        assertThat(found >= 0).as("seed=%d, id='%s'", seed, id).isEqualTo(expected.contains(id));
      }

      TextColumn ids = collector.drain(arena);

      List<String> texts = new ArrayList<>();
      for (int i = 0; i < ids.size(); i++) {
        texts.add(ids.text(i));
      }
      assertThat(texts).as("seed=%d", seed).containsExactlyInAnyOrderElementsOf(expected);
      if (collector.spilled()) {
        assertThat(texts).containsExactlyElementsOf(expected);
      }
      for (int i = 0; i < events.size(); i++) {
        assertThat(ids.text(collector.number(i, numbers.get(i))))
            .as("seed=%d, event=%d", seed, i)
            .isEqualTo(events.get(i));
      }
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
