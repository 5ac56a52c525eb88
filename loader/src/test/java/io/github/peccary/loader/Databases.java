package io.github.peccary.loader;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/// SQLite databases for tests.
final class Databases {
  private Databases() {}

  /// A table `ratings` without column types, so that every value keeps the type it is given with.
  ///
  /// @param rows three values each, or four with the time, all alike
  static Path ratings(Path file, @Nullable Object[]... rows) throws SQLException {
    try (Connection connection = open(file);
        Statement statement = connection.createStatement()) {
      boolean timed = rows.length > 0 && rows[0].length > 3;
      statement.execute(
          "CREATE TABLE ratings (user_id, isbn, rating%s)".formatted(timed ? ", timestamp" : ""));
      insert(connection, "ratings", rows);
    }
    return file;
  }

  static void insert(Connection connection, String table, @Nullable Object[]... rows)
      throws SQLException {
    connection.setAutoCommit(false);
    for (@Nullable Object[] row : rows) {
      String sql = "INSERT INTO " + table + " VALUES (?" + ", ?".repeat(row.length - 1) + ")";
      try (PreparedStatement insert = connection.prepareStatement(sql)) {
        for (int column = 0; column < row.length; column++) {
          insert.setObject(column + 1, row[column]);
        }
        insert.executeUpdate();
      }
    }
    connection.commit();
    connection.setAutoCommit(true);
  }

  static void execute(Path file, String... statements) throws SQLException {
    try (Connection connection = open(file)) {
      execute(connection, statements);
    }
  }

  static void execute(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  static Connection open(Path file) throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + file);
  }

  /// The load of what this query gives, from the same database.
  static LoadConfig withQuery(LoadConfig config, String query) {
    return config.withSource(new SqliteSource(path(config), query, null));
  }

  /// The load with titles, from the same database.
  static LoadConfig withTitles(LoadConfig config, String query) {
    return config.withSource(new SqliteSource(path(config), SqliteSource.DEFAULT_QUERY, query));
  }

  /// The database of a load.
  static Path path(LoadConfig config) {
    return config.source().files().getFirst();
  }

  static @Nullable Object[] row(@Nullable Object... values) {
    return values;
  }
}
