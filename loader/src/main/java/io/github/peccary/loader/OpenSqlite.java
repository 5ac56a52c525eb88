package io.github.peccary.loader;

import io.github.peccary.engine.ratings.RatingsFormat;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A SQLite database as a source.
final class OpenSqlite implements OpenSource {
  private static final String SAMPLE = "SELECT * FROM ratings LIMIT 100";

  private final SqliteSource source;
  private final SqliteFile file;
  private final SqliteDatabase database;
  private final String query;

  OpenSqlite(SqliteSource source) throws IOException {
    this.source = source;
    this.file = SqliteFile.inspect(source.path());
    this.database = SqliteDatabase.open(file);
    try {
      this.query = source.query() == null ? defaultQuery() : source.query();
    } catch (Throwable e) {
      database.close();
      throw e;
    }
  }

  /// With the time, if the table has a column with a well-known name that holds times.
  private String defaultQuery() throws IOException {
    String time = database.timeColumn(SAMPLE, TextColumns.RATINGS);
    return time == null
        ? SqliteSource.DEFAULT_QUERY
        : SqliteSource.DEFAULT_QUERY.replace(" FROM", ", " + time + " FROM");
  }

  @Override
  public RowSource ratings() throws IOException {
    RowSource ranges = SqliteRanges.open(file, database, query);
    return ranges == null ? database.query("query", query, TextColumns.RATINGS) : ranges;
  }

  @Override
  public @Nullable RowSource titles() throws IOException {
    String titles = source.titlesQuery();
    return titles == null ? null : database.query("titles", titles, TextColumns.TITLES);
  }

  @Override
  public @Nullable String recognized() {
    boolean known = query.equals(SqliteSource.DEFAULT_QUERY) || query.equals(source.query());
    return known ? null : "%s: query='%s'".formatted(source.path(), query);
  }

  @Override
  public Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(RatingsFormat.SOURCE, String.valueOf(source.path().getFileName()));
    metadata.put(RatingsFormat.SOURCE_PREFIX + "format", "sqlite");
    metadata.put(RatingsFormat.QUERY, query);
    if (source.titlesQuery() != null) {
      metadata.put(RatingsFormat.SOURCE_PREFIX + "titles", source.titlesQuery());
    }
    return metadata;
  }

  @Override
  public String hint() {
    return "query='%s'; check the table (%s)".formatted(query, source.path());
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
