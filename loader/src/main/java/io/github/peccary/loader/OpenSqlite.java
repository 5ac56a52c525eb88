package io.github.peccary.loader;

import io.github.peccary.engine.ratings.RatingsFormat;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A SQLite database as a source.
final class OpenSqlite implements OpenSource {
  private final SqliteSource source;
  private final SqliteFile file;
  private final SqliteDatabase database;

  OpenSqlite(SqliteSource source) throws IOException {
    this.source = source;
    this.file = SqliteFile.inspect(source.path());
    this.database = SqliteDatabase.open(file);
  }

  @Override
  public RowSource ratings() throws IOException {
    RowSource ranges = SqliteRanges.open(file, database, source.query());
    return ranges == null ? database.query("query", source.query(), 3) : ranges;
  }

  @Override
  public @Nullable RowSource titles() throws IOException {
    String query = source.titlesQuery();
    return query == null ? null : database.query("titles", query, 2);
  }

  @Override
  public @Nullable String recognized() {
    return null;
  }

  @Override
  public Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(RatingsFormat.SOURCE, String.valueOf(source.path().getFileName()));
    metadata.put(RatingsFormat.SOURCE_PREFIX + "format", "sqlite");
    metadata.put(RatingsFormat.QUERY, source.query());
    if (source.titlesQuery() != null) {
      metadata.put(RatingsFormat.SOURCE_PREFIX + "titles", source.titlesQuery());
    }
    return metadata;
  }

  @Override
  public String hint() {
    return "query='%s'; check the table (%s)".formatted(source.query(), source.path());
  }

  @Override
  public void checkUnchanged() throws IOException {
    file.checkUnchanged();
  }

  @Override
  public void close() throws IOException {
    database.close();
  }
}
