package io.github.peccary.tools;

import io.github.peccary.tools.command.Peccary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Runs command lines through the real entry, in this process, with the streams caught.
final class Cli {
  private Cli() {}

  /// What a command line left behind.
  record Result(int exitCode, String out, String err) {
    /// The object on the last line of standard output.
    Map<String, Object> json() {
      List<String> lines = out.lines().toList();
      try {
        return Json.parse(lines.getLast());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  static Result run(Object... args) {
    return run(0, args);
  }

  /// With a terminal of so many columns behind standard error.
  static Result run(int columns, Object[] args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            columns);
    int exitCode =
        Peccary.execute(console, Stream.of(args).map(Object::toString).toArray(String[]::new));
    return new Result(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
