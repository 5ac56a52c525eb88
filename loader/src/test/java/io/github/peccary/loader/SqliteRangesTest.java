package io.github.peccary.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqliteRangesTest {
  private static final String QUERY = SqliteSource.DEFAULT_QUERY;

  @TempDir private Path folder;

  private Path database(String... statements) throws SQLException {
    Path database = folder.resolve("books.db");
    Databases.execute(database, statements);
    return database;
  }

  private static SqliteRanges ranges(SqliteFile file, SqliteDatabase first, int readers, long width)
      throws IOException {
    return Objects.requireNonNull(SqliteRanges.open(file, first, QUERY, readers, width));
  }

  private static List<@Nullable String> cells(RowSource rows) throws IOException {
    List<@Nullable String> cells = new ArrayList<>();
    RowBatch batch = new RowBatch(3);
    while (rows.read(batch)) {
      for (int row = 0; row < batch.rows(); row++) {
        for (int column = 0; column < 3; column++) {
          int length = batch.length(row, column);
          cells.add(
              length < 0
                  ? null
                  : new String(
                      batch.bytes(), batch.start(row, column), length, StandardCharsets.UTF_8));
        }
      }
    }
    return cells;
  }

  /// Row numbers without gaps, with some, and with wide ones; nulls, texts of any size, numbers.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void severalConnectionsGiveWhatOneGives(long seed) throws Exception {
    Random random = new Random(seed);
    String step = List.of("1", "1 + abs(random()) % 50", "abs(random() >> 20)").get((int) seed % 3);
    Path path =
        database(
            "CREATE TABLE ratings (user_id, isbn, rating)",
            ("WITH RECURSIVE n(i, r) AS (SELECT 0, %d UNION ALL SELECT i + 1, r + %s FROM n WHERE i < %d)"
                    + " INSERT INTO ratings(rowid, user_id, isbn, rating)"
                    + " SELECT r, nullif(i, 77), hex(randomblob(i %% 40)), i * 0.5 FROM n")
                .formatted(random.nextInt(2_000) - 1_000, step, 1 + random.nextInt(30_000)),
            "DELETE FROM ratings WHERE rating BETWEEN 500 AND 900");
    SqliteFile file = SqliteFile.inspect(path);
    int readers = 2 + random.nextInt(3);
    int width = 1 + random.nextInt(5_000);
    try (SqliteDatabase first = SqliteDatabase.open(file);
        RowSource one = first.query("query", QUERY, TextColumns.RATINGS);
        SqliteRanges ranges = ranges(file, first, readers, width)) {
      long skip = seed % 2 == 0 ? 0 : random.nextInt(30_000);
      assertThat(ranges.skip(skip)).as("seed=%d", seed).isEqualTo(one.skip(skip));
      assertThat(cells(ranges))
          .as("seed=%d, readers=%d, width=%d, skip=%d", seed, readers, width, skip)
          .isEqualTo(cells(one));
    }
  }

  @Test
  void rowNumbersMayBeNegativeAndFarApart() throws Exception {
    Path path =
        database(
            "CREATE TABLE ratings (user_id, isbn, rating)",
            "INSERT INTO ratings(rowid, user_id, isbn, rating) VALUES"
                + " (-4000000000000000000, 1, 'a', 1), (-7, 2, 'b', 2), (4000000000000000000, 3, 'c', 3)");
    SqliteFile file = SqliteFile.inspect(path);
    try (SqliteDatabase first = SqliteDatabase.open(file);
        SqliteRanges ranges = ranges(file, first, 3, 10)) {
      assertThat(cells(ranges)).containsExactly("1", "a", "1", "2", "b", "2", "3", "c", "3");
    }
  }

  /// Whatever is not plainly all rows of a table by row number goes through one connection.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT user_id, isbn, rating FROM ratings WHERE rating > 0",
        "SELECT user_id, isbn, rating FROM ratings ORDER BY isbn",
        "SELECT user_id, isbn, rating FROM ratings LIMIT 5",
        "SELECT DISTINCT user_id, isbn, rating FROM ratings",
        "SELECT user_id, isbn, rating + 1 FROM ratings",
        "SELECT user_id, isbn, rating FROM ratings, numbered",
        "SELECT user_id, isbn FROM ratings",
        "SELECT user_id, isbn, rating FROM ordered",
        "SELECT user_id, isbn, rating FROM keyed",
        "SELECT user_id, isbn, rating FROM indexed",
        "SELECT user_id, isbn, rating FROM numbered",
        "SELECT user_id, isbn, rating FROM empty",
        "SELECT user_id, isbn, rating FROM missing",
        "SELECT user_id, isbn, missing FROM ratings",
      })
  void othersGoThroughOneConnection(String query) throws Exception {
    String columns = " (user_id, isbn, rating)";
    Path path =
        database(
            "CREATE TABLE ratings" + columns,
            "CREATE VIEW ordered AS SELECT * FROM ratings ORDER BY isbn",
            "CREATE TABLE keyed (user_id, isbn, rating, PRIMARY KEY (isbn, user_id)) WITHOUT ROWID",
            "CREATE TABLE indexed (user_id, isbn, rating, title TEXT, author TEXT, publisher TEXT)",
            "CREATE INDEX covering ON indexed (isbn, user_id, rating)",
            "CREATE TABLE numbered (user_id, isbn, rating, rowid, _rowid_, oid)",
            "CREATE TABLE empty" + columns,
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99)"
                + " INSERT INTO ratings SELECT i, 'b' || (i * 37 % 100), 1 FROM n",
            "INSERT INTO keyed SELECT * FROM ratings",
            "INSERT INTO indexed(user_id, isbn, rating) SELECT * FROM ratings",
            "INSERT INTO numbered SELECT *, 7, 7, 7 FROM ratings");
    SqliteFile file = SqliteFile.inspect(path);
    try (SqliteDatabase first = SqliteDatabase.open(file)) {
      assertThat(SqliteRanges.open(file, first, QUERY, 2, 1))
          .isNotNull()
          .satisfies(RowSource::close);
      assertThat(SqliteRanges.open(file, first, query, 2, 1)).isNull();
    }
  }

  /// A log of writes may grow between the first look of one connection and that of the next.
  @Test
  void aLogOfWritesIsReadByOneConnection() throws Exception {
    Path path =
        database(
            "PRAGMA journal_mode = WAL",
            "CREATE TABLE ratings (user_id, isbn, rating)",
            "INSERT INTO ratings VALUES (1, 'a', 1), (2, 'b', 2)");
    try (Connection writer = Databases.open(path)) {
      Databases.execute(writer, "INSERT INTO ratings VALUES (3, 'c', 3)");
      SqliteFile file = SqliteFile.inspect(path);
      try (SqliteDatabase first = SqliteDatabase.open(file)) {
        assertThat(SqliteRanges.open(file, first, QUERY, 2, 1)).isNull();
      }
    }
  }

  @Test
  void whatIsDamagedIsRefusedAndNothingRunsOn() throws Exception {
    Path path =
        database(
            "PRAGMA page_size = 512",
            "CREATE TABLE ratings (user_id, isbn, rating)",
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
                + " INSERT INTO ratings SELECT i, 'b' || i, 1 FROM n");
    byte[] bytes = Files.readAllBytes(path);
    for (int i = bytes.length / 2; i < bytes.length / 2 + 5_000; i++) {
      bytes[i] = (byte) 0x5A;
    }
    Files.write(path, bytes);
    SqliteFile file = SqliteFile.inspect(path);
    try (SqliteDatabase first = SqliteDatabase.open(file);
        SqliteRanges ranges = ranges(file, first, 2, 100)) {
      assertThatExceptionOfType(LoaderException.class)
          .isThrownBy(() -> cells(ranges))
          .withMessageStartingWith("the database is corrupt: source=");
    }
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("peccary-reader-"));
  }

  @Test
  void whoeverClosesBeforeTheEndWaitsForNobody() throws Exception {
    Path path =
        database(
            "CREATE TABLE ratings (user_id, isbn, rating)",
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 90000)"
                + " INSERT INTO ratings SELECT i, 'b' || i, 1 FROM n");
    SqliteFile file = SqliteFile.inspect(path);
    try (SqliteDatabase first = SqliteDatabase.open(file)) {
      SqliteRanges ranges = ranges(file, first, 3, 1_000);
      assertThat(ranges.read(new RowBatch(3))).isTrue();
      ranges.close();
    }
  }
}
