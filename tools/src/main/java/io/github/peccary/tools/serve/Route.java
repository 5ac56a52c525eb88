package io.github.peccary.tools.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One thing that can be asked for.
///
/// @param pattern a path whose segments in braces stand for any text, such as `/v1/items/{item}`
/// @param parameters of the query, or fields of the body of a POST
/// @param limited whether it waits where too many requests are at work
record Route(
    String method, String pattern, Set<String> parameters, boolean limited, Handler handler) {

  /// Answers a request.
  @FunctionalInterface
  interface Handler {
    /// The whole answer to one request.
    ///
    /// @param segments what stands where the pattern has braces
    Reply answer(List<String> segments, Parameters asked);
  }

  static Route get(String pattern, Set<String> parameters, Handler handler) {
    return new Route("GET", pattern, parameters, true, handler);
  }

  static Route post(String pattern, Set<String> fields, Handler handler) {
    return new Route("POST", pattern, fields, true, handler);
  }

  /// A GET that is answered however busy the service is.
  static Route always(String pattern, Handler handler) {
    return new Route("GET", pattern, Set.of(), false, handler);
  }

  /// What stands where the pattern has braces; null if the path does not match.
  ///
  /// @param rawPath percent-encoded, so that an encoded slash is part of a segment
  @Nullable List<String> match(String rawPath) {
    String[] expected = pattern.split("/", -1);
    String[] found = rawPath.split("/", -1);
    if (expected.length != found.length) {
      return null;
    }
    List<String> segments = new ArrayList<>();
    for (int i = 0; i < expected.length; i++) {
      if (expected[i].startsWith("{")) {
        if (found[i].isEmpty()) {
          return null;
        }
        segments.add(Percent.path(found[i]));
      } else if (!expected[i].equals(found[i])) {
        return null;
      }
    }
    return segments;
  }

  boolean answers(String asked) {
    return method.equals(asked) || (method.equals("GET") && asked.equals("HEAD"));
  }
}
