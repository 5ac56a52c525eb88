package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.tools.serve.Service;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of requests when the model is replaced and when the service stops.
class ServeSwapTest {
  @TempDir static Path folder;
  private static Path model;

  @BeforeAll
  static void train() {
    model = TwoTastes.model(folder, TwoTastes.ratings(folder));
  }

  @Test
  void noRequestFailsWhileModelsAreSwapped() throws Exception {
    Path served = Files.copy(model, folder.resolve("swapped.safetensors"));
    try (Service swapping = Serving.start(served);
        ExecutorService clients = Executors.newFixedThreadPool(2)) {
      AtomicBoolean done = new AtomicBoolean();
      List<Future<Integer>> running = new ArrayList<>();
      for (int client = 0; client < 2; client++) {
        running.add(clients.submit(until(done, swapping)));
      }
      for (int swap = 1; swap <= 10; swap++) {
        Path next = Files.copy(model, folder.resolve("next.safetensors"));
        Files.move(next, served, StandardCopyOption.ATOMIC_MOVE);
        await(swapping, "\"swaps\":" + swap);
      }
      done.set(true);
      for (Future<Integer> client : running) {
        assertThat(client.get()).isPositive();
      }
    }
  }

  private static Callable<Integer> until(AtomicBoolean done, Service of) {
    return () -> {
      int answered = 0;
      while (!done.get()) {
        Serving.ok(Serving.send(of, HttpRequest.newBuilder(), "/v1/users/5/recommendations"));
        answered++;
      }
      return answered;
    };
  }

  private static void await(Service of, String words) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    String body = "";
    while (System.nanoTime() < deadline) {
      body = Serving.send(of, HttpRequest.newBuilder(), "/v1/model").body();
      if (body.contains(words)) {
        return;
      }
      Thread.sleep(5);
    }
    throw new AssertionError("no " + words + " in " + body);
  }

  @Test
  void keepsItsModelWhereTheNextIsGarbageOrGone() throws Exception {
    Path served = Files.copy(model, folder.resolve("kept.safetensors"));
    try (Service keeping = Serving.start(served)) {
      Path garbage = Files.writeString(folder.resolve("garbage"), "garbage");
      Files.move(garbage, served, StandardCopyOption.ATOMIC_MOVE);
      await(keeping, "\"lastRefused\"");
      Serving.ok(Serving.send(keeping, HttpRequest.newBuilder(), "/v1/users/5/recommendations"));
      Files.delete(served);
      await(keeping, "the file must exist");
      Serving.ok(Serving.send(keeping, HttpRequest.newBuilder(), "/v1/users/5/recommendations"));
    }
  }

  @Test
  void stopsWhenWhatItAcceptedIsAnswered() throws Exception {
    Service stopping = Serving.start(model);
    URI url = URI.create(stopping.url());
    try (Socket socket = new Socket(url.getHost(), url.getPort())) {
      socket.setSoTimeout(30_000);
      String head =
          """
          POST /v1/recommendations HTTP/1.1
          Host: localhost
          Content-Type: application/json
          Content-Length: 12

          """
              .replace("\n", "\r\n");
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      awaitInFlight(stopping);
      Thread stop = Thread.ofPlatform().start(stopping::close);
      socket.getOutputStream().write("{\"user\":\"5\"}".getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).contains(" 200 ").contains("\"items\"");
      stop.join();
    }
  }

  /// One request besides the one that asks.
  private static void awaitInFlight(Service of) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (System.nanoTime() < deadline) {
      String text = Serving.send(of, HttpRequest.newBuilder(), "/metrics").body();
      if (text.contains("peccary_http_requests_in_flight 2")) {
        return;
      }
      Thread.sleep(5);
    }
    throw new AssertionError("the request must be in flight");
  }
}
