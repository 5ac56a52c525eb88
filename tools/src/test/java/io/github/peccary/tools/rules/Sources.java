package io.github.peccary.tools.rules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The project's own files, as its rules see them.
final class Sources {
  /// Where the modules lie; tests of a module start in its folder.
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  static final List<String> MODULES = List.of("engine", "loader", "bench", "tools");

  private Sources() {}

  /// Every Java file below `folder` (`src/main`, `src/test`) of every module.
  static List<Path> java(String folder) {
    return MODULES.stream().flatMap(module -> java(module, folder).stream()).toList();
  }

  static List<Path> java(String module, String folder) {
    Path start = ROOT.resolve(module).resolve(folder);
    if (!Files.isDirectory(start)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(start)) {
      return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String name(Path file) {
    return ROOT.relativize(file).toString();
  }
}
