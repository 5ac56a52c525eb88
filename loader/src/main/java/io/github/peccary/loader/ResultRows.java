package io.github.peccary.loader;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The rows of a query, as a driver gives them. The statement is closed with them.
final class ResultRows implements RowSource {
  private final Statement statement;
  private final ResultSet rows;
  private final int columns;
  private final Cells cells;
  private final Function<SQLException, LoaderException> failure;

  /// How a driver's cells become bytes of UTF-8.
  interface Cells {
    /// One cell, null for null.
    ///
    /// @param column from 1
    byte @Nullable [] get(ResultSet rows, int column) throws SQLException;
  }

  /// @param failure the sentence for what fails while rows are read
  ResultRows(
      Statement statement,
      ResultSet rows,
      Cells cells,
      Function<SQLException, LoaderException> failure)
      throws SQLException {
    this.statement = statement;
    this.rows = rows;
    this.columns = rows.getMetaData().getColumnCount();
    this.cells = cells;
    this.failure = failure;
  }

  /// @param name what the query is called in the sentence
  static void requireColumns(ResultSet rows, TextColumns wanted, String name, String sql)
      throws SQLException, LoaderException {
    int found = rows.getMetaData().getColumnCount();
    if (!wanted.fit(found)) {
      throw new LoaderException(
          "the query must give %s: columns=%d, %s='%s'; select just these"
              .formatted(wanted.required(" columns"), found, name, sql));
    }
  }

  @Override
  public int columns() {
    return columns;
  }

  /// A cell as text.
  static byte @Nullable [] text(ResultSet rows, int column) throws SQLException {
    String text = rows.getString(column);
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }

  /// The driver is asked for no cell.
  @Override
  public long skip(long count) throws IOException {
    try {
      long skipped = 0;
      while (skipped < count && rows.next()) {
        skipped++;
      }
      return skipped;
    } catch (SQLException e) {
      throw failure.apply(e);
    }
  }

  @Override
  public boolean read(RowBatch batch) throws IOException {
    try {
      return fill(batch, rows, cells);
    } catch (SQLException e) {
      throw failure.apply(e);
    }
  }

  /// Replaces what is in the batch by the next rows; false when there are none.
  static boolean fill(RowBatch batch, ResultSet rows, Cells cells) throws SQLException {
    batch.clear();
    while (!batch.full() && rows.next()) {
      for (int column = 1; column <= batch.columns(); column++) {
        batch.add(cells.get(rows, column));
      }
    }
    return batch.rows() > 0;
  }

  @Override
  public void close() throws IOException {
    try (statement) {
      rows.close();
    } catch (SQLException e) {
      throw failure.apply(e);
    }
  }
}
