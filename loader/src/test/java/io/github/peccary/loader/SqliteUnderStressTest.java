package io.github.peccary.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Databases that others write, cut or hold while they are loaded. In the good one every rating is
/// 1 and every title `v1`; a writer gives all of them another number in one transaction, so that a
/// load which has seen two moments holds two numbers.
class SqliteUnderStressTest {
  private static final int ROWS = 140_000;

  @TempDir private Path folder;
  private Path database = Path.of("");
  private LoadConfig config = LoadConfig.of(Path.of(""), Path.of(""));
  private int version = 1;

  @BeforeEach
  void makeDatabase() throws SQLException {
    database = folder.resolve("books.db");
    config =
        Databases.withTitles(
            LoadConfig.of(database, folder.resolve("out.safetensors")),
            "SELECT isbn, title FROM books");
  }

  private void fill(String journal, int rows) throws SQLException {
    Databases.execute(
        database,
        "PRAGMA journal_mode = " + journal,
        "CREATE TABLE ratings (user_id, isbn, rating)",
        "CREATE TABLE books (isbn, title)",
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < "
            + rows
            + ") INSERT INTO ratings SELECT i / 100, i % 100, 1 FROM n",
        "INSERT INTO books SELECT DISTINCT isbn, 'v1' FROM ratings");
  }

  private void rewrite(Connection writer) {
    version++;
    try {
      Databases.execute(
          writer,
          "BEGIN IMMEDIATE",
          "UPDATE ratings SET rating = " + version,
          "UPDATE books SET title = 'v" + version + "'",
          "COMMIT");
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private void assertOneMoment(int expected) throws Exception {
    Loaded loaded = Loaded.from(config.output());
    assertThat(loaded.events().values()).hasSize(ROWS).containsOnly((float) expected);
    assertThat(loaded.titles().values()).hasSize(100).containsOnly("v" + expected);
  }

  private String refusal() {
    StringBuilder sentence = new StringBuilder();
    assertThatExceptionOfType(LoaderException.class)
        .isThrownBy(() -> Loader.load(config, LoadListener.NONE))
        .satisfies(e -> sentence.append(e.getMessage()));
    assertThat(sentence.toString()).doesNotContain("\n").contains("; ");
    assertThat(config.output()).doesNotExist();
    return sentence.toString();
  }

  /// The listener is called in the middle of the ratings and again between them and the titles.
  @Test
  void aLogWrittenDuringTheLoadIsNotSeen() throws Exception {
    fill("WAL", ROWS);
    try (Connection writer = Databases.open(database)) {
      rewrite(writer);
      Loader.load(config, rows -> rewrite(writer));
      assertThat(version).as("rewritten during the load").isGreaterThanOrEqualTo(4);
      assertOneMoment(2);
    }
  }

  /// There is no log at first, so that the database is read without locks.
  @Test
  void aLogBegunDuringTheLoadIsNotSeenUntilItIsMerged() throws Exception {
    fill("WAL", ROWS);
    try (Connection writer = Databases.open(database)) {
      Databases.execute(writer, "PRAGMA wal_autocheckpoint = 0");
      Loader.load(config, rows -> rewrite(writer));
      assertThat(version).isGreaterThanOrEqualTo(3);
      assertOneMoment(1);
    }
  }

  @Test
  void aLogMergedDuringTheLoadIsTold() throws Exception {
    fill("WAL", ROWS);
    assertThatExceptionOfType(LoaderException.class)
        .isThrownBy(
            () ->
                Loader.load(
                    config,
                    rows -> {
                      try (Connection writer = Databases.open(database)) {
                        rewrite(writer);
                      } catch (SQLException e) {
                        throw new AssertionError(e);
                      }
                    }))
        .withMessageStartingWith("the database must not change while it is read: source=");
    assertThat(config.output()).doesNotExist();
  }

  @Test
  void aDatabaseWithoutALogCannotBeWrittenDuringTheLoad() throws Exception {
    fill("DELETE", ROWS);
    try (Connection writer = Databases.open(database)) {
      Databases.execute(writer, "PRAGMA busy_timeout = 0");
      Loader.load(
          config,
          rows -> {
            assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> Databases.execute(writer, "UPDATE ratings SET rating = 9"))
                .withMessageContaining("SQLITE_BUSY");
          });
    }
    assertOneMoment(1);
  }

  @Test
  void everyTruncationIsRefusedInASentence() throws Exception {
    fill("DELETE", 2_000);
    byte[] bytes = Files.readAllBytes(database);
    Random random = new Random(42);
    for (int i = 0; i < 60; i++) {
      int length = i < 20 ? bytes.length * i / 20 / 4096 * 4096 : random.nextInt(bytes.length);
      Files.write(database, Arrays.copyOf(bytes, length));
      assertThat(refusal()).as("bytes=%s", length).contains(database.toString());
    }
  }

  /// As tools do that encrypt all but the first bytes.
  @Test
  void anEncryptedDatabaseIsRefusedInASentence() throws Exception {
    fill("DELETE", 2_000);
    byte[] bytes = Files.readAllBytes(database);
    for (int plain : new int[] {0, 16, 32, 100, 1024}) {
      byte[] encrypted = new byte[bytes.length];
      new Random(plain).nextBytes(encrypted);
      System.arraycopy(bytes, 0, encrypted, 0, plain);
      Files.write(database, encrypted);
      assertThat(refusal())
          .as("plain bytes=%s", plain)
          .containsAnyOf(
              "is none, or an encrypted one", "is truncated", "is corrupt", "cannot be read");
    }
  }

  /// A transaction that a program died in is undone by the next one that may write, not by a load.
  @Test
  void aJournalThatNobodyRolledBackIsTold() throws Exception {
    fill("DELETE", 2_000);
    Path copy = folder.resolve("copy.db");
    try (Connection writer = Databases.open(database)) {
      Databases.execute(writer, "PRAGMA cache_size = 1", "BEGIN", "UPDATE ratings SET rating = 9");
      Files.copy(database, copy);
      Files.copy(folder.resolve("books.db-journal"), folder.resolve("copy.db-journal"));
    }
    config = LoadConfig.of(copy, config.output());
    assertThat(refusal())
        .startsWith("the database must be complete without being written to: source=" + copy);
  }

  @Test
  void aFolderThatCannotBeWrittenIsReadNevertheless() throws Exception {
    for (String journal : List.of("DELETE", "WAL")) {
      Path sealed = Files.createDirectory(folder.resolve(journal));
      database = sealed.resolve("books.db");
      fill(journal, 1_000);
      assertThat(sealed.toFile().setWritable(false)).isTrue();
      try {
        assumeFalse(Files.isWritable(sealed), "root may write everywhere");
        assertThat(Loader.load(LoadConfig.of(database, config.output()), LoadListener.NONE).rows())
            .isEqualTo(1_000);
        try (Stream<Path> files = Files.list(sealed)) {
          assertThat(files).containsExactly(database);
        }
      } finally {
        assertThat(sealed.toFile().setWritable(true)).isTrue();
      }
    }
  }
}
