package io.github.peccary.tools;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/// Makes the SQLite databases that tests load.
final class Database {
  private Database() {}

  /// A database after these statements.
  static Path of(Path file, String... statements) {
    try (Connection connection = open(file);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
    return file;
  }

  /// The table `ratings(user_id, isbn, rating)`, its columns without types, with these rows.
  static Path ofRatings(Path file, @Nullable Object[]... rows) {
    of(file, "CREATE TABLE ratings(user_id, isbn, rating)");
    try (Connection connection = open(file)) {
      connection.setAutoCommit(false);
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO ratings VALUES(?, ?, ?)")) {
        for (@Nullable Object[] row : rows) {
          for (int column = 0; column < row.length; column++) {
            insert.setObject(column + 1, row[column]);
          }
          insert.executeUpdate();
        }
      }
      connection.commit();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
    return file;
  }

  static @Nullable Object[] row(
      @Nullable Object user, @Nullable Object item, @Nullable Object rating) {
    return new @Nullable Object[] {user, item, rating};
  }

  static Connection open(Path file) throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + file);
  }
}
