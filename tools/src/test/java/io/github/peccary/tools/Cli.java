package io.github.peccary.tools;

import io.github.peccary.tools.command.Peccary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Runs command lines through the real entry, in this process, with the streams caught.
final class Cli {
  private Cli() {}

  /// The object in a field.
  static Map<String, Object> object(Map<?, ?> json, String field) {
    Map<String, Object> object = new TreeMap<>();
    if (json.get(field) instanceof Map<?, ?> fields) {
      fields.forEach((name, value) -> object.put(String.valueOf(name), value));
      return object;
    }
    throw new AssertionError("no object at " + field + " in " + json);
  }

  /// The number at the end of a path of fields.
  static double number(Map<?, ?> json, String... path) {
    @Nullable Object value = json;
    for (String field : path) {
      value = value instanceof Map<?, ?> map ? map.get(field) : null;
    }
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw new AssertionError("no number at " + String.join(".", path) + " in " + json);
  }

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
