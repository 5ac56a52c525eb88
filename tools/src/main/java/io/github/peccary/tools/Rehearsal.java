package io.github.peccary.tools;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.tools.command.Peccary;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// What the launcher runs once, so that the JVM sees which classes are wanted: the demo on little
/// data, and its models served.
final class Rehearsal {
  private static final int TRIES = 1000;

  private Rehearsal() {}

  /// Needs the folder for the files.
  public static void main(String[] args) throws IOException, InterruptedException {
    Path folder = Path.of(args[0]);
    Console console = new Console(System.out, System.err, 0);
    String[] demo = {"demo", "--shape", "small", "--folder", folder.toString()};
    int exitCode = Peccary.execute(console, demo);
    if (exitCode == 0) {
      for (String model : List.of("model.safetensors", "ranking.safetensors")) {
        serve(folder.resolve(model), console);
      }
    }
    System.exit(exitCode); // what serves would go on
  }

  private static void serve(Path path, Console console) throws IOException, InterruptedException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, loopback)) {
      port = free.getLocalPort();
    }
    String[] serve = {"serve", path.toString(), "--port", Integer.toString(port)};
    Thread.ofPlatform().daemon().start(() -> Peccary.execute(console, serve));
    String user;
    String item;
    try (FactorModel model = FactorModel.open(path)) {
      user = model.userIds().id(0);
      item = model.itemIds().id(0);
    }
    String server = "http://" + loopback.getHostAddress() + ":" + port;
    ask(server + "/v1/users/" + user + "/recommendations?explain=true", "");
    String events = "{\"events\": [{\"item\": \"%s\", \"rating\": 9}]}".formatted(item);
    ask(server + "/v1/recommendations", events);
    ask(server + "/v1/items/" + item + "/similar", "");
    ask(server + "/v1/items?query=the", "");
    ask(server + "/v1/model", "");
    ask(server + "/metrics", "");
    ask(server + "/", "");
  }

  /// Gets, or posts a body, as soon as the server is there.
  private static void ask(String url, String body) throws IOException, InterruptedException {
    for (int tried = 1; true; tried++) {
      try {
        exchange(URI.create(url), body);
        return;
      } catch (ConnectException e) {
        if (tried == TRIES) {
          throw e;
        }
        Thread.sleep(10);
      }
    }
  }

  private static void exchange(URI uri, String body) throws IOException {
    if (!(uri.toURL().openConnection() instanceof HttpURLConnection connection)) {
      throw new AssertionError("a connection to an HTTP server is one of HTTP: " + uri);
    }
    if (!body.isEmpty()) {
      connection.setDoOutput(true);
      connection.setRequestProperty("Content-Type", "application/json");
      try (OutputStream out = connection.getOutputStream()) {
        out.write(body.getBytes(StandardCharsets.UTF_8));
      }
    }
    boolean failed = connection.getResponseCode() >= HttpURLConnection.HTTP_BAD_REQUEST;
    try (InputStream in = failed ? connection.getErrorStream() : connection.getInputStream()) {
      in.readAllBytes();
    }
  }
}
