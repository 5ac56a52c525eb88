package io.github.peccary.tools.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.recommend.ItemFilter;
import io.github.peccary.engine.recommend.Recommender;
import io.github.peccary.engine.recommend.ScoredItem;
import io.github.peccary.engine.storage.CorruptFileException;
import io.github.peccary.tools.Console;
import io.github.peccary.tools.Json;
import io.github.peccary.tools.Refusal;
import io.github.peccary.tools.command.Peccary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every user gets what the user would get alone; and no byte depends on threads, or on how often a
/// run was broken off and gone on with.
class BatchTest {
  private static final int USERS = 61;
  private static final int ITEMS = 40;
  private static final int CHUNK = 7;
  private static final long NEVER = Long.MAX_VALUE;

  @TempDir private static Path models;
  private static final Map<String, FactorModel> OPEN = new LinkedHashMap<>();

  @TempDir Path folder;
  private Path output = Path.of("");

  /// An item by its id.
  record Named(String item, float score) {}

  /// A model for ratings and one for rankings. Of each fifth user no rating is known, and ids want
  /// quotes.
  @BeforeAll
  static void train() throws IOException {
    SplittableRandom random = new SplittableRandom(42);
    StringBuilder csv = new StringBuilder("user,item,rating\n");
    for (int user = 0; user < USERS; user++) {
      for (int item = 0; item < ITEMS; item++) {
        if (random.nextInt(6) == 0 || item == user % ITEMS) {
          int rating = user % 5 == 0 || item % 7 == 0 ? 0 : random.nextInt(1, 11);
          csv.append("\"%s\",\"%s\",%d\n".formatted(id("u", user), id("i", item), rating));
        }
      }
    }
    Path source = Files.writeString(models.resolve("ratings.csv"), csv);
    Path ratings = models.resolve("ratings.safetensors");
    ran("load", source, "-o", ratings, "--item-ids", "verbatim");
    for (String objective : List.of("rating", "ranking")) {
      Path model = models.resolve(objective + ".safetensors");
      ran("train", ratings, "-o", model, "--objective", objective, "--rank", 4, "--epochs", 3);
      OPEN.put(objective, FactorModel.open(model));
    }
  }

  private static String id(String kind, int number) {
    String[] marks = {"", ",", "\"\"", "é書", " \n", "\\"};
    return kind + marks[number % marks.length] + number;
  }

  private static void ran(Object... args) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    String[] texts = Stream.of(args).map(Object::toString).toArray(String[]::new);
    assertThat(Peccary.execute(new Console(stream, stream, 0), texts)).as("%s", err).isZero();
  }

  @AfterAll
  static void close() {
    OPEN.values().forEach(FactorModel::close);
  }

  @BeforeEach
  void name() {
    output = folder.resolve("out.csv");
  }

  private static FactorModel model(String name) {
    FactorModel model = Objects.requireNonNull(OPEN.get(name));
    assertThat(model.users()).isEqualTo(USERS);
    return model;
  }

  private BatchConfig config(int k, int threads) {
    return new BatchConfig(output, k, true, ItemFilter.unseen(), threads);
  }

  private static BatchReport run(FactorModel model, BatchConfig config) throws IOException {
    return new Batch(model, config, CHUNK, NEVER).run(false, done -> {}, () -> false);
  }

  /// The items of each user by the user's id, in the order of the file; users of CSV without items
  /// are not in it.
  private Map<String, List<Named>> read() throws IOException {
    Map<String, List<Named>> users = new LinkedHashMap<>();
    if (output.toString().endsWith(".jsonl")) {
      for (String line : Files.readString(output).split("\n", -1)) {
        if (!line.isEmpty()) {
          Map<String, Object> user = Json.parse(line);
          users.put(String.valueOf(user.get("user")), items(user));
        }
      }
      return users;
    }
    try (CsvReader<CsvRecord> reader = CsvReader.builder().ofCsvRecord(output)) {
      for (CsvRecord row : reader.stream().skip(1).toList()) {
        List<Named> items = users.computeIfAbsent(row.getField(0), id -> new ArrayList<>());
        items.add(new Named(row.getField(2), Float.parseFloat(row.getField(3))));
        assertThat(row.getField(1)).isEqualTo(String.valueOf(items.size()));
      }
    }
    return users;
  }

  /// The items of a line of JSON; null is no number.
  static List<Named> items(Map<String, Object> user) {
    List<Named> items = new ArrayList<>();
    if (user.get("items") instanceof List<?> list) {
      for (Object item : list) {
        Map<?, ?> fields = (Map<?, ?>) item;
        float score =
            fields.get("score") instanceof Number number
                ? number.floatValue()
                : Float.NEGATIVE_INFINITY;
        items.add(new Named(String.valueOf(fields.get("item")), score));
      }
    }
    return items;
  }

  private static Map<String, List<Named>> alone(FactorModel model, BatchConfig config) {
    Recommender recommender =
        config.blended() ? new Recommender(model) : Recommender.withoutBlend(model);
    Map<String, List<Named>> users = new LinkedHashMap<>();
    for (int user = 0; user < model.users(); user++) {
      List<ScoredItem> items = recommender.recommend(user, config.k(), config.filter());
      users.put(
          model.userIds().id(user),
          items.stream()
              .map(item -> new Named(model.itemIds().id(item.item()), item.score()))
              .toList());
    }
    return users;
  }

  private static List<ItemFilter> filters() {
    BitSet some = new BitSet();
    some.set(3, 20);
    BitSet few = new BitSet();
    few.set(30);
    return List.of(
        ItemFilter.unseen(),
        ItemFilter.all(),
        ItemFilter.unseen().allow(some),
        ItemFilter.all().deny(some),
        ItemFilter.unseen().allow(few),
        ItemFilter.unseen().allow(new BitSet()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "jsonl"})
  void everyUserGetsWhatTheUserGetsAlone(String ending) throws IOException {
    output = folder.resolve("out." + ending);
    for (FactorModel model : OPEN.values()) {
      for (ItemFilter filter : filters()) {
        for (boolean blended : new boolean[] {true, false}) {
          for (int k : new int[] {1, 10, ITEMS + 5}) {
            BatchConfig config = new BatchConfig(output, k, blended, filter, 2);
            BatchReport report = run(model, config);
            Map<String, List<Named>> expected = alone(model, config);
            if (ending.equals("csv")) {
              expected.values().removeIf(List::isEmpty);
            }
            assertThat(read()).containsExactlyEntriesOf(expected);
            assertThat(report.rows())
                .isEqualTo(expected.values().stream().mapToLong(List::size).sum());
            assertThat(report.complete()).isTrue();
          }
        }
      }
    }
  }

  @Test
  void threadsAndChunksChangeNoByte() throws IOException {
    for (FactorModel model : OPEN.values()) {
      run(model, config(10, 1));
      byte[] expected = Files.readAllBytes(output);
      for (int threads : new int[] {1, 2, 3}) {
        for (int chunk : new int[] {1, 2, 33, USERS, 4096}) {
          new Batch(model, config(10, threads), chunk, 0).run(false, done -> {}, () -> false);
          assertThat(output).hasBinaryContent(expected);
        }
      }
    }
  }

  private byte[] expected(FactorModel model) throws IOException {
    run(model, config(10, 2));
    byte[] expected = Files.readAllBytes(output);
    Files.writeString(output, "old");
    return expected;
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aRunThatIsStoppedAfterAnyChunkIsGoneOnWith() throws IOException {
    FactorModel model = model("ranking");
    byte[] expected = expected(model);
    for (int chunks = 0; chunks * CHUNK < USERS; chunks++) {
      int most = chunks * CHUNK;
      Batch batch = new Batch(model, config(10, 2), CHUNK, NEVER);
      int[] reached = {0};
      BatchReport stopped = batch.run(false, done -> reached[0] = done, () -> reached[0] >= most);
      assertThat(stopped.done()).isEqualTo(most);
      assertThat(stopped.complete()).isFalse();
      assertThat(output).hasContent("old");
      assertThat(names()).containsExactly("out.csv", "out.csv.part", "out.csv.part.json");
      BatchReport resumed =
          new Batch(model, config(10, 1), 2, NEVER).run(true, done -> {}, () -> false);
      assertThat(resumed.resumed()).isEqualTo(most);
      assertThat(resumed.rows()).isEqualTo(run(model, config(10, 1)).rows());
      assertThat(output).hasBinaryContent(expected);
      assertThat(names()).containsExactly("out.csv");
      Files.writeString(output, "old");
    }
  }

  /// The listener throws, as a kill would come, after the state was kept at another chunk, and some
  /// more bytes reach the file than were counted.
  @Test
  void whatWasWrittenAfterTheStateIsCutOff() throws IOException {
    FactorModel model = model("ranking");
    byte[] expected = expected(model);
    SplittableRandom random = new SplittableRandom(42);
    for (int killedAt = CHUNK; killedAt < USERS; killedAt += CHUNK) {
      int last = killedAt;
      long keepNanos = random.nextBoolean() ? 0 : NEVER;
      Batch killed = new Batch(model, config(10, 2), CHUNK, keepNanos);
      assertThatThrownBy(() -> killed.run(false, done -> killAt(last, done), () -> false))
          .hasMessage("killed");
      byte[] torn = Files.readAllBytes(folder.resolve("out.csv.part"));
      int length = torn.length + random.nextInt(100);
      Files.write(folder.resolve("out.csv.part"), Arrays.copyOf(torn, length));
      BatchReport resumed =
          new Batch(model, config(10, 2), CHUNK, NEVER).run(true, done -> {}, () -> false);
      assertThat(resumed.resumed()).isEqualTo(keepNanos == 0 ? killedAt : 0);
      assertThat(output).hasBinaryContent(expected);
      Files.writeString(output, "old");
    }
  }

  private static void killAt(int last, int done) {
    if (done >= last) {
      throw new IllegalStateException("killed");
    }
  }

  private void stopAfterOneChunk(FactorModel model, BatchConfig config) throws IOException {
    boolean[] asked = {false};
    Batch batch = new Batch(model, config, CHUNK, NEVER);
    BatchReport _ = batch.run(false, done -> asked[0] = done > 0, () -> asked[0]);
  }

  @Test
  void anotherRunIsNotGoneOnWith() throws IOException {
    FactorModel model = model("ranking");
    stopAfterOneChunk(model, config(10, 2));
    byte[] part = Files.readAllBytes(folder.resolve("out.csv.part"));
    BitSet one = new BitSet();
    one.set(1);
    ItemFilter unseen = ItemFilter.unseen();
    refuses(model("rating"), config(10, 2), "model=\\w{64}, begun with model=\\w{64}");
    refuses(model, config(9, 2), "k=9, begun with k=10");
    refuses(
        model, new BatchConfig(output, 10, false, unseen, 2), "blend=false, begun with blend=true");
    refuses(
        model,
        new BatchConfig(output, 10, true, ItemFilter.all(), 2),
        "includeSeen=true, begun with includeSeen=false");
    for (ItemFilter filter : List.of(unseen.allow(one), unseen.deny(one))) {
      refuses(
          model,
          new BatchConfig(output, 10, true, filter, 2),
          "allowed=(1|39) of 40 items \\(\\w{16}\\), begun with allowed=40 of 40 items \\(\\w{16}\\)");
    }
    assertThat(folder.resolve("out.csv.part")).hasBinaryContent(part);
  }

  private void refuses(FactorModel model, BatchConfig config, String difference) {
    assertThatThrownBy(() -> new Batch(model, config).run(true, done -> {}, () -> false))
        .isInstanceOf(Refusal.class)
        .hasMessageMatching(
            "a run must go on with the model and the options that it began with: "
                + difference
                + " \\(\\Q"
                + output
                + "\\E\\.part\\.json\\); give the same ones, or run without --resume to begin anew");
  }

  @Test
  void whatWasChangedSinceIsNotGoneOnWith() throws IOException {
    FactorModel model = model("ranking");
    byte[] expected = expected(model);
    stopAfterOneChunk(model, config(10, 2));
    Path part = folder.resolve("out.csv.part");
    Path state = folder.resolve("out.csv.part.json");
    byte[] whole = Files.readAllBytes(part);
    String json = Files.readString(state);
    byte[] changed = whole.clone();
    changed[30]++;
    for (byte[] found : List.of(changed, Arrays.copyOf(whole, whole.length - 1))) {
      Files.write(part, found);
      assertThatThrownBy(() -> resume(model)).isInstanceOf(CorruptFileException.class);
      assertThat(part).hasBinaryContent(found);
    }
    Files.write(part, whole);
    for (String found :
        List.of(
            "",
            "[]",
            "{}",
            json.substring(0, json.length() / 2),
            json.replace("\"usersDone\":7", "\"usersDone\":62"),
            json.replace("\"usersDone\":7", "\"usersDone\":-7"),
            json.replace("\"usersDone\":7", "\"usersDone\":\"7\""),
            json.replace("\"usersDone\"", "\"users\""))) {
      assertThat(found).isNotEqualTo(json);
      Files.writeString(state, found);
      assertThatThrownBy(() -> resume(model))
          .as(found)
          .isInstanceOf(Refusal.class)
          .hasMessage(
              "the state of a run must be as it was left: state=%s; run without --resume to begin anew",
              state);
    }
    run(model, config(10, 2));
    assertThat(output).hasBinaryContent(expected);
  }

  private void resume(FactorModel model) throws IOException {
    BatchReport _ = new Batch(model, config(10, 2)).run(true, done -> {}, () -> false);
  }
}
