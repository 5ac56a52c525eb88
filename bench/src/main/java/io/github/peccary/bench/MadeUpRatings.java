package io.github.peccary.bench;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.SplittableRandom;

/// Random ratings from 1 to 10, with nothing to learn in them but how long it takes; the same rows
/// in a SQLite database and in text. Pairs that come twice are few. The first row alone is rated
/// [#HIGHEST], so that a scale can leave nothing but that.
final class MadeUpRatings {
  static final int HIGHEST = 11;

  private static final int ROWS_IN_BATCH = 10_000;

  private MadeUpRatings() {}

  /// How text is written, by where such text comes from.
  enum Form {
    /// Everything in quotes, in cp1252.
    BOOK_CROSSING(
        "\"User-ID\";\"ISBN\";\"Book-Rating\"\n", "\"%d\";\"%s\";\"%d\"\n", "windows-1252"),
    /// MovieLens's `ratings.dat`.
    COLONS("", "%d::%s::%d::978300760\n", "UTF-8"),
    /// MovieLens's `u.data`.
    TABS("", "%d\t%s\t%d\t881250949\n", "UTF-8");

    private final String header;
    private final String row;
    private final Charset charset;

    Form(String header, String row, String charset) {
      this.header = header;
      this.row = row;
      this.charset = Charset.forName(charset);
    }
  }

  /// Where a row goes.
  private interface Rows<E extends Exception> {
    void row(int number, int user, String item, int rating) throws E;
  }

  /// Writes the table `ratings`.
  static void database(Path file, int users, int items, int rows) {
    try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = database.createStatement()) {
      statement.execute("CREATE TABLE ratings (user_id INTEGER, isbn TEXT, rating INTEGER)");
      database.setAutoCommit(false);
      try (PreparedStatement insert =
          database.prepareStatement("INSERT INTO ratings VALUES (?, ?, ?)")) {
        Rows<SQLException> to =
            (number, user, item, rating) -> {
              insert.setInt(1, user);
              insert.setString(2, item);
              insert.setInt(3, rating);
              insert.addBatch();
              if (number % ROWS_IN_BATCH == 0 || number == rows) {
                insert.executeBatch();
              }
            };
        each(users, items, rows, to);
      }
      database.commit();
    } catch (SQLException e) {
      throw new IllegalStateException("the database must be writable: file=" + file, e);
    }
  }

  /// Writes a text file.
  static void text(Path file, Form form, int users, int items, int rows) throws IOException {
    try (Writer out = Files.newBufferedWriter(file, form.charset)) {
      out.write(form.header);
      Rows<IOException> to =
          (_, user, item, rating) -> out.write(form.row.formatted(user, item, rating));
      each(users, items, rows, to);
    }
  }

  private static <E extends Exception> void each(int users, int items, int rows, Rows<E> to)
      throws E {
    SplittableRandom random = new SplittableRandom(42);
    for (int number = 1; number <= rows; number++) {
      int user = skewed(random, users);
      int item = skewed(random, items);
      String id = (item % 1000 == 7 ? "É%08d" : "%09d").formatted(item); // text is not all ASCII
      to.row(number, user, id, number == 1 ? HIGHEST : random.nextInt(1, HIGHEST));
    }
  }

  /// Low numbers are the more likely, as in any community: the first hundredth gets a tenth.
  private static int skewed(SplittableRandom random, int bound) {
    double uniform = random.nextDouble();
    return (int) (uniform * uniform * bound);
  }
}
