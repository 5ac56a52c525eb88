package io.github.peccary.tools.generate;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import org.jspecify.annotations.Nullable;

/// Inserts a known number of rows, a hundred to a statement: most of the cost of an insert is
/// calling for it. Cells are added row by row from left to right.
final class BulkInsert implements AutoCloseable {
  private static final int ROWS_PER_STATEMENT = 100;

  private final Connection connection;
  private final String table;
  private final int columns;
  private int rowsLeft;
  private @Nullable PreparedStatement statement;
  private int statementCells;
  private int filled;

  BulkInsert(Connection connection, String table, int columns, int rows) {
    this.connection = connection;
    this.table = table;
    this.columns = columns;
    this.rowsLeft = rows;
  }

  void add(int cell) throws SQLException {
    PreparedStatement insert = next();
    insert.setInt(filled, cell);
    sendIfFull(insert);
  }

  void add(String cell) throws SQLException {
    PreparedStatement insert = next();
    insert.setString(filled, cell);
    sendIfFull(insert);
  }

  void addNull() throws SQLException {
    PreparedStatement insert = next();
    insert.setNull(filled, Types.NULL);
    sendIfFull(insert);
  }

  /// The statement that the next cell belongs to, `filled` counted up to it.
  private PreparedStatement next() throws SQLException {
    PreparedStatement insert = statement;
    if (insert == null) {
      int rows = Math.min(rowsLeft, ROWS_PER_STATEMENT);
      String row = "(" + "?, ".repeat(columns - 1) + "?)";
      insert =
          connection.prepareStatement(
              "INSERT INTO " + table + " VALUES " + (row + ", ").repeat(rows - 1) + row);
      statement = insert;
      statementCells = rows * columns;
    }
    filled++;
    return insert;
  }

  private void sendIfFull(PreparedStatement insert) throws SQLException {
    if (filled == statementCells) {
      insert.executeUpdate();
      rowsLeft -= filled / columns;
      filled = 0;
      if (rowsLeft < ROWS_PER_STATEMENT) {
        insert.close();
        statement = null;
      }
    }
  }

  @Override
  public void close() throws SQLException {
    if (statement != null) {
      statement.close();
    }
  }
}
