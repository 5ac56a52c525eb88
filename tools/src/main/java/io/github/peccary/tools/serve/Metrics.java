package io.github.peccary.tools.serve;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/// What the service counts, in the text format of Prometheus 0.0.4.
final class Metrics {
  private final Map<Answered, LongAdder> requests = new ConcurrentHashMap<>();
  private final Map<String, Histogram> durations = new ConcurrentHashMap<>();
  private final AtomicInteger inFlight = new AtomicInteger();

  private record Answered(String route, String method, int status) {}

  void begun() {
    inFlight.incrementAndGet();
  }

  /// @param route the pattern of a route, never a path
  void answered(String route, String method, int status, long nanos) {
    inFlight.decrementAndGet();
    requests.computeIfAbsent(new Answered(route, method, status), _ -> new LongAdder()).increment();
    durations.computeIfAbsent(route, _ -> new Histogram()).add(nanos);
  }

  /// @param more other numbers, each with its name and, in braces, its labels
  String text(Map<String, Number> more) {
    StringBuilder text = new StringBuilder("# TYPE peccary_http_requests_total counter\n");
    requests.forEach(
        (of, count) ->
            text.append(
                "peccary_http_requests_total{route=\"%s\",method=\"%s\",status=\"%d\"} %d\n"
                    .formatted(of.route, of.method, of.status, count.sum())));
    text.append("# TYPE peccary_http_request_duration_seconds histogram\n");
    durations.forEach(
        (route, duration) ->
            duration.appendTo(
                text, "peccary_http_request_duration_seconds", "route=\"" + route + "\""));
    appendNumber(text, "peccary_http_requests_in_flight", inFlight.get());
    Runtime heap = Runtime.getRuntime();
    appendNumber(text, "jvm_heap_used_bytes", heap.totalMemory() - heap.freeMemory());
    more.forEach((name, number) -> appendNumber(text, name, number));
    return text.toString();
  }

  private static void appendNumber(StringBuilder text, String name, Number number) {
    String type = name.endsWith("_total") ? "counter" : "gauge";
    String bare = name.replaceFirst("\\{.*", "");
    text.append("# TYPE %s %s\n%s %s\n".formatted(bare, type, name, number));
  }
}
