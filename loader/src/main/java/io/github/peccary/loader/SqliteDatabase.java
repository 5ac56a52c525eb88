package io.github.peccary.loader;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;

/// A SQLite database, read only in every respect: it is never created, never written, never
/// upgraded, and no file is left beside it. All queries see it as it was at the first one.
final class SqliteDatabase implements AutoCloseable {
  private static final int LOCK_WAIT_MILLIS = 2_000;

  private final SqliteFile file;
  private final Connection connection;

  /// Cells are taken as bytes, which is UTF-8 for numbers always, for texts if the database is.
  private final boolean utf8;

  private SqliteDatabase(SqliteFile file, Connection connection) throws SQLException {
    this.file = file;
    this.connection = connection;
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA query_only = 1");
      try (ResultSet encoding = statement.executeQuery("PRAGMA encoding")) {
        utf8 = encoding.next() && encoding.getString(1).equals("UTF-8");
      }
      statement.execute("BEGIN"); // titles of the same moment as the ratings
    }
  }

  static SqliteDatabase open(SqliteFile file) throws IOException {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    config.resetOpenMode(SQLiteOpenMode.READWRITE);
    config.resetOpenMode(SQLiteOpenMode.CREATE);
    config.setBusyTimeout(LOCK_WAIT_MILLIS);
    config.setOpenMode(SQLiteOpenMode.NOMUTEX);
    Connection connection = null;
    try {
      connection = config.createConnection(file.url());
      return new SqliteDatabase(file, connection);
    } catch (SQLException e) {
      closeQuietly(connection, e);
      throw SqliteFailure.of(file.path(), e);
    }
  }

  /// @param name what the query is called in sentences
  /// @param columns that it must have
  RowSource query(String name, String sql, TextColumns columns) throws IOException {
    try {
      Statement statement =
          connection.createStatement(); // closed with the rows, else with the connection
      ResultSet rows = statement.executeQuery(sql);
      ResultRows.requireColumns(rows, columns, name, sql);
      return new ResultRows(
          statement,
          rows,
          cells(),
          failure -> SqliteFailure.ofQuery(file.path(), name, sql, failure, tables()));
    } catch (SQLException e) {
      throw SqliteFailure.ofQuery(file.path(), name, sql, e, tables());
    }
  }

  ResultRows.Cells cells() {
    return utf8 ? ResultSet::getBytes : ResultRows::text;
  }

  PreparedStatement prepare(String sql) throws IOException {
    try {
      return connection.prepareStatement(sql);
    } catch (SQLException e) {
      throw SqliteFailure.of(file.path(), e);
    }
  }

  /// The first column of a sample of rows with a well-known name, if it holds times throughout;
  /// else null, and where there are no rows.
  @Nullable String timeColumn(String sample, TextColumns columns) throws IOException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sample)) {
      List<String> names = new ArrayList<>();
      for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
        names.add(rows.getMetaData().getColumnName(column));
      }
      int place = columns.findTime(names);
      boolean times = place != TextColumns.ABSENT && names.get(place).matches("[A-Za-z_]\\w*");
      boolean found = false;
      while (times && rows.next()) {
        String cell = rows.getString(place + 1);
        times = cell != null && Times.looksLikeOne(cell);
        found = times;
      }
      return found ? names.get(place) : null;
    } catch (SQLException e) {
      if (SqliteFailure.isOfQuery(e)) {
        return null; // whoever runs the query tells what is wrong with it
      }
      throw SqliteFailure.of(file.path(), e);
    }
  }

  /// Whether the query reads the table in the order of its row numbers, and a range of them can be
  /// looked up. A view has none, a table may have none, or a column that is called as they are.
  boolean scansByRowNumber(String sql, SqliteScan scan) {
    String whole = plan(sql);
    return whole.startsWith("SCAN ")
        && !whole.contains(" USING ")
        && plan(scan.range()).endsWith(" USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)");
  }

  /// What SQLite says of a query that it does in one step; empty if it takes more, or none.
  private String plan(String sql) {
    try (Statement statement = connection.createStatement();
        ResultSet steps = statement.executeQuery("EXPLAIN QUERY PLAN " + sql)) {
      String step = steps.next() ? steps.getString("detail") : "";
      return steps.next() ? "" : step;
    } catch (SQLException e) {
      return ""; // whoever runs the query tells what is wrong with it
    }
  }

  /// The numbers in the first row of a query; none if it has no rows, or a null.
  long[] numbers(String sql, long... parameters) throws IOException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setLong(i + 1, parameters[i]);
      }
      try (ResultSet row = statement.executeQuery()) {
        long[] numbers = new long[row.next() ? row.getMetaData().getColumnCount() : 0];
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = row.getLong(i + 1);
          if (row.wasNull()) {
            return new long[0];
          }
        }
        return numbers;
      }
    } catch (SQLException e) {
      throw SqliteFailure.of(file.path(), e);
    }
  }

  /// As in `books, ratings`; empty if they cannot be listed.
  private String tables() {
    String sql =
        "SELECT group_concat(name, ', ') FROM (SELECT name FROM sqlite_schema"
            + " WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name)";
    try (Statement statement = connection.createStatement();
        ResultSet names = statement.executeQuery(sql)) {
      String list = names.next() ? names.getString(1) : null;
      return list == null ? "" : list;
    } catch (SQLException e) {
      return ""; // the failure that is being reported says more
    }
  }

  @Override
  public void close() throws IOException {
    try {
      connection.close();
    } catch (SQLException e) {
      throw SqliteFailure.of(file.path(), e);
    }
  }

  private static void closeQuietly(@Nullable Connection connection, SQLException failure) {
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException e) {
        failure.addSuppressed(e);
      }
    }
  }
}
