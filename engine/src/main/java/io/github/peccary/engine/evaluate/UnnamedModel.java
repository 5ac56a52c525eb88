package io.github.peccary.engine.evaluate;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A model that is measured and thrown away: mapped from a file that has lost its name by then.
final class UnnamedModel {
  /// Writes a model.
  interface Writer {
    void write(Path file) throws IOException;
  }

  private UnnamedModel() {}

  static FactorModel map(Writer writer) throws IOException {
    Path folder = Files.createTempDirectory("peccary-model");
    Path file = folder.resolve("model.safetensors");
    try {
      writer.write(file);
      return FactorModel.open(file, Verify.STRUCTURE);
    } finally {
      Files.deleteIfExists(file);
      Files.delete(folder);
    }
  }
}
