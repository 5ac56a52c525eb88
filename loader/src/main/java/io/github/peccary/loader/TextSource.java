package io.github.peccary.loader;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A file of delimited text, such as CSV, packed by gzip or not.
///
/// @param format what is known of it; the rest is recognised
/// @param titles a second such file with items and titles; null for none
/// @param titlesFormat what is known of that one
public record TextSource(
    Path path, TextFormat format, @Nullable Path titles, TextFormat titlesFormat)
    implements Source {
  public TextSource {
    checkColumns(format, TextColumns.RATINGS);
    checkColumns(titlesFormat, TextColumns.TITLES);
  }

  private static void checkColumns(TextFormat format, TextColumns wanted) {
    List<String> columns = format.columns();
    if (columns != null && !wanted.fit(columns.size())) {
      throw new IllegalArgumentException(
          "the columns must be %s: %s=%s; give their names or numbers in this order"
              .formatted(wanted.required(""), wanted.option(), String.join(",", columns)));
    }
  }

  @Override
  public List<Path> files() {
    return Stream.of(path, titles).filter(file -> file != null).map(Path.class::cast).toList();
  }
}
