package io.github.peccary.loader;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A query that gives three or four columns of all rows of a table and does nothing else, so that
/// a part of its rows can be asked for.
///
/// @param columns as they stand in the query
/// @param columnCount how many these are
/// @param table as it stands in the query
record SqliteScan(String columns, int columnCount, String table) {
  private static final String NAME =
      "(?:[A-Za-z_]\\w*|\"(?:[^\"]|\"\")+\"|`(?:[^`]|``)+`|\\[[^]]+])";
  private static final Pattern SCAN =
      Pattern.compile(
          "\\s*SELECT\\s+(NAME\\s*,\\s*NAME\\s*,\\s*NAME(\\s*,\\s*NAME)?)\\s+FROM\\s+(NAME)\\s*;?\\s*"
              .replace("NAME", NAME),
          Pattern.CASE_INSENSITIVE);

  /// Null if the query is not of this form.
  static @Nullable SqliteScan of(String sql) {
    Matcher scan = SCAN.matcher(sql);
    return scan.matches()
        ? new SqliteScan(scan.group(1), scan.group(2) == null ? 3 : 4, scan.group(3))
        : null;
  }

  /// The lowest and the highest number of a row; nulls if there are none.
  String limits() {
    return "SELECT (SELECT min(rowid) FROM %s), (SELECT max(rowid) FROM %s)"
        .formatted(table, table);
  }

  /// The rows whose numbers lie between two that are to be given.
  String range() {
    return "SELECT %s FROM %s WHERE rowid BETWEEN ? AND ?".formatted(columns, table);
  }

  /// The number of a row, when as many as are to be given come before it.
  String numberAfter() {
    return "SELECT rowid FROM %s ORDER BY rowid LIMIT 1 OFFSET ?".formatted(table);
  }

  /// How many rows there are.
  String count() {
    return "SELECT count(*) FROM %s".formatted(table);
  }
}
