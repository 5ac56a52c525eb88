package io.github.peccary.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.ratings.EventTimes;
import io.github.peccary.engine.ratings.TimeRange;
import io.github.peccary.engine.ratings.Zero;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random rows, loaded by the loader and by a few lines of maps and lists.
class CompactionPropertyTest {
  private static final String TIMED = "SELECT user_id, isbn, rating, timestamp FROM ratings";

  @TempDir private Path folder;

  private record Row(String user, String item, float value, long time) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void theLoaderDoesWhatMapsDo(long seed) throws Exception {
    Random random = new Random(seed);
    List<Row> rows = randomRows(random, seed);
    DuplicatePolicy policy =
        List.of(
                DuplicatePolicy.LAST,
                DuplicatePolicy.FIRST,
                DuplicatePolicy.MEAN,
                DuplicatePolicy.MAX)
            .get(random.nextInt(4));
    Zero zero = random.nextBoolean() ? Zero.IMPLICIT : Zero.RATING;
    boolean timed = random.nextBoolean();
    @Nullable Object[][] table =
        rows.stream()
            .map(row -> Databases.row(row.user, row.item, row.value, row.time))
            .toArray(Object[][]::new);
    LoadConfig config =
        LoadConfig.of(
                new SqliteSource(
                    Databases.ratings(folder.resolve("random.db"), table),
                    timed ? TIMED : SqliteSource.DEFAULT_QUERY,
                    null),
                folder.resolve("random.safetensors"))
            .withDuplicates(policy)
            .withZero(zero)
            .withItemIds(ItemIds.VERBATIM);
    String message = "seed=%d, policy=%s, zero=%s, timed=%s".formatted(seed, policy, zero, timed);

    // the second time with hardly any memory: most is in files then
    LoadReport report = Loader.load(config, LoadListener.NONE);
    byte[] bytes = Files.readAllBytes(config.output());
    assertThat(
            Loader.load(config, LoadListener.NONE, 1 << random.nextInt(18), seed % 2 * 100_000)
                .rows())
        .isEqualTo(report.rows());
    assertThat(Files.readAllBytes(config.output())).as(message).isEqualTo(bytes);
    Loaded loaded = Loaded.from(config.output());

    Map<List<String>, Float> expected = merge(rows, policy, zero);
    assertThat(loaded.events()).as(message).containsExactlyInAnyOrderEntriesOf(expected);
    assertThat(loaded.users()).as(message).isEqualTo(numbered(expected, 0));
    assertThat(loaded.items()).as(message).isEqualTo(numbered(expected, 1));
    Map<List<String>, Long> times = timed ? times(rows, policy) : Map.of();
    assertThat(loaded.times()).as(message).containsExactlyInAnyOrderEntriesOf(times);
    assertThat(report.times())
        .as(message)
        .isEqualTo(
            timed
                ? new TimeRange(Collections.min(times.values()), Collections.max(times.values()))
                : null);
    long ratings =
        expected.values().stream().filter(value -> zero == Zero.RATING || value != 0).count();
    assertThat(report.rows()).as(message).isEqualTo(rows.size());
    assertThat(report.ratings()).as(message).isEqualTo(ratings);
    assertThat(report.implicit()).as(message).isEqualTo(expected.size() - ratings);
    assertThat(report.duplicates()).as(message).isEqualTo(rows.size() - expected.size());
  }

  private static List<Row> randomRows(Random random, long seed) {
    int users = 1 + random.nextInt(seed > 8 ? 3_000 : 300);
    int items = 1 + random.nextInt(seed > 8 ? 3_000 : 300);
    List<Row> rows = new ArrayList<>();
    // blocks and batches hold powers of two: the first seeds fill them to the last row
    // the last have ids that come after the first batch, when there is no memory for more
    int count = seed <= 4 ? 1 << (8 + seed) : (seed > 8 ? 5_000 : 1) + random.nextInt(4_000);
    while (rows.size() < count) {
      // squares, so that some have many and some few
      String user = "u" + (int) (users * Math.pow(random.nextDouble(), 2));
      String item =
          "é".repeat(random.nextInt(2)) + (int) (items * Math.pow(random.nextDouble(), 2));
      rows.add(
          new Row(
              user,
              item,
              random.nextInt(3) == 0 ? 0 : random.nextInt(-20, 21) / 4f,
              random.nextLong(EventTimes.END)));
    }
    return rows;
  }

  /// Of each pair the time of the first row, or else of the last.
  private static Map<List<String>, Long> times(List<Row> rows, DuplicatePolicy policy) {
    Map<List<String>, Long> times = new LinkedHashMap<>();
    for (Row row : rows) {
      List<String> pair = List.of(row.user, row.item);
      if (policy != DuplicatePolicy.FIRST || !times.containsKey(pair)) {
        times.put(pair, row.time);
      }
    }
    return times;
  }

  private static Map<List<String>, Float> merge(List<Row> rows, DuplicatePolicy policy, Zero zero) {
    Map<List<String>, List<Float>> byPair =
        rows.stream()
            .collect(
                Collectors.groupingBy(
                    row -> List.of(row.user, row.item),
                    LinkedHashMap::new,
                    Collectors.mapping(Row::value, Collectors.toList())));
    Map<List<String>, Float> merged = new LinkedHashMap<>();
    byPair.forEach(
        (pair, values) -> {
          List<Float> ratings =
              values.stream().filter(value -> zero == Zero.RATING || value != 0).toList();
          double mean = ratings.stream().mapToDouble(Float::doubleValue).average().orElse(0);
          double max = ratings.stream().mapToDouble(Float::doubleValue).max().orElse(0);
          merged.put(
              pair,
              switch (policy) {
                case FIRST -> values.getFirst();
                case MEAN -> (float) mean;
                case MAX -> (float) max;
                case LAST, ERROR -> values.getLast();
              });
        });
    return merged;
  }

  /// The ids at this place of the pairs by falling number of pairs, then by bytes.
  private static List<String> numbered(Map<List<String>, Float> events, int place) {
    Map<String, Integer> counts = new TreeMap<>();
    events.keySet().forEach(pair -> counts.merge(pair.get(place), 1, Integer::sum));
    return counts.keySet().stream()
        .sorted(
            Comparator.comparingInt((String id) -> -counts.getOrDefault(id, 0))
                .thenComparing(
                    (a, b) ->
                        Arrays.compareUnsigned(
                            a.getBytes(StandardCharsets.UTF_8),
                            b.getBytes(StandardCharsets.UTF_8))))
        .toList();
  }
}
