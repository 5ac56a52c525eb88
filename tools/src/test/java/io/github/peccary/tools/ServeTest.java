package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peccary.engine.storage.Verify;
import io.github.peccary.tools.serve.Limits;
import io.github.peccary.tools.serve.Service;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The service over a real socket, on a model of [TwoTastes].
class ServeTest {
  @TempDir static Path folder;
  private static Path model;
  private static Service service;

  @BeforeAll
  static void start() throws IOException {
    model = TwoTastes.model(folder, TwoTastes.ratings(folder));
    service = Serving.start(model);
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return Serving.send(service, HttpRequest.newBuilder(), path);
  }

  private static HttpResponse<String> post(String path, String body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder()
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    return Serving.send(service, request, path);
  }

  private static List<?> list(Map<String, Object> fields, String name) {
    if (fields.get(name) instanceof List<?> list) {
      return list;
    }
    throw new AssertionError("no list at " + name + " in " + fields);
  }

  @Test
  void recommendsWhatTheCommandLineDoes() throws Exception {
    Cli.Result printed =
        Cli.run("recommend", model, "--user", 5, "--k", 4, "--include-seen", "--explain", "--json");
    Map<String, Object> expected = Json.parse(printed.out().lines().toList().getLast());
    Map<String, Object> found =
        Serving.ok(get("/v1/users/5/recommendations?k=4&includeSeen=true&explain=true"));
    expected.remove("microseconds");
    assertThat(found.remove("microseconds")).isInstanceOf(Double.class);
    assertThat(found).isEqualTo(expected);
    assertThat(list(found, "items")).hasSize(4);
  }

  @Test
  void recommendsForPostedEvents() throws Exception {
    Map<String, Object> found =
        Serving.ok(
            post(
                "/v1/recommendations",
                """
                {"events":[{"item":"0-00002-x","rating":9},{"item":"none","rating":2}],
                 "k":3,"deny":["000004X","?"]}"""));
    assertThat(list(found, "unknown")).isEqualTo(List.of("none"));
    assertThat(found.get("unknownDeny")).isEqualTo(1);
    assertThat(list(found, "items")).hasSize(3);
    assertThat(list(found, "items").toString()).doesNotContain("000002X", "000004X");
    assertThat(found.get("events"))
        .isEqualTo(List.of(Map.of("item", "000002X", "title", "Book 2", "rating", 9.0)));
  }

  @Test
  void answersAboutItemsUsersAndTheModel() throws Exception {
    assertThat(Serving.ok(get("/v1/items/0-00007-x")))
        .containsEntry("item", "000007X")
        .containsEntry("title", "Book 7");
    assertThat(list(Serving.ok(get("/v1/items/000007X/similar?k=2&preferEvents=0")), "items"))
        .hasSize(2);
    assertThat(Serving.ok(get("/v1/items/000007X/similar?by=cosine")).get("items"))
        .isEqualTo(Serving.ok(get("/v1/items/000007X/similar")).get("items"))
        .isNotEqualTo(Serving.ok(get("/v1/items/000007X/similar?by=inner-product")).get("items"));
    assertThat(list(Serving.ok(get("/v1/users/5?limit=3")), "history")).hasSize(3);
    assertThat(Serving.ok(get("/v1/users/5"))).containsEntry("historySize", TwoTastes.BOOKS);
    assertThat(Serving.ok(get("/v1/model")))
        .containsEntry("users", TwoTastes.USERS)
        .containsEntry("items", TwoTastes.BOOKS)
        .containsEntry("rank", 4)
        .containsEntry("hasTitles", true)
        .extractingByKey("curves", InstanceOfAssertFactories.map(String.class, Object.class))
        .extractingByKey("trainRmse", InstanceOfAssertFactories.LIST)
        .isNotEmpty();
    assertThat(list(Serving.ok(get("/v1/items?query=+BOO,7+")), "items").toString())
        .contains("item=000007X", "title=Book 7", "events=");
    assertThat(list(Serving.ok(get("/v1/items?query=0-00007-x&limit=1")), "items").toString())
        .contains("Book 7");
    assertThat(list(Serving.ok(get("/v1/items?query=b&limit=3")), "items")).hasSize(3);
    assertThat(Serving.ok(get("/v1/predictions?user=5&item=000007X")))
        .containsEntry("known", true)
        .containsKey("rating");
    assertThat(
            Serving.ok(
                post(
                    "/v1/predictions",
                    "{\"events\":[{\"item\":\"000002X\",\"rating\":9}],\"item\":\"000007X\"}")))
        .containsKey("score");
    assertThat(Serving.ok(get("/health"))).isEqualTo(Map.of("status", "up"));
    assertThat(Serving.ok(get("/ready"))).isEqualTo(Map.of("status", "ready"));
  }

  @Test
  void countsByRoutesAndNotByPaths() throws Exception {
    Serving.ok(get("/v1/users/5"));
    assertThat(get("/v1/secret").statusCode()).isEqualTo(404);
    assertThat(get("/metrics").body())
        .contains("peccary_http_requests_total{route=\"/v1/users/{user}\",method=\"GET\"")
        .contains("peccary_http_request_duration_seconds_bucket{route=\"/v1/users/{user}\",le=")
        .contains("peccary_model_swaps_total ")
        .doesNotContain("/v1/users/5")
        .doesNotContain("secret");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /nothing                                   | 404 | path
          /v1/users/nobody                           | 404 | user=nobody
          /v1/items/a%2Fb                            | 404 | item=a/b
          /v1/items/%ff                              | 400 | UTF-8
          /v1/users/5?limit=0                        | 400 | limit=0
          /v1/users/5?limit=x                        | 400 | limit=x
          /v1/users/5/recommendations?k=1001         | 400 | from 1 to 1000
          /v1/users/5/recommendations?k=1&k=2        | 400 | twice=k
          /v1/users/5/recommendations?page=2         | 400 | found=page
          /v1/users/5/recommendations?explain=yes    | 400 | explain=yes
          /v1/items/000007X/similar?by=distance      | 400 | by must be cosine or inner-product: by=distance
          /v1/predictions?user=5                     | 400 | item
          /../../etc/passwd                          | 404 | path
          /%2e%2e/%2e%2e/etc/passwd                  | 404 | path
          /v1/items/%2e%2e                           | 404 | item=..
          /v1/recommendations                        | 405 | POST
          """)
  void refusesInOneSentence(String path, int status, String words) throws Exception {
    HttpResponse<String> answer = get(path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(Json.parse(answer.body()))
        .containsEntry("status", status)
        .extractingByKey("detail")
        .asString()
        .contains(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          []                                                   | object
          {"k":3}                                              | either user or events
          {"user":"5","pages":1}                               | found=pages
          {"user":"5","k":"3"}                                 | whole number
          {"user":"5","allow":[1]}                             | list of ids
          {"events":[]}                                        | not empty
          {"events":[{"item":"none","rating":3}]}              | known=0
          {"events":[{"item":"000002X"}]}                      | rating
          {"events":[{"item":"000002X","rating":99}]}          | rating
          {"events":[{"item":"000002X","rating":9,"time":1}]}  | time
          {"user":                                             | object
          """)
  void refusesBodies(String body, String words) throws Exception {
    HttpResponse<String> answer = post("/v1/recommendations", body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    assertThat(Json.parse(answer.body()).get("detail")).asString().contains(words);
  }

  @Test
  void refusesWhatIsTooLargeOfAnotherTypeOrOfAnotherMethod() throws Exception {
    assertThat(post("/v1/recommendations", " ".repeat((1 << 20) + 1)).statusCode()).isEqualTo(413);
    HttpRequest.Builder text = HttpRequest.newBuilder().header("Content-Type", "text/plain");
    text.POST(HttpRequest.BodyPublishers.ofString("{}"));
    assertThat(Serving.send(service, text, "/v1/predictions").statusCode()).isEqualTo(415);
    HttpResponse<String> deleted =
        Serving.send(service, HttpRequest.newBuilder().DELETE(), "/v1/model");
    assertThat(deleted.statusCode()).isEqualTo(405);
    assertThat(deleted.headers().firstValue("Allow")).contains("GET, HEAD");
  }

  @Test
  void headHasTheLengthAndNoBody() throws Exception {
    HttpResponse<String> head = Serving.send(service, HttpRequest.newBuilder().HEAD(), "/health");
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValueAsLong("Content-Length"))
        .hasValue(get("/health").body().length());
  }

  /// Sends bytes as they are and reads until the server closes.
  private static String raw(String request) throws IOException {
    URI url = URI.create(service.url());
    try (Socket socket = new Socket(url.getHost(), url.getPort())) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.shutdownOutput();
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void refusesNamesThatLeadHereFromElsewhere() throws IOException {
    assertThat(raw("GET /health HTTP/1.1\r\nHost: evil.example\r\n\r\n")).contains(" 421 ");
    assertThat(raw("GET /health HTTP/1.1\r\nHost: localhost:80\r\n\r\n")).contains(" 200 ");
  }

  @Test
  void answersPipelinedAndChunkedRequests() throws IOException {
    String one = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
    assertThat(raw(one + one + one).split("\"up\"", -1)).hasSize(4);
    assertThat(
            raw(
                """
                POST /v1/recommendations HTTP/1.1
                Host: localhost
                Content-Type: application/json
                Transfer-Encoding: chunked

                5
                {"use
                8
                r":"5"}\s
                0

                """
                    .replace("\n", "\r\n")))
        .contains(" 200 ");
  }

  @Test
  void refusesAnAddressThatIsInUse() {
    InetSocketAddress taken =
        new InetSocketAddress(
            InetAddress.getLoopbackAddress(), URI.create(service.url()).getPort());
    assertThatThrownBy(
            () ->
                Service.start(
                    model,
                    Verify.CHECKSUMS,
                    Duration.ofSeconds(1),
                    taken,
                    Limits.standard(),
                    _ -> {},
                    false))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("must be free")
        .hasMessageContaining(":" + taken.getPort());
  }

  @Test
  void refusesBodiesThatBreakOff() throws IOException {
    String head =
        "POST /v1/predictions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    assertThat(raw(head + "Content-Length: 100\r\n\r\n{")).contains(" 400 ");
    assertThat(raw(head + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n")).contains(" 400 ", "chunks");
  }

  /// One at work and one that waits: of many at once, some must be told to come again.
  @Test
  void tooManyAtOnceAreToldToWait() throws Exception {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    Limits one = Limits.standard().with(10, 1);
    AtomicInteger answered = new AtomicInteger();
    AtomicInteger rejected = new AtomicInteger();
    try (Service narrow =
            Service.start(
                model, Verify.CHECKSUMS, Duration.ofSeconds(1), any, one, _ -> {}, false);
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      List<Future<?>> running = new ArrayList<>();
      for (int client = 0; client < 32; client++) {
        running.add(
            clients.submit(
                () -> {
                  while (rejected.get() == 0 && System.nanoTime() < deadline) {
                    HttpResponse<String> answer =
                        Serving.send(
                            narrow, HttpRequest.newBuilder(), "/v1/users/5/recommendations");
                    if (answer.statusCode() == 503) {
                      assertThat(answer.headers().firstValue("Retry-After")).contains("1");
                      assertThat(answer.body()).contains("at most 1 requests");
                      rejected.incrementAndGet();
                    } else {
                      Serving.ok(answer);
                      answered.incrementAndGet();
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> client : running) {
        client.get();
      }
      assertThat(rejected.get()).isPositive();
      assertThat(answered.get()).isPositive();
      assertThat(Serving.send(narrow, HttpRequest.newBuilder(), "/metrics").body())
          .contains("peccary_http_rejected_total " + rejected.get());
    }
  }

  @Test
  void malformedRequestsAreNeverItsOwnFault() throws Exception {
    Random random = new Random(42);
    String[] seeds = {
      "/v1/users/5/recommendations?k=3&allow=000002X&explain=true",
      "/v1/items/000007X/similar?k=2",
      "/v1/predictions?user=5&item=000007X",
    };
    String json = "{\"events\":[{\"item\":\"000002X\",\"rating\":9}],\"k\":3,\"allow\":[\"a\"]}";
    for (int i = 0; i < 10_000; i++) {
      boolean posted = random.nextInt(2) == 0;
      String body = posted ? damaged(json, random) : "";
      String path =
          posted ? "/v1/recommendations" : damaged(seeds[random.nextInt(seeds.length)], random);
      String answer =
          raw(
              (posted ? "POST " : "GET ")
                  + path
                  + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                  + "Content-Length: "
                  + body.length()
                  + "\r\nConnection: close\r\n\r\n"
                  + body);
      assertThat(answer).as("request %d: %s %s", i, path, body).doesNotContain("HTTP/1.1 5");
    }
    Serving.ok(get("/health"));
    Serving.ok(get("/v1/users/5/recommendations"));
  }

  private static String damaged(String text, Random random) {
    StringBuilder damaged = new StringBuilder(text);
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = random.nextInt(damaged.length());
      switch (random.nextInt(3)) {
        case 0 -> damaged.setCharAt(at, (char) (1 + random.nextInt(255)));
        case 1 -> damaged.insert(at, (char) (33 + random.nextInt(94)));
        default -> damaged.setLength(Math.max(1, at));
      }
    }
    return damaged.toString();
  }
}
