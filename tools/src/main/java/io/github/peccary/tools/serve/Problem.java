package io.github.peccary.tools.serve;

import java.util.LinkedHashMap;
import java.util.Map;

/// A request that is not answered as asked, as RFC 9457 tells it.
final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1;

  private static final Map<Integer, String> TITLES =
      Map.ofEntries(
          Map.entry(400, "Bad Request"),
          Map.entry(404, "Not Found"),
          Map.entry(405, "Method Not Allowed"),
          Map.entry(413, "Content Too Large"),
          Map.entry(415, "Unsupported Media Type"),
          Map.entry(421, "Misdirected Request"),
          Map.entry(500, "Internal Server Error"),
          Map.entry(503, "Service Unavailable"));

  private final int status;
  private final transient Map<String, String> headers;

  Problem(int status, String detail) {
    this(status, detail, Map.of());
  }

  /// @param headers of the answer
  Problem(int status, String detail, Map<String, String> headers) {
    super(detail);
    this.status = status;
    this.headers = headers;
  }

  /// The service cannot answer now, and may in a second.
  static Problem unavailable(String detail) {
    return new Problem(503, detail, Map.of("Retry-After", "1"));
  }

  Reply reply() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("type", "about:blank");
    fields.put("title", TITLES.getOrDefault(status, "Error"));
    fields.put("status", status);
    fields.put("detail", String.valueOf(getMessage()));
    return Reply.json(status, "application/problem+json", fields).with(headers);
  }
}
