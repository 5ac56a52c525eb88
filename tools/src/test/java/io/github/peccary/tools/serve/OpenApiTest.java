package io.github.peccary.tools.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.tools.Json;
import io.github.peccary.tools.Serving;
import io.github.peccary.tools.TwoTastes;
import io.github.peccary.tools.Version;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The description that is served, against what the service takes and answers.
class OpenApiTest {
  private static final Set<String> PAGES =
      Set.of(
          "/",
          "/page.css",
          "/page.js",
          "/base.js",
          "/books.js",
          "/search.js",
          "/curve.js",
          "/favicon.svg");

  @TempDir static Path folder;
  private static Service service;
  private static Map<?, ?> description;

  @BeforeAll
  static void start() throws Exception {
    service = Serving.start(TwoTastes.model(folder, TwoTastes.ratings(folder)));
    description = Json.parse(get("/openapi.json").body());
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return Serving.send(service, HttpRequest.newBuilder(), path);
  }

  private static Map<?, ?> at(Map<?, ?> parent, String... names) {
    Map<?, ?> found = parent;
    for (String name : names) {
      found = resolved(found.get(name));
    }
    return found;
  }

  /// What a reference leads to; anything else as it is.
  private static Map<?, ?> resolved(@Nullable Object value) {
    if (!(value instanceof Map<?, ?> object)) {
      throw new AssertionError("no object: " + value);
    }
    if (!(object.get("$ref") instanceof String reference)) {
      return object;
    }
    assertThat(reference).startsWith("#/");
    return at(description, reference.substring(2).split("/", -1));
  }

  private static List<?> list(Map<?, ?> parent, String name) {
    return parent.get(name) instanceof List<?> list ? list : List.of();
  }

  @Test
  void describesTheRoutesAndTheirParameters() {
    Map<String, Set<String>> described = new TreeMap<>();
    at(description, "paths")
        .forEach(
            (path, methods) ->
                ((Map<?, ?>) methods)
                    .forEach(
                        (method, operation) ->
                            described.put(
                                method.toString().toUpperCase(Locale.ROOT) + " " + path,
                                names((Map<?, ?>) operation))));
    Map<String, Set<String>> routes = new TreeMap<>();
    for (Route route : service.routes()) {
      if (!PAGES.contains(route.pattern())) {
        routes.put(route.method() + " " + route.pattern(), new TreeSet<>(route.parameters()));
      }
    }
    assertThat(described).isEqualTo(routes);
  }

  private static Set<String> names(Map<?, ?> operation) {
    Set<String> names = new TreeSet<>();
    for (Object reference : list(operation, "parameters")) {
      Map<?, ?> parameter = resolved(reference);
      if ("query".equals(parameter.get("in"))) {
        names.add(String.valueOf(parameter.get("name")));
      }
    }
    if (operation.containsKey("requestBody")) {
      Map<?, ?> body = at(operation, "requestBody", "content", "application/json", "schema");
      at(body, "properties").keySet().forEach(name -> names.add(name.toString()));
    }
    return names;
  }

  @Test
  void namesTheSegmentsOfEveryPath() {
    at(description, "paths")
        .forEach(
            (path, methods) ->
                ((Map<?, ?>) methods)
                    .values()
                    .forEach(
                        operation ->
                            assertThat(segments((Map<?, ?>) operation))
                                .as(path.toString())
                                .isEqualTo(path.toString().replaceAll("[^{]*(\\{[^}]*})?", "$1"))));
  }

  private static String segments(Map<?, ?> operation) {
    StringBuilder names = new StringBuilder();
    for (Object reference : list(operation, "parameters")) {
      Map<?, ?> parameter = resolved(reference);
      if ("path".equals(parameter.get("in"))) {
        assertThat(parameter.get("required")).isEqualTo(true);
        names.append('{').append(parameter.get("name")).append('}');
      }
    }
    return names.toString();
  }

  @Test
  void allReferencesLeadSomewhere() {
    List<Map<?, ?>> references = new ArrayList<>();
    collect(description, references);
    assertThat(references).hasSizeGreaterThan(50);
    references.forEach(reference -> assertThat(resolved(reference)).isNotEmpty());
    assertThat(at(description, "info").get("version")).isEqualTo(Version.peccary());
  }

  private static void collect(Object value, List<Map<?, ?>> references) {
    if (value instanceof Map<?, ?> object) {
      if (object.containsKey("$ref")) {
        references.add(object);
      }
      object.values().forEach(child -> collect(child, references));
    } else if (value instanceof List<?> list) {
      list.forEach(child -> collect(child, references));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /health                                              | /health
          /ready                                               | /ready
          /v1/model                                            | /v1/model
          /v1/items?query=book                                 | /v1/items
          /v1/items/000007X                                    | /v1/items/{item}
          /v1/items/000007X/similar?k=3                        | /v1/items/{item}/similar
          /v1/users/5                                          | /v1/users/{user}
          /v1/users/5/recommendations?includeSeen=true&explain=true&allow=000007X,z&deny=y | /v1/users/{user}/recommendations
          /v1/predictions?user=5&item=000007X                  | /v1/predictions
          """)
  void answersAreAsDescribed(String request, String path) throws Exception {
    check(get(request), path, "get");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /v1/recommendations | {"events":[{"item":"000002X","rating":9},{"item":"none"}],"explain":true,"deny":["y"]}
          /v1/recommendations | {"user":"5","k":3,"includeSeen":true,"blend":false}
          /v1/predictions     | {"events":[{"item":"000002X","rating":9}],"item":"000007X"}
          /v1/predictions     | {"user":"5","item":"000007X"}
          """)
  void answersToPostsAreAsDescribed(String path, String body) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder()
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    check(Serving.send(service, request, path), path, "post");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /v1/users/nobody                                     | /v1/users/{user}
          /v1/users/5?limit=0                                  | /v1/users/{user}
          /v1/items?query=                                     | /v1/items
          /v1/items/none/similar                               | /v1/items/{item}/similar
          /v1/items/000007X/similar?by=distance                | /v1/items/{item}/similar
          """)
  void problemsAreAsDescribed(String request, String path) throws Exception {
    HttpResponse<String> answer = get(request);
    Map<?, ?> responses = at(description, "paths", path, "get", "responses");
    Map<?, ?> response = at(responses, Integer.toString(answer.statusCode()));
    conform(
        Json.parse(answer.body()),
        at(response, "content", "application/problem+json", "schema"),
        request);
  }

  private static void check(HttpResponse<String> answer, String path, String method)
      throws IOException {
    Map<?, ?> response = at(description, "paths", path, method, "responses", "200");
    conform(Serving.ok(answer), at(response, "content", "application/json", "schema"), path);
  }

  /// Every field must be described and be of its type, and none that is required may lack.
  private static void conform(Object value, Map<?, ?> schema, String where) {
    assertThat(value)
        .as(where)
        .isInstanceOf(
            switch (String.valueOf(schema.get("type"))) {
              case "object" -> Map.class;
              case "array" -> List.class;
              case "string" -> String.class;
              case "integer" -> Integer.class;
              case "number" -> Number.class;
              case "boolean" -> Boolean.class;
              case "any" -> Object.class;
              default -> throw new AssertionError("no type at " + where);
            });
    if (value instanceof List<?> list) {
      list.forEach(element -> conform(element, resolved(schema.get("items")), where + "[]"));
    }
    if (value instanceof Map<?, ?> object) {
      for (Object name : list(schema, "required")) {
        assertThat(object.get(name)).as(where + "." + name).isNotNull();
      }
      object.forEach((name, field) -> conform(field, ofField(schema, name), where + "." + name));
    }
  }

  private static Map<?, ?> ofField(Map<?, ?> schema, Object name) {
    Object known = schema.get("properties") instanceof Map<?, ?> named ? named.get(name) : null;
    Object other = schema.get("additionalProperties");
    if (known == null && Boolean.TRUE.equals(other)) {
      return Map.of("type", "any");
    }
    return resolved(known == null ? other : known);
  }
}
