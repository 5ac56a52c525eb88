package io.github.peccary.bench;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.SplittableRandom;

/// A SQLite database of random ratings from 1 to 10, with nothing to learn in them but how long it
/// takes.
final class MadeUpDatabase {
  private static final int ROWS_IN_BATCH = 10_000;

  private MadeUpDatabase() {}

  /// Writes the table `ratings` with `rows` rows; pairs that come twice are few.
  static void write(Path file, int users, int items, int rows) {
    try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = database.createStatement()) {
      statement.execute("CREATE TABLE ratings (user_id INTEGER, isbn TEXT, rating INTEGER)");
      database.setAutoCommit(false);
      SplittableRandom random = new SplittableRandom(42);
      try (PreparedStatement insert =
          database.prepareStatement("INSERT INTO ratings VALUES (?, ?, ?)")) {
        for (int row = 1; row <= rows; row++) {
          insert.setInt(1, skewed(random, users));
          insert.setString(2, "%09d".formatted(skewed(random, items)));
          insert.setInt(3, random.nextInt(1, 11));
          insert.addBatch();
          if (row % ROWS_IN_BATCH == 0 || row == rows) {
            insert.executeBatch();
          }
        }
      }
      database.commit();
    } catch (SQLException e) {
      throw new IllegalStateException("the database must be writable: file=" + file, e);
    }
  }

  /// Low numbers are the more likely, as in any community: the first hundredth gets a tenth.
  private static int skewed(SplittableRandom random, int bound) {
    double uniform = random.nextDouble();
    return (int) (uniform * uniform * bound);
  }
}
