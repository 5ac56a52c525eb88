package io.github.peccary.loader;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What a file is, by its content and not by its name.
public enum FileKind {
  SQLITE,
  /// Delimited text, packed by gzip or not.
  TEXT;

  /// Looks at the beginning of the file.
  ///
  /// @param encoding that the file is said to be in, null if nothing is said: where it is, bytes of
  ///     0 are no sign of another kind of file
  /// @throws LoaderException if the file is neither, or cannot be read
  public static FileKind of(Path path, @Nullable String encoding) throws IOException {
    TextFile file = TextFile.inspect(path);
    byte[] sample = file.sample();
    if (SqliteFile.hasMagic(sample)) {
      if (file.gzip()) {
        throw new LoaderException(
            "a database must be unpacked before it is read: source=%s; run: gunzip '%s'"
                .formatted(path, path));
      }
      return SQLITE;
    }
    if (encoding == null && TextEncoding.byteOrderMark(sample) == null && hasNul(sample)) {
      throw new LoaderException(
          "the source must be a SQLite database or delimited text: source=%s is neither, or an encrypted database; name another file, decrypt it first, or have it read as text with --csv or --encoding"
              .formatted(path));
    }
    return TEXT;
  }

  private static boolean hasNul(byte[] bytes) {
    for (byte b : bytes) {
      if (b == 0) {
        return true;
      }
    }
    return false;
  }
}
