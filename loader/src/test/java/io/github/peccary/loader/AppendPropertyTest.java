package io.github.peccary.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.peccary.engine.ratings.EventTimes;
import io.github.peccary.engine.ratings.Zero;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A source of random rows, many of them bad, that grows: after every append the file has the bytes
/// that a load of all rows gives.
class AppendPropertyTest {
  private static final String CHANGED =
      "the source must begin with the rows that the file was loaded from";

  @TempDir private Path folder;
  private Path grown = Path.of("");
  private Path whole = Path.of("");
  private String message = "";

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aGrowingDatabase(long seed) throws Exception {
    Random random = new Random(seed);
    boolean timed = random.nextBoolean();
    @Nullable Object[] first =
        timed ? Databases.row("first", "row", 3, 7) : Databases.row("first", "row", 3);
    Path database = Databases.ratings(folder.resolve("books.db"), first);
    Databases.execute(database, "DELETE FROM ratings");
    Databases.execute(database, "CREATE TABLE books (isbn, title)");
    boolean titles = random.nextBoolean();
    LoadConfig config =
        config(
            random,
            new SqliteSource(
                database,
                timed
                    ? "SELECT user_id, isbn, rating, timestamp FROM ratings"
                    : SqliteSource.DEFAULT_QUERY,
                titles ? "SELECT isbn, title FROM books" : null));
    message = "seed=%d, %s".formatted(seed, config);
    int ids = 1 + random.nextInt(1_000);
    boolean appended = true;
    for (int step = 0; appended && step < 5; step++) {
      List<@Nullable Object[]> rows = new ArrayList<>();
      if (step == 0) {
        rows.add(first);
      }
      for (int count = size(random); count > 0; count--) {
        rows.add(timed ? withTime(randomRow(random, ids), random) : randomRow(random, ids));
      }
      try (Connection connection = Databases.open(database)) {
        Databases.insert(connection, "ratings", rows.toArray(Object[][]::new));
        Databases.insert(
            connection, "books", Databases.row(random.nextInt(ids), "Title " + random.nextInt()));
      }
      appended = appendsAsLoaded(config, random, true);
    }
  }

  /// The file is cut at any byte, so that the last row is often half of one. Where quotes are left
  /// open, lines that follow may belong to it.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aGrowingText(long seed) throws Exception {
    Random random = new Random(seed);
    boolean gzip = random.nextBoolean();
    Path file = folder.resolve("ratings.csv");
    boolean timed = random.nextBoolean();
    @Nullable List<String> columns = timed ? List.of("user", "isbn", "rating", "when") : null;
    TextFormat format = new TextFormat(";", "\"", true, "utf-8", columns, true);
    LoadConfig config = config(random, new TextSource(file, format, null, TextFormat.RECOGNIZED));
    message = "seed=%d, gzip=%s, %s".formatted(seed, gzip, config);
    int ids = 1 + random.nextInt(1_000);
    boolean openQuotes = random.nextBoolean();
    StringBuilder text =
        new StringBuilder("user;isbn;rating;when\nfirst;row;3;2024-01-31T12:34:56Z\n");
    int end = text.length();
    for (int count = seed % 4 == 0 ? 12_000 : 2_000; count > 0; count--) {
      text.append(randomLine(random, ids, openQuotes))
          .append(timed ? ";" + randomTime(random) : "")
          .append(random.nextBoolean() ? "\n" : "\r\n");
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    boolean wholeRows = !openQuotes;
    boolean wholeRowsBefore = wholeRows;
    for (int step = 0; step < 6; step++) {
      byte[] part = Arrays.copyOf(bytes, end);
      try (OutputStream raw = Files.newOutputStream(file);
          OutputStream out = gzip ? new GZIPOutputStream(raw) : raw) {
        out.write(part);
      }
      if (!appendsAsLoaded(config, random, wholeRowsBefore)) {
        return;
      }
      wholeRowsBefore = wholeRows;
      end = Math.min(bytes.length, end + random.nextInt(bytes.length / 4));
      wholeRows = !openQuotes && random.nextBoolean();
      while (wholeRows && bytes[end - 1] != '\n') {
        end++;
      }
    }
  }

  private LoadConfig config(Random random, Source source) {
    grown = folder.resolve("grown.safetensors");
    whole = folder.resolve("whole.safetensors");
    DuplicatePolicy[] policies = DuplicatePolicy.values();
    boolean isbns = random.nextBoolean();
    return LoadConfig.of(source, grown)
        .withDuplicates(policies[random.nextInt(policies.length)])
        .withZero(random.nextBoolean() ? Zero.IMPLICIT : Zero.RATING)
        .withItemIds(isbns ? ItemIds.ISBN : ItemIds.VERBATIM)
        .withRules(isbns ? rules(random) : Rules.NONE)
        .withScale(random.nextBoolean() ? new Scale(-2, 4) : null);
  }

  /// Rules that change items or leave rows out, also the last ones of a source.
  private static Rules rules(Random random) {
    Set<Rule> rules = EnumSet.noneOf(Rule.class);
    for (Rule rule : List.of(Rule.FOLD_ISBN13, Rule.FIX_LETTERS)) {
      if (random.nextBoolean()) {
        rules.add(rule);
      }
    }
    if (random.nextInt(4) == 0) {
      rules.add(Rule.DROP_JUNK);
    }
    SortedSet<String> users = new TreeSet<>();
    for (int user = random.nextInt(3); user > 0; user--) {
      users.add("u" + user);
      users.add("ü" + user);
    }
    return new Rules(rules, users);
  }

  private static String randomItem(Random random, int ids) {
    return switch (random.nextInt(8)) {
      case 0 -> "978-0-380-78903-0";
      case 1 -> "0-380-78903-8";
      case 2 -> "038O789O38"; // letters for zeros
      default -> Integer.toString(random.nextInt(ids));
    };
  }

  private static int size(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> 0;
      case 1 -> random.nextInt(4);
      case 2 -> random.nextInt(300);
      default -> random.nextInt(6_000);
    };
  }

  private static @Nullable Object[] randomRow(Random random, int ids) {
    Object user = "u" + random.nextInt(ids);
    Object item = randomItem(random, ids) + (random.nextInt(3) == 0 ? "-x " : "x");
    return switch (random.nextInt(8)) {
      case 0 -> Databases.row(user, item, "bad");
      case 1 -> Databases.row(user, null, 1);
      case 2 -> Databases.row(user, item, random.nextBoolean() ? 0 : -0.0);
      default -> Databases.row(user, item, random.nextInt(-12, 20) / 4f);
    };
  }

  private static @Nullable Object[] withTime(@Nullable Object[] row, Random random) {
    @Nullable Object[] timed = Arrays.copyOf(row, row.length + 1);
    timed[row.length] = random.nextInt(20) == 0 ? null : randomTime(random);
    return timed;
  }

  private static String randomTime(Random random) {
    return switch (random.nextInt(10)) {
      case 0 -> "never";
      case 1 -> "2024-02-2" + random.nextInt(10);
      default -> Long.toString(random.nextLong(EventTimes.END));
    };
  }

  private static String randomLine(Random random, int ids, boolean openQuotes) {
    String user = "\"ü" + random.nextInt(ids) + "\"";
    String item = randomItem(random, ids) + (random.nextBoolean() ? "x" : "");
    return switch (random.nextInt(10)) {
      case 0 -> user;
      case 1 -> user + ";" + item + ";";
      case 2 -> user + ";" + (openQuotes ? "\"" : "") + item + ";3";
      case 3 -> "";
      case 4 -> "\"a \"\" b\";" + item + ";4";
      default -> user + ";" + item + ";" + random.nextInt(-12, 20) / 4f;
    };
  }

  /// Appends, and loads all rows; false if the append was refused, as the load was or a mean is.
  ///
  /// @param wholeRows whether the source had whole rows only when the file was made
  private boolean appendsAsLoaded(LoadConfig config, Random random, boolean wholeRows)
      throws IOException {
    LoadConfig all =
        new LoadConfig(
            config.source(),
            whole,
            config.zero(),
            config.duplicates(),
            config.itemIds(),
            config.scale(),
            config.rules(),
            false,
            config.memoryBytes());
    LoadReport[] reports = new LoadReport[2];
    byte[] before = Files.exists(grown) ? Files.readAllBytes(grown) : new byte[0];
    LoaderException refused =
        catchThrowableOfType(
            LoaderException.class, () -> reports[0] = Loader.load(all, LoadListener.NONE));
    LoaderException failure =
        catchThrowableOfType(
            LoaderException.class,
            () ->
                reports[1] =
                    random.nextBoolean()
                        ? Loader.append(config, LoadListener.NONE)
                        : Loader.append(
                            config,
                            LoadListener.NONE,
                            1 << random.nextInt(18),
                            random.nextInt(2) * 100_000L));
    if (failure != null) {
      assertThat(Files.exists(grown) ? Files.readAllBytes(grown) : new byte[0])
          .as(message)
          .isEqualTo(before);
      String sentence = beginning(failure);
      if (sentence.equals(CHANGED)) {
        assertThat(wholeRows).as(message).isFalse();
      } else if (refused == null) {
        assertThat(config.duplicates()).as(message).isEqualTo(DuplicatePolicy.MEAN);
        assertThat(sentence).as(message).startsWith("a mean must be of all rows");
      } else {
        assertThat(sentence).as(message).isEqualTo(beginning(refused));
      }
      return false;
    }
    assertThat(refused).as(message).isNull();
    assertThat(Files.readAllBytes(grown)).as(message).isEqualTo(Files.readAllBytes(whole));
    assertThat(reports[1])
        .as(message)
        .usingRecursiveComparison()
        .ignoringFields(
            "output", "seconds", "appended", "written", "firstRejections", "newRejections")
        .isEqualTo(reports[0]);
    return true;
  }

  /// What must hold.
  private static String beginning(LoaderException failure) {
    return String.valueOf(failure.getMessage()).replaceFirst(":.*", "");
  }
}
