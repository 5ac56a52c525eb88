package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.storage.Verify;
import io.github.peccary.tools.serve.Limits;
import io.github.peccary.tools.serve.Service;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// A service in tests, and requests to it.
public final class Serving {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private Serving() {}

  public static Service start(Path path) throws IOException {
    return Service.start(
        path,
        Verify.CHECKSUMS,
        Duration.ofMillis(5),
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        Limits.standard(),
        _ -> {},
        true);
  }

  public static HttpResponse<String> send(Service to, HttpRequest.Builder request, String path)
      throws IOException, InterruptedException {
    return CLIENT.send(
        request.uri(URI.create(to.url() + path)).build(), HttpResponse.BodyHandlers.ofString());
  }

  public static Map<String, Object> ok(HttpResponse<String> answer) throws IOException {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
    return Json.parse(answer.body());
  }
}
