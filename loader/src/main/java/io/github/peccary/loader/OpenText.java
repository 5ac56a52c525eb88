package io.github.peccary.loader;

import io.github.peccary.engine.ratings.RatingsFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A text file of ratings, and perhaps one of titles, as a source.
final class OpenText implements OpenSource {
  private final Part ratings;
  private final @Nullable Part titles;

  /// A file, and how it is written.
  private record Part(TextFile file, Dialect dialect) {
    static Part of(Path path, TextFormat format, TextColumns columns) throws IOException {
      TextFile file = TextFile.inspect(path);
      return new Part(file, Recognition.recognize(file, format, columns));
    }

    RowSource rows() throws IOException {
      return new TextRows(dialect.encoding().utf8(file.open()), dialect);
    }

    String recognized() {
      return "%s: %stext, %s".formatted(file.path(), file.gzip() ? "gzip, " : "", dialect);
    }

    void putMetadata(String key, Map<String, String> metadata) {
      metadata.put(key, String.valueOf(file.path().getFileName()));
      metadata.put(key + ".format", file.gzip() ? "text.gz" : "text");
      dialect.settings().forEach((name, value) -> metadata.put(key + "." + name, value));
    }
  }

  OpenText(TextSource source) throws IOException {
    ratings = Part.of(source.path(), source.format(), TextColumns.RATINGS);
    Path path = source.titles();
    titles = path == null ? null : Part.of(path, source.titlesFormat(), TextColumns.TITLES);
  }

  @Override
  public RowSource ratings() throws IOException {
    return ratings.rows();
  }

  @Override
  public @Nullable RowSource titles() throws IOException {
    return titles == null ? null : titles.rows();
  }

  @Override
  public String recognized() {
    return ratings.recognized() + (titles == null ? "" : "; titles " + titles.recognized());
  }

  @Override
  public Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    ratings.putMetadata(RatingsFormat.SOURCE, metadata);
    if (titles != null) {
      titles.putMetadata(RatingsFormat.SOURCE_PREFIX + "titles", metadata);
    }
    return metadata;
  }

  @Override
  public String hint() {
    return "%s; name the columns with --columns (%s)"
        .formatted(ratings.dialect, ratings.file.path());
  }

  @Override
  public void checkUnchanged() throws IOException {
    ratings.file.checkUnchanged();
    if (titles != null) {
      titles.file.checkUnchanged();
    }
  }

  /// Files are open only while their rows are read.
  @Override
  public void close() {}
}
