package io.github.peccary.tools.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import io.github.peccary.engine.ratings.TextColumn;
import io.github.peccary.engine.recommend.ScoredItem;
import io.github.peccary.tools.Json;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What is written is what readers of the two formats, which are not ours, find in it.
class BatchFormatTest {
  private static final String[] PIECES = {
    ",",
    "\"",
    "\n",
    "\r",
    "\r\n",
    "\\",
    "\t",
    " ",
    "a",
    "Z",
    "\u0000",
    "\u001f",
    "\u007f",
    "é",
    "書",
    "\ud83d\udcd6",
    "\u2028",
    "'",
    "{",
    "]",
    ":"
  };

  private static TextColumn column(List<String> texts) {
    byte[][] utf8 =
        texts.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
    long[] offsets = new long[utf8.length + 1];
    for (int i = 0; i < utf8.length; i++) {
      offsets[i + 1] = offsets[i] + utf8[i].length;
    }
    Arena arena = Arena.ofAuto();
    MemorySegment bytes = arena.allocate(Math.max(1, offsets[utf8.length]));
    for (int i = 0; i < utf8.length; i++) {
      MemorySegment.copy(utf8[i], 0, bytes, ValueLayout.JAVA_BYTE, offsets[i], utf8[i].length);
    }
    return new TextColumn(utf8.length, bytes, arena.allocateFrom(ValueLayout.JAVA_LONG, offsets));
  }

  /// Ids of one to four pieces, and scores of any bits.
  private static List<String> ids(SplittableRandom random, int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              StringBuilder id = new StringBuilder();
              for (int pieces = random.nextInt(1, 5); pieces > 0; pieces--) {
                id.append(PIECES[random.nextInt(PIECES.length)]);
              }
              return id.toString();
            })
        .toList();
  }

  private static List<ScoredItem> items(SplittableRandom random, int most) {
    List<ScoredItem> items = new ArrayList<>();
    for (int item = random.nextInt(most); item >= 0; item--) {
      float score = Float.intBitsToFloat(random.nextInt());
      items.add(new ScoredItem(item, Float.isNaN(score) ? Float.NEGATIVE_INFINITY : score));
    }
    return items;
  }

  private static String text(Utf8Buffer buffer) {
    return StandardCharsets.UTF_8.decode(buffer.toWrite()).toString();
  }

  @Test
  void csvIsReadAsItWasWritten() throws IOException {
    for (int seed = 0; seed < 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<String> ids = ids(random, 30);
      TextColumn column = column(ids);
      Utf8Buffer out = new Utf8Buffer();
      BatchFormat.CSV.begin(out);
      List<List<String>> expected = new ArrayList<>();
      expected.add(List.of("user", "rank", "item", "score"));
      for (int user = 0; user < 5; user++) {
        List<ScoredItem> items = items(random, 30);
        BatchFormat.CSV.user(out, column.utf8(user), items, column);
        for (int i = 0; i < items.size(); i++) {
          ScoredItem item = items.get(i);
          String score = Float.toString(item.score());
          expected.add(
              List.of(ids.get(user), Integer.toString(i + 1), ids.get(item.item()), score));
        }
      }
      try (CsvReader<CsvRecord> reader = CsvReader.builder().ofCsvRecord(text(out))) {
        assertThat(reader.stream().map(CsvRecord::getFields).toList())
            .as("seed=%d", seed)
            .isEqualTo(expected);
      }
    }
  }

  @Test
  void jsonLinesAreReadAsTheyWereWritten() throws IOException {
    for (int seed = 0; seed < 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<String> ids = ids(random, 30);
      TextColumn column = column(ids);
      for (int user = 0; user < 5; user++) {
        List<ScoredItem> items = items(random, 30);
        Utf8Buffer out = new Utf8Buffer();
        BatchFormat.JSON_LINES.begin(out);
        BatchFormat.JSON_LINES.user(out, column.utf8(user), items, column);
        String line = text(out);
        assertThat(line).as("seed=%d", seed).endsWith("}\n").containsOnlyOnce("\n");
        Map<String, Object> read = Json.parse(line);
        assertThat(read).as("seed=%d", seed).containsEntry("user", ids.get(user));
        assertThat(BatchTest.items(read))
            .as("seed=%d", seed)
            .isEqualTo(
                items.stream()
                    .map(item -> new BatchTest.Named(ids.get(item.item()), finite(item.score())))
                    .toList());
      }
    }
  }

  private static float finite(float score) {
    return Float.isFinite(score) ? score : Float.NEGATIVE_INFINITY;
  }

  @Test
  void theEndingSaysTheFormat() {
    assertThat(BatchFormat.of(Path.of("a.csv"))).isEqualTo(BatchFormat.CSV);
    assertThat(BatchFormat.of(Path.of("a.b/A.JSONL"))).isEqualTo(BatchFormat.JSON_LINES);
    assertThatThrownBy(() -> BatchFormat.of(Path.of("a.csv.gz")))
        .hasMessage("the output must end in .csv or .jsonl: output=a.csv.gz; name another file");
  }
}
