package io.github.peccary.loader;

import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A source that is open: rows of ratings, then rows of titles.
interface OpenSource extends AutoCloseable {
  /// Opens the source, having found out what was left open in its description.
  static OpenSource open(Source source) throws IOException {
    return switch (source) {
      case SqliteSource sqlite -> new OpenSqlite(sqlite);
      case TextSource text -> new OpenText(text);
      case JdbcSource jdbc -> new OpenJdbc(jdbc);
    };
  }

  /// Rows of user, item, rating, and the time if the source has one.
  RowSource ratings() throws IOException;

  /// Rows of item, title; null if none are asked for.
  @Nullable RowSource titles() throws IOException;

  /// What was found out about the source, in a line for people; null if there was nothing to.
  @Nullable String recognized();

  /// Entries that say what was read and how.
  Map<String, String> metadata();

  /// What to look at if there are no ratings, as in `query='SELECT …'; check the table (books.db)`.
  String hint();

  /// To be called at the end.
  ///
  /// @throws LoaderException if the source changed while it was read
  void checkUnchanged() throws IOException;

  @Override
  void close() throws IOException;
}
