package io.github.peccary.tools.command;

import io.github.peccary.tools.ProcessMemory;
import io.github.peccary.tools.Refusal;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/// What several commands check before they begin.
final class Settings {
  private Settings() {}

  /// The validated settings that `settings` makes; a value that no data could make right is wrong
  /// usage.
  static <T> T valid(CommandSpec spec, Supplier<T> settings) {
    try {
      return settings.get();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  /// A ranking of no items is wrong usage.
  static void requireCount(CommandSpec spec, int k) {
    if (k < 1) {
      throw new ParameterException(spec.commandLine(), "k must be 1 or more: k=" + k);
    }
  }

  /// Refuses an output that could not be written, before minutes are spent on it; and one that
  /// would replace what is read.
  static void requireWritable(Path output, Path... inputs) throws IOException {
    Path folder = output.toAbsolutePath().getParent();
    if (folder == null || Files.isDirectory(output)) {
      throw new Refusal("the output must be a file: output=" + output + "; name a file in it");
    }
    if (Files.exists(output) && !Files.isRegularFile(output)) {
      throw new Refusal(
          "the output must be a regular file, not a device or a pipe: output=%s; name another file"
              .formatted(output));
    }
    if (!Files.isDirectory(folder)) {
      throw new Refusal(
          "the output's folder must exist: output=" + output + "; create it with mkdir -p");
    }
    if (!Files.isWritable(folder)) {
      throw new Refusal(
          "the output's folder must be writable: output=" + output + "; name another folder");
    }
    for (Path input : inputs) {
      if (sameFile(output, input)) {
        throw new Refusal(
            "the output must not be what is read: output=" + output + "; name another file");
      }
    }
  }

  /// Whether both are names of one file, which need not exist yet.
  static boolean sameFile(Path one, Path other) throws IOException {
    if (Files.exists(one) && Files.exists(other)) {
      return Files.isSameFile(one, other);
    }
    return one.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize());
  }

  /// Makes the folder if need be.
  ///
  /// @param name what it is called in the sentence
  static void makeFolder(String name, Path folder) throws IOException {
    try {
      Files.createDirectories(folder);
    } catch (FileSystemException e) {
      throw new Refusal(
          "there must be a folder, or a place to make it: %s=%s; name another one"
              .formatted(name, folder));
    }
  }

  /// What would be typed to run these arguments.
  static String commandLine(List<String> args) {
    return args.stream()
        .map(arg -> arg.matches("[\\w./:@=+,-]+") ? arg : "'" + arg.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" ", "peccary ", ""));
  }

  /// Adds `peakRssBytes` where the system tells it.
  static void putMemory(Map<String, Object> fields) {
    OptionalLong peak = ProcessMemory.peakResidentBytes();
    peak.ifPresent(bytes -> fields.put("peakRssBytes", bytes));
  }
}
