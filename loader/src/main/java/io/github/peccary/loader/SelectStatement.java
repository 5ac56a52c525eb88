package io.github.peccary.loader;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What can be said about a query before any database sees it: that it is one statement, and one
/// that reads. The database is opened read-only whatever the query says; this is for the sentence.
final class SelectStatement {
  private static final Set<String> READS = Set.of("SELECT", "WITH", "VALUES");

  private SelectStatement() {}

  /// Checks the queries of a database.
  ///
  /// @param ratings of user, item, rating, and perhaps the time
  /// @param titles of item, title; null for none
  /// @throws IllegalArgumentException with the sentence
  static void check(String ratings, @Nullable String titles) {
    check("query", ratings, SqliteSource.DEFAULT_QUERY);
    if (titles != null) {
      check("titles", titles, "SELECT isbn, title FROM books");
    }
  }

  /// @param name what the query is called in the sentence
  /// @throws IllegalArgumentException with the sentence
  static void check(String name, String sql, String example) {
    int start = skipBlanks(sql, 0);
    int end = start;
    while (end < sql.length() && Character.isLetter(sql.charAt(end))) {
      end++;
    }
    if (!READS.contains(sql.substring(start, end).toUpperCase(Locale.ROOT))) {
      throw new IllegalArgumentException(
          "the query must be a SELECT: %s='%s'; give one like %s".formatted(name, sql, example));
    }
    int semicolon = firstSemicolon(sql, end);
    if (skipBlanks(sql, semicolon + 1) < sql.length()) {
      throw new IllegalArgumentException(
          "the query must be one statement: %s='%s'; drop what follows the semicolon"
              .formatted(name, sql));
    }
  }

  /// The first semicolon outside of quotes and comments, or the end.
  private static int firstSemicolon(String sql, int from) {
    int position = from;
    while (position < sql.length() && sql.charAt(position) != ';') {
      int comment = skipComment(sql, position);
      position = comment > position ? comment : skipToken(sql, position);
    }
    return position;
  }

  /// The position after the quoted text that starts here, or after one character.
  private static int skipToken(String sql, int from) {
    char open = sql.charAt(from);
    if (open != '\'' && open != '"' && open != '`' && open != '[') {
      return from + 1;
    }
    int close = sql.indexOf(open == '[' ? ']' : open, from + 1); // '' in '…' is two texts: as good
    return close < 0 ? sql.length() : close + 1;
  }

  private static int skipBlanks(String sql, int from) {
    int position = from;
    while (position < sql.length()) {
      int comment = skipComment(sql, position);
      if (comment == position && !Character.isWhitespace(sql.charAt(position))) {
        break;
      }
      position = Math.max(comment, position + 1);
    }
    return position;
  }

  /// The position after the comment that starts here, or `from` if none does.
  private static int skipComment(String sql, int from) {
    String close = sql.startsWith("--", from) ? "\n" : sql.startsWith("/*", from) ? "*/" : null;
    if (close == null) {
      return from;
    }
    int end = sql.indexOf(close, from + 2);
    return end < 0 ? sql.length() : end + close.length();
  }
}
