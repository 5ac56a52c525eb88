package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `serve` as a process of its own: what a signal, a slow client or a file that is cut short would
/// do to the one that runs the tests.
class ServeProcessTest {
  private static final int CLIENTS = 4;

  @TempDir static Path folder;
  private static Path model;

  @TempDir private Path work;
  private @Nullable Process process;
  private Path log = Path.of("");

  @BeforeAll
  static void train() {
    model = TwoTastes.model(folder, TwoTastes.ratings(folder));
  }

  @AfterEach
  void kill() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }

  /// Starts it; its access log goes to [#log].
  private URI serve(Path served, Object... more) throws IOException {
    List<Object> args = new ArrayList<>(List.of("serve", served, "--port", 0, "--watch", "20ms"));
    args.addAll(List.of(more));
    log = work.resolve("log.txt");
    ProcessBuilder builder = JavaProcess.builder(Main.class, args.toArray());
    Process started = builder.redirectError(log.toFile()).start();
    process = started;
    BufferedReader out = started.inputReader();
    String line = out.readLine();
    assertThat(line).as(Files.readString(log)).startsWith("listening on ");
    return URI.create(line.substring("listening on ".length()));
  }

  /// All that comes back for these bytes until the server closes; nothing if it does at once.
  private static String sent(URI to, String request) {
    StringBuilder answer = new StringBuilder();
    try (Socket socket = new Socket(to.getHost(), to.getPort())) {
      socket.setSoTimeout(60_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      InputStream in = socket.getInputStream();
      for (int b = in.read(); b >= 0; b = in.read()) {
        answer.append((char) b);
      }
    } catch (IOException e) {
      // closed: what has come until then is the answer
    }
    return answer.toString();
  }

  private static String get(URI from, String path) {
    return sent(from, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  }

  @Test
  void everyAcceptedRequestIsAnsweredWhenItIsStoppedUnderLoad() throws Exception {
    URI url = serve(model);
    AtomicBoolean stopped = new AtomicBoolean();
    List<Future<Integer>> clients = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
      for (int client = 0; client < CLIENTS; client++) {
        clients.add(threads.submit(() -> answersUntil(stopped, url)));
      }
      while (Files.size(log) < 100_000) {
        Thread.sleep(10);
      }
      Process running = Objects.requireNonNull(process);
      JavaProcess.signal(running, "TERM");
      assertThat(running.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(running.exitValue()).isEqualTo(143);
      stopped.set(true);
      int received = 0;
      for (Future<Integer> client : clients) {
        received += client.get();
      }
      long accepted = Files.readAllLines(log).stream().filter(l -> l.contains(" GET ")).count();
      assertThat(received).isEqualTo((int) accepted);
    }
  }

  /// The number of whole answers; one that breaks off is a failure.
  private static int answersUntil(AtomicBoolean stopped, URI url) {
    int answers = 0;
    while (!stopped.get()) {
      String answer = get(url, "/v1/users/5/recommendations?k=3&includeSeen=true");
      if (!answer.isEmpty()) {
        assertThat(answer).startsWith("HTTP/1.1 200 ").endsWith("}");
        answers++;
      }
    }
    return answers;
  }

  /// Long enough for its kernels to be compiled: those read the mapped file in other ways.
  @Test
  void aFileCutShortInPlaceFailsRequestsUntilAWholeOneComes() throws Exception {
    Path served = Files.copy(model, work.resolve("served.safetensors"));
    URI url = serve(served);
    String recommend = "/v1/users/5/recommendations?k=3&includeSeen=true";
    try (RandomAccessFile file = new RandomAccessFile(served.toFile(), "rw")) {
      for (int i = 0; i < 3000; i++) {
        assertThat(get(url, recommend)).startsWith("HTTP/1.1 200 ");
      }
      file.setLength(0);
    }
    assertThat(get(url, recommend)).startsWith("HTTP/1.1 503 ").contains("cut short");
    assertThat(get(url, "/ready")).startsWith("HTTP/1.1 503 ");
    assertThat(get(url, "/health")).startsWith("HTTP/1.1 200 ");
    Path next = Files.copy(model, work.resolve("next.safetensors"));
    Files.move(next, served, StandardCopyOption.ATOMIC_MOVE);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!get(url, "/ready").startsWith("HTTP/1.1 200 ") && System.nanoTime() < deadline) {
      Thread.sleep(20);
    }
    assertThat(get(url, recommend)).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void slowClientsAndLongHeadersAreCutOffAndOthersAreNot() throws Exception {
    URI url = serve(model, "--request-timeout", "1s");
    long start = System.nanoTime();
    assertThat(sent(url, "GET /health HTTP/1.1\r\nHost: loc")).doesNotContain("200");
    String head =
        "POST /v1/predictions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json";
    assertThat(sent(url, head + "\r\nContent-Length: 100\r\n\r\n{")).doesNotContain(" 200 ");
    assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(50));
    String large =
        "GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(20_000) + "\r\n\r\n";
    assertThat(sent(url, large)).doesNotContain(" 200 ");
    List<Socket> idle = new ArrayList<>();
    for (int i = 0; i < 1200; i++) {
      idle.add(new Socket(url.getHost(), url.getPort())); // as many as are let in, and more
    }
    for (Socket socket : idle) {
      socket.close();
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    String answer = "";
    while (!answer.startsWith("HTTP/1.1 200 ") && System.nanoTime() < deadline) {
      answer = get(url, "/health");
    }
    assertThat(answer).startsWith("HTTP/1.1 200 ");
  }
}
