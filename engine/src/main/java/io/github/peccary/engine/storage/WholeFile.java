package io.github.peccary.engine.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Writes a small file of text that is there as a whole or not at all, as those of a
/// [TensorFileWriter] are: a temporary file beside it is brought to the disk and renamed.
public final class WholeFile {
  private WholeFile() {}

  /// Writes the text as UTF-8.
  ///
  /// @throws IOException if it cannot be written; then nothing is left of it, and an old file stays
  public static void write(Path target, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try (TemporaryFile file =
        TemporaryFile.create(target.toAbsolutePath(), bytes.length, Disk.REAL)) {
      file.write(ByteBuffer.wrap(bytes), 0);
      file.force();
      file.rename();
    }
  }
}
