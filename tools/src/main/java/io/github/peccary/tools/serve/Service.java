package io.github.peccary.tools.serve;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.peccary.engine.storage.Verify;
import io.github.peccary.tools.Failures;
import io.github.peccary.tools.Refusal;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/// A model behind HTTP. Every request has a virtual thread; so many are at work at once as the
/// [Limits] say.
public final class Service implements AutoCloseable {
  private static final int STOP_SECONDS = 10;

  /// Connections that the system keeps while none can be accepted.
  private static final int BACKLOG = 1024;

  private static final String NO_ROUTE = "none";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ServedModel model;
  private final Limits limits;
  private final Limiter limiter;
  private final Metrics metrics = new Metrics();
  private final Routes routes;
  private final Consumer<String> log;
  private final boolean logAccess;
  private final boolean loopback;
  private volatile boolean stopping;

  private Service(
      ServedModel model,
      InetSocketAddress address,
      Limits limits,
      Consumer<String> log,
      boolean logAccess)
      throws IOException {
    this.model = model;
    this.limits = limits;
    this.log = log;
    this.logAccess = logAccess;
    limiter = new Limiter(limits.concurrent(), limits.queueTime().toMillis());
    routes = new Routes(model, limits, this::metrics, () -> stopping);
    loopback = address.getAddress() != null && address.getAddress().isLoopbackAddress();
    server = listening(address);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
  }

  private static HttpServer listening(InetSocketAddress address) throws IOException {
    try {
      return HttpServer.create(address, BACKLOG);
    } catch (BindException e) {
      throw new IOException(
          "the address must be free and of this machine: address=%s, %s; choose another port or host"
              .formatted(address, e.getMessage()),
          e);
    }
  }

  /// Opens the model and answers requests from here on.
  ///
  /// @param verify what is checked of each file
  /// @param watch how often the path of the model is looked at
  /// @param log for lines about the model and, if `logAccess`, about every request
  /// @throws IOException if the model cannot be opened, or the address is not free
  public static Service start(
      Path path,
      Verify verify,
      Duration watch,
      InetSocketAddress address,
      Limits limits,
      Consumer<String> log,
      boolean logAccess)
      throws IOException {
    ServedModel model = new ServedModel(path, verify, watch, log);
    try {
      Service service = new Service(model, address, limits, log, logAccess);
      service.server.start();
      return service;
    } catch (Throwable e) {
      model.close();
      throw e;
    }
  }

  /// Where it answers, such as `http://127.0.0.1:8080`.
  public String url() {
    InetAddress address = server.getAddress().getAddress();
    String host = address.getHostAddress();
    String name = host.contains(":") ? "[" + host + "]" : host;
    return "http://" + name + ":" + server.getAddress().getPort();
  }

  /// All that can be asked for.
  List<Route> routes() {
    return routes.table();
  }

  private String metrics() {
    Map<String, Number> numbers = new LinkedHashMap<>(model.numbers());
    numbers.put("peccary_http_rejected_total", limiter.rejected());
    return metrics.text(numbers);
  }

  private void handle(HttpExchange exchange) throws IOException {
    long start = System.nanoTime();
    metrics.begun();
    String method = exchange.getRequestMethod();
    String route = NO_ROUTE;
    int status = 500;
    long bytes = 0;
    try (exchange) {
      Reply reply;
      try {
        requireOwnHost(exchange.getRequestHeaders());
        Routes.Match match = routes.match(method, exchange.getRequestURI().getRawPath());
        route = match.route().pattern();
        Parameters asked = parameters(exchange, match.route());
        reply =
            match.route().limited()
                ? limiter.run(() -> match.route().handler().answer(match.segments(), asked))
                : match.route().handler().answer(match.segments(), asked);
      } catch (RuntimeException | Error e) {
        reply = failure(e);
      }
      status = reply.status();
      bytes = reply.body().length;
      send(exchange, reply);
    } finally {
      long nanos = System.nanoTime() - start;
      metrics.answered(route, route.equals(NO_ROUTE) ? NO_ROUTE : method, status, nanos);
      if (logAccess) {
        String path = exchange.getRequestURI().getRawPath();
        log.accept("%s %s %d %d %d".formatted(method, path, status, bytes, nanos / 1000));
      }
    }
  }

  private Reply failure(Throwable e) {
    return switch (e) {
      case Problem problem -> problem.reply();
      case Refusal refusal -> new Problem(400, String.valueOf(refusal.getMessage())).reply();
      default -> {
        log.accept("failed: " + Failures.sentence(e));
        yield new Problem(500, "the request could not be answered; see the log").reply();
      }
    };
  }

  /// A page elsewhere whose name leads to this machine must not read what is served to it alone.
  private void requireOwnHost(Headers headers) {
    String host = headers.getFirst("Host");
    if (loopback && !(host == null || isLoopback(host))) {
      throw new Problem(421, "the host must be a name of this machine: host=" + host);
    }
  }

  private static boolean isLoopback(String host) {
    String name = host.replaceFirst(":\\d*$", "").toLowerCase(Locale.ROOT);
    return name.equals("localhost")
        || name.equals("[::1]")
        || name.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
  }

  private Parameters parameters(HttpExchange exchange, Route route) {
    String query = exchange.getRequestURI().getRawQuery();
    if (route.method().equals("GET")) {
      return Parameters.ofQuery(query, route.parameters());
    }
    if (query != null) {
      throw new Problem(400, "what is posted must be in the body: query=" + query);
    }
    String type = exchange.getRequestHeaders().getFirst("Content-Type");
    if (type == null || !type.matches("(?i)application/json\\s*(;.*)?")) {
      throw new Problem(415, "the body must be application/json: Content-Type=" + type);
    }
    byte[] body = body(exchange);
    if (body.length > limits.bodyBytes()) {
      throw new Problem(413, "the body must have at most %d bytes".formatted(limits.bodyBytes()));
    }
    return Parameters.ofJson(body, route.parameters());
  }

  private byte[] body(HttpExchange exchange) {
    try {
      return exchange.getRequestBody().readNBytes(limits.bodyBytes() + 1);
    } catch (IOException e) {
      throw new Problem(
          400,
          "the body must arrive whole, and in well-formed chunks if in any: " + e.getMessage());
    }
  }

  private void send(HttpExchange exchange, Reply reply) throws IOException {
    Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Type", reply.type());
    headers.set("X-Content-Type-Options", "nosniff");
    reply.headers().forEach(headers::set);
    if (stopping) {
      headers.set("Connection", "close");
    }
    String etag = reply.headers().get("ETag");
    if (etag != null && etag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
      exchange.sendResponseHeaders(304, -1);
    } else if (exchange.getRequestMethod().equals("HEAD")) {
      headers.set("Content-Length", Integer.toString(reply.body().length));
      exchange.sendResponseHeaders(reply.status(), -1);
    } else {
      exchange.sendResponseHeaders(reply.status(), reply.body().length);
      OutputStream body = exchange.getResponseBody();
      body.write(reply.body());
      body.flush(); // closing reads what is left of the request first, and may fail at that
    }
  }

  /// Accepts no more, finishes what has been accepted, for ten seconds at most, and lets the model
  /// go.
  @Override
  public void close() {
    stopping = true;
    server.stop(STOP_SECONDS);
    threads.shutdownNow();
    model.close();
  }
}
