package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.tools.serve.Service;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The files of the page, as they are served.
class PagesTest {
  private static final Path FILES =
      Path.of("src/main/resources/io/github/peccary/tools/serve").toAbsolutePath();
  private static final Pattern REFERENCE =
      Pattern.compile("(?:href|src)=\"([^\"#]+)\"|from '\\./([^']+)'");

  @TempDir static Path folder;
  private static Service service;

  @BeforeAll
  static void start() throws IOException {
    service = Serving.start(TwoTastes.model(folder, TwoTastes.ratings(folder)));
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  private static HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder();
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return Serving.send(service, request, path);
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.list(FILES)) {
      return files.sorted().toList();
    }
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  @ParameterizedTest
  @CsvSource({
    "/,            page.html,   text/html; charset=utf-8",
    "/page.css,    page.css,    text/css; charset=utf-8",
    "/page.js,     page.js,     text/javascript; charset=utf-8",
    "/favicon.svg, favicon.svg, image/svg+xml",
  })
  void servesTheSourcesAsTheyAre(String path, String file, String type) throws Exception {
    HttpResponse<String> answer = get(path);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(Files.readString(FILES.resolve(file)));
    assertThat(header(answer, "Content-Type")).isEqualTo(type);
    assertThat(header(answer, "X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(header(answer, "Content-Security-Policy"))
        .startsWith("default-src 'self';")
        .doesNotContain("unsafe");
  }

  @Test
  void isSentOnceUntilItChanges() throws Exception {
    String etag = header(get("/page.js"), "ETag");
    HttpResponse<String> again = get("/page.js", "If-None-Match", etag);
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    assertThat(header(again, "ETag")).isEqualTo(etag);
    assertThat(get("/page.css", "If-None-Match", etag).statusCode()).isEqualTo(200);
  }

  @Test
  void everyFileIsServedAndEveryReferenceLeadsToOne() throws Exception {
    Set<String> references = new TreeSet<>(Set.of("page.html"));
    for (Path file : sources()) {
      REFERENCE
          .matcher(Files.readString(file))
          .results()
          .map(found -> found.group(1) == null ? found.group(2) : found.group(1))
          .forEach(references::add);
    }
    assertThat(references)
        .containsExactlyElementsOf(
            sources().stream().map(file -> file.getFileName().toString()).toList());
    references.remove("page.html");
    for (String reference : references) {
      assertThat(get("/" + reference).statusCode()).as(reference).isEqualTo(200);
    }
  }

  @Test
  void nothingLeadsElsewhereAndNoTextBecomesCode() throws IOException {
    for (Path file : sources()) {
      assertThat(Files.readString(file).replace("http://www.w3.org/2000/svg", ""))
          .as(file.toString())
          .doesNotContainPattern("https?:|[\"'(]//\\w")
          .doesNotContainPattern("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|eval\\(")
          .doesNotContainPattern("\\sstyle=|\\son[a-z]+=|<style|javascript:");
    }
  }
}
