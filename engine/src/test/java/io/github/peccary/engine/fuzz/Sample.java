package io.github.peccary.engine.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A good file of a kind, as bytes and taken apart.
record Sample(FileKind kind, byte[] bytes, Safetensors content) {

  static Sample write(FileKind kind, Path file) throws IOException {
    kind.write(file);
    return new Sample(kind, Files.readAllBytes(file), Safetensors.read(file));
  }
}
