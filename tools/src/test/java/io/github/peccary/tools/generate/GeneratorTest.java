package io.github.peccary.tools.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.github.peccary.loader.LoadConfig;
import io.github.peccary.loader.LoadListener;
import io.github.peccary.loader.LoadReport;
import io.github.peccary.loader.Loader;
import io.github.peccary.loader.SqliteSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeneratorTest {
  private static final Shape SHAPE = Shape.small();

  @TempDir private Path folder;

  private Path generate(String name, long seed) throws Exception {
    Path output = folder.resolve(name);
    Generator.generate(new GeneratorConfig(SHAPE, seed, output), GeneratorListener.NONE);
    return output;
  }

  @Test
  void theSameSeedGivesTheSameBytesAndAnotherOneOtherRows() throws Exception {
    byte[] first = Files.readAllBytes(generate("a.db", 42));
    assertThat(Files.readAllBytes(generate("b.db", 42))).isEqualTo(first);
    assertThat(Files.readAllBytes(generate("c.db", 43))).isNotEqualTo(first);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> String.valueOf(file.getFileName())))
          .as("nothing temporary is left")
          .containsExactlyInAnyOrder("a.db", "b.db", "c.db");
    }
  }

  @Test
  void theRatingsHaveTheShapeAskedFor() throws Exception {
    Map<String, Integer> users = new HashMap<>();
    Map<String, Integer> items = new HashMap<>();
    Set<List<String>> pairs = new HashSet<>();
    Set<String> spellings = new HashSet<>();
    int rows = 0;
    int zeros = 0;
    for (List<String> row :
        rows(
            generate("a.db", 1),
            "SELECT user_id, isbn, rating, typeof(user_id), typeof(isbn), typeof(rating) FROM ratings")) {
      assertThat(row.subList(3, 6)).containsExactly("integer", "text", "integer");
      String item = normalised(row.get(1));
      users.merge(row.get(0), 1, Integer::sum);
      items.merge(item, 1, Integer::sum);
      pairs.add(List.of(row.get(0), item));
      spellings.add(row.get(1));
      zeros += row.get(2).equals("0") ? 1 : 0;
      rows++;
    }
    assertThat(rows).isEqualTo(SHAPE.rows());
    assertThat(users).hasSize(SHAPE.users());
    assertThat(items).hasSize(SHAPE.items());
    assertThat(spellings).hasSizeGreaterThan(SHAPE.items() * 11 / 10);
    assertThat(pairs).hasSize(SHAPE.rows() - SHAPE.duplicates());
    assertThat((double) zeros / rows).isBetween(0.61, 0.63);
    assertThat(users.get(Integer.toString(SHAPE.heaviestUserId())))
        .isGreaterThanOrEqualTo(SHAPE.heaviestUser());
  }

  @Test
  void booksAreKnownExceptSomeThatFewRead() throws Exception {
    Path database = generate("a.db", 2);
    Map<String, Integer> events = new HashMap<>();
    for (List<String> row : rows(database, "SELECT isbn FROM ratings")) {
      events.merge(normalised(row.getFirst()), 1, Integer::sum);
    }
    Set<String> known = new HashSet<>();
    for (List<String> row : rows(database, "SELECT isbn, title, author, year FROM books")) {
      known.add(normalised(row.getFirst()));
      assertThat(row.get(1)).isNotBlank();
      assertThat(row.get(2)).matches(".+ .+");
      assertThat(Integer.parseInt(row.get(3))).isBetween(1950, 2004);
    }
    assertThat(known).hasSize(SHAPE.books()).isSubsetOf(events.keySet());
    List<Integer> sizes = new ArrayList<>(events.values());
    sizes.sort(null);
    int median = sizes.get(sizes.size() / 2);
    assertThat(events)
        .allSatisfy(
            (item, count) -> assertThat(known.contains(item) || count <= median + 1).isTrue());
  }

  @Test
  void thereIsARowForEveryUser() throws Exception {
    assertThat(
            rows(
                generate("a.db", 3),
                "SELECT count(*), min(user_id), max(user_id), count(DISTINCT user_id), min(age) >= 10,"
                    + " count(age) > count(*) / 2, count(location) FROM users"))
        .containsExactly(List.of("5000", "1", "5000", "5000", "1", "1", "5000"));
  }

  @Test
  void theLoaderFindsWhatTheReportSays() throws Exception {
    Path database = folder.resolve("a.db");
    List<Long> heard = new ArrayList<>();
    GeneratorReport report =
        Generator.generate(
            new GeneratorConfig(SHAPE, 4, database), (written, planned) -> heard.add(written));
    LoadReport loaded =
        Loader.load(
            LoadConfig.of(
                new SqliteSource(
                    database, SqliteSource.DEFAULT_QUERY, "SELECT isbn, title FROM books"),
                folder.resolve("ratings.safetensors")),
            LoadListener.NONE);
    assertThat(loaded.rejected()).isEmpty();
    assertThat(loaded.rows()).isEqualTo(report.rows());
    assertThat(loaded.users()).isEqualTo(report.users());
    assertThat(loaded.items()).isEqualTo(report.items());
    assertThat(loaded.titles()).isEqualTo(report.books());
    assertThat(loaded.duplicates()).isEqualTo(report.duplicates());
    assertThat(heard).isSorted().endsWith((long) SHAPE.rows() + SHAPE.books() + SHAPE.users());
  }

  @Test
  void anOldDatabaseIsReplacedAndAMissingFolderIsRefused() throws Exception {
    Path output = folder.resolve("we ird?#.db");
    Files.writeString(output, "an old one");
    generate("we ird?#.db", 5);
    assertThat(rows(Files.copy(output, folder.resolve("copy.db")), "SELECT count(*) FROM ratings"))
        .containsExactly(List.of("40000"));
    Path nowhere = folder.resolve("nowhere/a.db");
    assertThatIOException()
        .isThrownBy(
            () ->
                Generator.generate(new GeneratorConfig(SHAPE, 1, nowhere), GeneratorListener.NONE))
        .withMessage(
            "the output's folder must exist: output=%s; create the folder or name another one",
            nowhere);
  }

  private static String normalised(String isbn) {
    return isbn.replaceAll("[- ]", "").replace('x', 'X');
  }

  private static List<List<String>> rows(Path database, String sql) throws Exception {
    List<List<String>> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int column = 1; column <= columns; column++) {
          row.add(String.valueOf(result.getString(column)));
        }
        rows.add(row);
      }
    }
    return rows;
  }
}
