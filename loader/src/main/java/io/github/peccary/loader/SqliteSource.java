package io.github.peccary.loader;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A SQLite database; it is only read.
///
/// @param query one SELECT of three columns, user, item, rating, or of four with the time; null for
///     [#DEFAULT_QUERY], with the time if that table has a column of times
/// @param titlesQuery one SELECT of two columns: item, title; null for none
public record SqliteSource(Path path, @Nullable String query, @Nullable String titlesQuery)
    implements Source {
  public static final String DEFAULT_QUERY = "SELECT user_id, isbn, rating FROM ratings";

  public SqliteSource {
    SelectStatement.check(query == null ? DEFAULT_QUERY : query, titlesQuery);
  }

  @Override
  public List<Path> files() {
    return List.of(path);
  }
}
