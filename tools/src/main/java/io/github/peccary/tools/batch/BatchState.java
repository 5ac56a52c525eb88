package io.github.peccary.tools.batch;

import io.github.peccary.engine.storage.WholeFile;
import io.github.peccary.tools.Json;
import io.github.peccary.tools.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/// How far a run has come, kept beside what it has written.
///
/// @param settings what must be the same for the run to go on, as text by name
/// @param done users
/// @param rows of these users
/// @param bytes of the output that are on the disk
/// @param crc32c of these
record BatchState(Map<String, String> settings, int done, long rows, long bytes, long crc32c) {
  private static final String SETTINGS = "settings";
  private static final String DONE = "usersDone";
  private static final String ROWS = "rows";
  private static final String BYTES = "bytes";
  private static final String CRC = "crc32c";

  void write(Path file) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put(SETTINGS, settings);
    fields.put(DONE, done);
    fields.put(ROWS, rows);
    fields.put(BYTES, bytes);
    fields.put(CRC, crc32c);
    WholeFile.write(file, Json.line(fields) + "\n");
  }

  /// @throws Refusal if it is no such state
  static BatchState read(Path file) throws IOException {
    String text = Files.readString(file);
    try {
      Map<String, Object> fields = Json.parse(text);
      if (fields.get(SETTINGS) instanceof Map<?, ?> found) {
        Map<String, String> settings = new LinkedHashMap<>();
        found.forEach((name, value) -> settings.put(name.toString(), String.valueOf(value)));
        return new BatchState(
            settings,
            Math.toIntExact(number(fields, DONE)),
            number(fields, ROWS),
            number(fields, BYTES),
            number(fields, CRC));
      }
    } catch (IOException | ArithmeticException | ClassCastException | NullPointerException e) {
      // told below
    }
    throw damaged(file);
  }

  static Refusal damaged(Path file) {
    return new Refusal(
        "the state of a run must be as it was left: state=%s; run without --resume to begin anew"
            .formatted(file));
  }

  private static long number(Map<String, Object> fields, String name) {
    long number = ((Number) Objects.requireNonNull(fields.get(name))).longValue();
    if (number < 0) {
      throw new ArithmeticException(name);
    }
    return number;
  }

  /// @param wanted the settings of the run that is to go on
  /// @throws Refusal if they are others
  void requireSame(Map<String, String> wanted, Path file) {
    wanted.forEach(
        (name, value) -> {
          String begun = settings.get(name);
          if (!value.equals(begun)) {
            throw new Refusal(
                "a run must go on with the model and the options that it began with: %s=%s, begun with %s=%s (%s); give the same ones, or run without --resume to begin anew"
                    .formatted(name, value, name, begun, file));
          }
        });
  }
}
