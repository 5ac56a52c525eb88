package io.github.peccary.loader;

import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;

/// Sentences for what SQLite reports.
final class SqliteFailure {
  private SqliteFailure() {}

  /// @param name what the query is called in the sentence
  /// @param tables the tables there are, as in `books, ratings`
  static LoaderException ofQuery(
      Path source, String name, String sql, SQLException e, String tables) {
    if (e.getErrorCode() == SQLiteErrorCode.SQLITE_READONLY.code) {
      return new LoaderException(
          "the query must only read: %s='%s'; give a SELECT that changes nothing (%s)"
              .formatted(name, sql, source),
          e);
    }
    if (!isOfQuery(e)) {
      return of(source, e);
    }
    return new LoaderException(
        "the query must fit the database: %s, %s='%s', tables=%s; name others with --%s (%s)"
            .formatted(reason(e), name, sql, tables.isEmpty() ? "none" : tables, name, source),
        e);
  }

  /// Whether the query is at fault: it does not fit the database.
  static boolean isOfQuery(SQLException e) {
    return code(e) == SQLiteErrorCode.SQLITE_ERROR;
  }

  static LoaderException of(Path source, SQLException e) {
    return switch (code(e)) {
      case SQLITE_BUSY, SQLITE_LOCKED ->
          new LoaderException(
              "the database must not be locked: source=%s; wait for the program that writes to it, or close it"
                  .formatted(source),
              e);
      case SQLITE_NOTADB -> SqliteFile.notADatabase(source);
      case SQLITE_CORRUPT, SQLITE_IOERR, SQLITE_FORMAT ->
          new LoaderException(
              "the database is corrupt: source=%s, %s; copy it again, or salvage it with: sqlite3 '%s' .recover"
                  .formatted(source, reason(e), source),
              e);
      case SQLITE_READONLY, SQLITE_CANTOPEN ->
          new LoaderException(
              "the database must be complete without being written to: source=%s, %s; open and close it once with sqlite3, so that what an interrupted program left beside it is merged"
                  .formatted(source, reason(e)),
              e);
      default ->
          new LoaderException(
              "the database cannot be read: source=%s, %s; check it with: sqlite3 '%s' 'PRAGMA integrity_check'"
                  .formatted(source, reason(e), source),
              e);
    };
  }

  /// The code without the detail that its upper bytes add.
  private static SQLiteErrorCode code(SQLException e) {
    return SQLiteErrorCode.getErrorCode(e.getErrorCode() & 0xFF);
  }

  /// What SQLite itself said, which the driver puts in the last parentheses.
  private static String reason(SQLException e) {
    String message = String.valueOf(e.getMessage()).strip();
    int open = message.lastIndexOf(" (");
    return open >= 0 && message.endsWith(")")
        ? message.substring(open + 2, message.length() - 1)
        : message;
  }
}
