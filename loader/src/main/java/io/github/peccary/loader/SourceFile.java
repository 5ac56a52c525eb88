package io.github.peccary.loader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file that is read, as it was when it was looked at.
///
/// @param modified its time stamp, milliseconds
record SourceFile(Path path, long bytes, long modified) {
  static SourceFile inspect(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new LoaderException(
          "the source must be an existing file: source=%s; name the database or the text file to load"
              .formatted(path));
    }
    if (!Files.isReadable(path)) {
      throw new LoaderException(
          "the source must be readable: source=%s; check its permissions".formatted(path));
    }
    return new SourceFile(path, Files.size(path), Files.getLastModifiedTime(path).toMillis());
  }

  /// Refuses what was read without a lock from a file that changed meanwhile.
  ///
  /// @param what it is called in the sentence
  void checkUnchanged(String what) throws IOException {
    if (Files.size(path) != bytes || Files.getLastModifiedTime(path).toMillis() != modified) {
      throw new LoaderException(
          "the %s must not change while it is read: source=%s; wait for the program that writes to it, then load again"
              .formatted(what, path));
    }
  }
}
