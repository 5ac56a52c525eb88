package io.github.peccary.loader;

import java.nio.file.Path;
import java.util.List;

/// Where ratings come from: described, not opened.
public sealed interface Source permits SqliteSource, TextSource, JdbcSource {
  /// The files that are read; the output must be none of them.
  List<Path> files();
}
