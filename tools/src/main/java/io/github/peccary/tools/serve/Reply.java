package io.github.peccary.tools.serve;

import io.github.peccary.tools.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// A whole answer.
///
/// @param type the media type
/// @param headers besides those of type and length
record Reply(int status, String type, byte[] body, Map<String, String> headers) {
  static Reply json(Map<String, ?> fields) {
    return json(200, "application/json", fields);
  }

  static Reply json(int status, String type, Map<String, ?> fields) {
    try {
      return text(status, type, Json.line(fields)).with(Map.of("Cache-Control", "no-store"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Reply text(int status, String type, String text) {
    return new Reply(status, type, text.getBytes(StandardCharsets.UTF_8), Map.of());
  }

  /// The same with more headers.
  Reply with(Map<String, String> more) {
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.putAll(more);
    return new Reply(status, type, body, all);
  }
}
