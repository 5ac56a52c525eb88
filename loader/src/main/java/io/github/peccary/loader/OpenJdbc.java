package io.github.peccary.loader;

import io.github.peccary.engine.ratings.RatingsFormat;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A database behind a JDBC driver as a source. Whatever a driver makes of the wish to only read,
/// nothing that a query did is committed.
final class OpenJdbc implements OpenSource {
  /// Rows a round trip; with automatic commits off, PostgreSQL streams them instead of sending all.
  private static final int FETCH_ROWS = 10_000;

  private final JdbcSource source;
  private final Connection connection;

  OpenJdbc(JdbcSource source) throws IOException {
    this.source = source;
    Properties login = new Properties();
    if (source.user() != null) {
      login.setProperty("user", source.user());
    }
    if (source.password() != null) {
      login.setProperty("password", source.password());
    }
    checkDriver();
    try {
      connection = DriverManager.getConnection(source.url(), login);
      connection.setAutoCommit(false);
    } catch (SQLException e) {
      throw new LoaderException(
          "the database must be reachable: jdbc=%s, %s; check the URL, --user and --password-env"
              .formatted(source.name(), reason(e)),
          e);
    }
  }

  private void checkDriver() throws LoaderException {
    try {
      DriverManager.getDriver(source.url());
    } catch (SQLException e) {
      throw new LoaderException(
          "a JDBC driver must take the URL: jdbc=%s, drivers=%s; put its jar on the class path, as in PECCARY_CLASSPATH=driver.jar peccary load …"
              .formatted(
                  source.name(),
                  DriverManager.drivers()
                      .map(driver -> driver.getClass().getName())
                      .collect(Collectors.joining(", "))),
          e);
    }
  }

  private static String reason(SQLException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip();
  }

  @Override
  public RowSource ratings() throws IOException {
    return query("query", source.query(), TextColumns.RATINGS);
  }

  @Override
  public @Nullable RowSource titles() throws IOException {
    String query = source.titlesQuery();
    return query == null ? null : query("titles", query, TextColumns.TITLES);
  }

  private RowSource query(String name, String sql, TextColumns columns) throws IOException {
    try {
      Statement statement = connection.createStatement(); // closed with the rows
      statement.setFetchSize(FETCH_ROWS);
      ResultSet rows = statement.executeQuery(sql);
      ResultRows.requireColumns(rows, columns, name, sql);
      return new ResultRows(statement, rows, cells(rows.getMetaData()), this::broken);
    } catch (SQLException e) {
      throw new LoaderException(
          "the query must fit the database: %s, %s='%s'; give another with --%s (%s)"
              .formatted(reason(e), name, sql, name, source.name()),
          e);
    }
  }

  @Override
  public @Nullable String recognized() {
    return null;
  }

  @Override
  public Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(RatingsFormat.SOURCE, source.name());
    metadata.put(RatingsFormat.SOURCE_PREFIX + "format", "jdbc");
    metadata.put(RatingsFormat.QUERY, source.query());
    if (source.titlesQuery() != null) {
      metadata.put(RatingsFormat.SOURCE_PREFIX + "titles", source.titlesQuery());
    }
    return metadata;
  }

  @Override
  public String hint() {
    return "query='%s'; check the table (%s)".formatted(source.query(), source.name());
  }

  /// A database keeps a query apart from what others write meanwhile.
  @Override
  public void checkUnchanged() {}

  @Override
  public void close() throws IOException {
    try (connection) {
      connection.rollback();
    } catch (SQLException e) {
      throw broken(e);
    }
  }

  private LoaderException broken(SQLException e) {
    return new LoaderException(
        "the database must stay readable to the end: jdbc=%s, %s; check the query, and load again"
            .formatted(source.name(), reason(e)),
        e);
  }

  /// Binary columns hold UTF-8; the others are asked for as text.
  private static ResultRows.Cells cells(ResultSetMetaData columns) throws SQLException {
    boolean[] binary = new boolean[columns.getColumnCount() + 1]; // from 1
    for (int column = 1; column < binary.length; column++) {
      int type = columns.getColumnType(column);
      binary[column] =
          type == Types.BINARY || type == Types.VARBINARY || type == Types.LONGVARBINARY;
    }
    return (rows, column) -> binary[column] ? rows.getBytes(column) : ResultRows.text(rows, column);
  }
}
