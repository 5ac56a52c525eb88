package io.github.peccary.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.ratings.EventTimes;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random rows, written in random dialects, load as they do from SQLite: the same tensors, and the
/// same metadata but for what tells the source.
class TextPropertyTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void everyDialectLoadsTheSame(long seed) throws Exception {
    Random random = new Random(seed);
    String encoding = pick(random, "UTF-8", "windows-1252", "UTF-16LE", "UTF-16BE");
    String separator = pick(random, ";", ",", "\t", "::", "|");
    String quote = pick(random, "\"", "'", "");
    boolean header = random.nextBoolean();
    List<String> names = new ArrayList<>(List.of("user_id", "isbn", "rating", "timestamp"));
    if (header) {
      Collections.shuffle(names, random);
    }
    boolean timed = random.nextBoolean();
    List<List<String>> rows =
        rows(random, timed, quote.isEmpty() ? "x y" : separator + quote + "x\n\\");
    String lineEnd = pick(random, "\n", "\r\n");
    String text =
        (encoding.startsWith("UTF-16") ? "\uFEFF" : "")
            + (header ? String.join(separator, names) + lineEnd : "")
            + rows.stream()
                .map(row -> line(row, names, separator, quote, random))
                .collect(Collectors.joining(lineEnd));
    Path file = folder.resolve("text");
    try (OutputStream raw = Files.newOutputStream(file);
        OutputStream out = random.nextBoolean() ? raw : new GZIPOutputStream(raw)) {
      out.write(text.getBytes(Charset.forName(encoding)));
    }
    String message =
        "seed=%d, encoding=%s, separator='%s', quote=%s, timed=%s"
            .formatted(seed, encoding, separator, quote, timed);

    Map<String, String> fromText =
        load(new TextSource(file, TextFormat.RECOGNIZED, null, TextFormat.RECOGNIZED), "t");
    @Nullable Object[][] table =
        rows.stream().map(row -> Databases.row(row.toArray())).toArray(Object[][]::new);
    Path database = Databases.ratings(folder.resolve("random.db"), table);
    Map<String, String> fromSqlite = load(new SqliteSource(database, null, null), "s");
    assertThat(fromText.containsKey("peccary.earliest")).as(message).isEqualTo(timed);

    assertThat(fromText).as(message).isEqualTo(fromSqlite);
    assertThat(tensors("t")).as(message).isEqualTo(tensors("s"));
  }

  private static String pick(Random random, String... of) {
    return of[random.nextInt(of.length)];
  }

  private static List<List<String>> rows(Random random, boolean timed, String special) {
    int count = 1 + random.nextInt(8_000);
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                Stream.of(
                        "u" + random.nextInt(500),
                        "é"
                            + random.nextInt(300)
                            + special.charAt(random.nextInt(special.length()))
                            + "z",
                        Float.toString(random.nextInt(21) / 2f),
                        Long.toString(random.nextLong(100_000_000, EventTimes.END)))
                    .limit(timed ? 4 : 3)
                    .toList())
        .toList();
  }

  private static String line(
      List<String> row, List<String> names, String separator, String quote, Random random) {
    Map<String, String> byName = new LinkedHashMap<>();
    byName.put("user_id", row.get(0));
    byName.put("isbn", row.get(1));
    byName.put("rating", row.get(2));
    byName.put("timestamp", row.size() > 3 ? time(row.get(3), random) : "" + random.nextInt(10));
    return names.stream()
        .map(name -> byName.getOrDefault(name, ""))
        .map(
            field ->
                quote + (quote.isEmpty() ? field : field.replace(quote, quote + quote)) + quote)
        .collect(Collectors.joining(separator));
  }

  /// The same time in any form.
  private static String time(String seconds, Random random) {
    Instant instant = Instant.ofEpochSecond(Long.parseLong(seconds));
    return switch (random.nextInt(4)) {
      case 0 -> seconds + "123"; // milliseconds
      case 1 -> instant.toString();
      case 2 -> instant.atOffset(ZoneOffset.ofHours(random.nextInt(-9, 9))).toString();
      default -> seconds;
    };
  }

  /// Returns the metadata without what tells the source.
  private Map<String, String> load(Source source, String output) throws Exception {
    Path file = folder.resolve(output);
    LoadConfig config = LoadConfig.of(source, file).withItemIds(ItemIds.VERBATIM);
    assertThat(Loader.load(config, LoadListener.NONE).rejected()).as(source.toString()).isEmpty();
    Map<String, String> metadata = new LinkedHashMap<>(Loaded.from(file).metadata());
    assertThat(metadata).containsKeys("peccary.source", "peccary.sourceSha256");
    metadata.keySet().removeIf(key -> key.matches("peccary\\.(source(\\..*)?|query|.*[cC]rc.*)"));
    return metadata;
  }

  /// The bytes after the header.
  private byte[] tensors(String output) throws Exception {
    byte[] bytes = Files.readAllBytes(folder.resolve(output));
    int header = (bytes[0] & 0xFF) | (bytes[1] & 0xFF) << 8 | (bytes[2] & 0xFF) << 16;
    return Arrays.copyOfRange(bytes, 8 + header, bytes.length);
  }
}
