package io.github.peccary.loader;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A SQLite database; it is only read.
///
/// @param query one SELECT of three columns: user, item, rating
/// @param titlesQuery one SELECT of two columns: item, title; null for none
public record SqliteSource(Path path, String query, @Nullable String titlesQuery)
    implements Source {
  public static final String DEFAULT_QUERY = "SELECT user_id, isbn, rating FROM ratings";

  public SqliteSource {
    SelectStatement.check(query, titlesQuery);
  }

  @Override
  public List<Path> files() {
    return List.of(path);
  }
}
