package io.github.peccary.loader;

import static io.github.peccary.loader.Databases.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Sources that cannot be loaded, and the traces that a load must not leave.
class SourceRefusalTest {
  @TempDir private Path folder;
  private Path database = Path.of("");
  private LoadConfig config = LoadConfig.of(Path.of(""), Path.of(""));

  @BeforeEach
  void makeDatabase() throws SQLException {
    database = Databases.ratings(folder.resolve("books.db"), row(1, "a", 5), row(2, "b", 3));
    config = LoadConfig.of(database, folder.resolve("out.safetensors"));
  }

  private void assertRefused(LoadConfig config, String... parts) throws Exception {
    List<String> before = files();
    assertThatExceptionOfType(LoaderException.class)
        .isThrownBy(() -> Loader.load(config, LoadListener.NONE))
        .satisfies(e -> assertThat(e.getMessage()).contains(parts).doesNotContain("\n"));
    assertThat(files()).as("nothing is written, nothing is left").isEqualTo(before);
  }

  private List<String> files() throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  @Test
  void aMissingFileIsNotCreated() throws Exception {
    Path missing = folder.resolve("missing.db");
    assertRefused(
        LoadConfig.of(missing, config.output()),
        "the source must be an existing file: source=" + missing);
    assertRefused(
        LoadConfig.of(folder, config.output()),
        "the source must be an existing file: source=" + folder);
  }

  @Test
  void anotherFileIsNoDatabase() throws Exception {
    for (byte[] content :
        new byte[][] {
          new byte[0],
          "User-ID;ISBN;Rating\n".repeat(50).getBytes(StandardCharsets.UTF_8),
          random(8192)
        }) {
      Path other = Files.write(folder.resolve("other"), content);
      assertRefused(
          LoadConfig.of(other, config.output()),
          "the source must be a SQLite database: source="
              + other
              + " is none, or an encrypted one");
    }
  }

  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(42).nextBytes(bytes);
    return bytes;
  }

  @Test
  void aTruncatedDatabaseIsTold() throws Exception {
    long bytes = Files.size(database);
    try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "rw")) {
      file.setLength(bytes - 100);
    }
    assertRefused(
        config,
        "the database is truncated: bytes=%d, expectedBytes=%d; ".formatted(bytes - 100, bytes));
  }

  @Test
  void aCorruptDatabaseIsTold() throws Exception {
    Databases.execute(
        database,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
            + " INSERT INTO ratings SELECT i, i, 5 FROM n");
    try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "rw")) {
      file.seek(4096 * 20L);
      file.write(random(4096 * 10));
    }
    assertRefused(config, "the database is corrupt: source=" + database, "; copy it again, or ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT user_id, isbn, rating FROM rating|no such table: rating|tables=ratings",
        "SELECT user, isbn, rating FROM ratings|no such column: user|name others with --query",
        "SELECT user_id, isbn, FROM ratings|near \"FROM\": syntax error|tables=ratings",
        "SELECT user_id, isbn FROM ratings|must give 3 columns|columns=2",
        "SELECT *, 1, 2 FROM ratings|must give 3 columns, or 4 with a time (user, item, rating)|columns=5",
        "WITH t AS (SELECT 1) DELETE FROM ratings|the query must only read: query='WITH t|SELECT",
      })
  void aQueryMustFit(String query, String part, String other) throws Exception {
    assertRefused(Databases.withQuery(config, query), part, other);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT isbn, title FROM books|no such table: books|name others with --titles",
        "SELECT isbn FROM ratings|must give 2 columns (item, title)|columns=1",
      })
  void aQueryForTitlesMustFit(String query, String part, String other) throws Exception {
    assertRefused(Databases.withTitles(config, query), part, other);
  }

  @Test
  void anEmptyDatabaseHasNoTable() throws Exception {
    Path empty = folder.resolve("empty.db");
    Databases.execute(empty, "CREATE TABLE t (x)", "DROP TABLE t");
    assertRefused(LoadConfig.of(empty, config.output()), "no such table: ratings", "tables=none");
  }

  @Test
  void aLockedDatabaseIsTold() throws Exception {
    try (Connection writer = Databases.open(database)) {
      writer.createStatement().execute("BEGIN EXCLUSIVE");
      assertRefused(config, "the database must not be locked: source=" + database);
    }
  }

  @Test
  void aDatabaseWithAWriterInWriteAheadModeIsReadAsItIs() throws Exception {
    try (Connection writer = Databases.open(database)) {
      Databases.execute(writer, "PRAGMA journal_mode = WAL");
      Databases.insert(writer, "ratings", row(3, "c", 4));
      List<String> before = files();
      assertThat(before).contains("books.db-wal", "books.db-shm");
      assertThat(Loader.load(config, LoadListener.NONE).rows()).isEqualTo(3);
      assertThat(files()).containsAll(before).hasSize(before.size() + 1);
    }
  }

  /// A connection that only reads would leave both files behind.
  @Test
  void aDatabaseInWriteAheadModeGetsNoFilesBesideIt() throws Exception {
    Databases.execute(database, "PRAGMA journal_mode = WAL");
    assertThat(files()).containsExactly("books.db");
    byte[] before = Files.readAllBytes(database);
    assertThat(Loader.load(config, LoadListener.NONE).rows()).isEqualTo(2);
    assertThat(files()).containsExactly("books.db", "out.safetensors");
    assertThat(Files.readAllBytes(database)).isEqualTo(before);
  }

  @Test
  void aLogThatNobodyMergedIsTold() throws Exception {
    Path copy = folder.resolve("copy.db");
    try (Connection writer = Databases.open(database)) {
      Databases.execute(writer, "PRAGMA journal_mode = WAL");
      Databases.insert(writer, "ratings", row(3, "c", 4));
      Files.copy(database, copy);
      Files.copy(folder.resolve("books.db-wal"), folder.resolve("copy.db-wal"));
    }
    assertRefused(
        LoadConfig.of(copy, config.output()),
        "the write-ahead log beside the database must be merged first: source=" + copy,
        "log=copy.db-wal");
  }

  @Test
  void aChangeWhileReadingIsTold() throws Exception {
    Databases.execute(database, "PRAGMA journal_mode = WAL");
    SqliteFile file = SqliteFile.inspect(database);
    file.checkUnchanged();
    Databases.execute(
        database,
        "INSERT INTO ratings SELECT * FROM ratings, (VALUES (1), (2))"
            .replace("*", "user_id, isbn, rating"));
    Files.setLastModifiedTime(database, FileTime.fromMillis(file.file().modified() + 5));
    assertThatExceptionOfType(LoaderException.class)
        .isThrownBy(file::checkUnchanged)
        .withMessageStartingWith("the database must not change while it is read: source=");
  }

  @Test
  void theDatabaseIsReadByteForByteAsItWas() throws Exception {
    byte[] before = Files.readAllBytes(database);
    Loader.load(
        Databases.withQuery(config, "SELECT * FROM ratings ORDER BY rating"), LoadListener.NONE);
    assertThat(Files.readAllBytes(database)).isEqualTo(before);
    assertThat(files()).containsExactly("books.db", "out.safetensors");
  }

  @Test
  void fileNamesMayHoldAnything() throws Exception {
    Path odd = folder.resolve("we ird?&mode=rwc#%41é;.db");
    Files.copy(database, odd);
    assertThat(Loader.load(LoadConfig.of(odd, config.output()), LoadListener.NONE).rows())
        .isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"UTF-8", "UTF-16le", "UTF-16be"})
  void theEncodingOfTheDatabaseDoesNotMatter(String encoding) throws Exception {
    Path encoded = folder.resolve(encoding + ".db");
    try (Connection connection = Databases.open(encoded)) {
      connection.createStatement().execute("PRAGMA encoding = '" + encoding + "'");
      connection.createStatement().execute("CREATE TABLE ratings (user_id, isbn, rating)");
      @Nullable Object[][] rows = {
        row("Zoë \uD83D\uDC17", "0-x", "7.5"), row(12, 3, 4), row(1, null, 2)
      };
      Databases.insert(connection, "ratings", rows);
    }
    LoadReport report = Loader.load(LoadConfig.of(encoded, config.output()), LoadListener.NONE);
    assertThat(report.rejected()).containsOnlyKeys("null");
    assertThat(Loaded.from(config.output()).events())
        .containsEntry(List.of("Zoë \uD83D\uDC17", "0X"), 7.5f)
        .containsEntry(List.of("12", "3"), 4f);
  }

  @Test
  void theOutputMustHaveAPlace() throws Exception {
    Path nowhere = folder.resolve("no/such/folder/out.safetensors");
    assertRefused(
        LoadConfig.of(database, nowhere), "the output's folder must exist: output=" + nowhere);
    assertRefused(LoadConfig.of(database, database), "the output must not be the source: output=");
  }

  @Test
  void aRefusedLoadLeavesTheOldOutput() throws Exception {
    Files.writeString(config.output(), "the old one");
    assertRefused(
        Databases.withQuery(config, "SELECT 1, 2, 'x'"), "a row must be left after cleaning");
    assertThat(config.output()).hasContent("the old one");
  }
}
