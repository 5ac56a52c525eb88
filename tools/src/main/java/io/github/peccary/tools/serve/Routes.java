package io.github.peccary.tools.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The table of all that can be asked for.
final class Routes {
  private static final Set<String> RANKING =
      Set.of("k", "includeSeen", "allow", "deny", "explain", "blend");

  private final List<Route> table;

  /// A route and what stands where its pattern has braces.
  record Match(Route route, List<String> segments) {}

  /// @param metrics the text of all numbers
  /// @param stopping whether no new request is wanted
  Routes(ServedModel model, Limits limits, Supplier<String> metrics, Supplier<Boolean> stopping) {
    table = new ArrayList<>(Pages.routes());
    table.addAll(
        List.of(
            Route.always("/health", (_, _) -> Reply.json(Map.of("status", "up"))),
            Route.always("/ready", (_, _) -> ready(model, stopping)),
            Route.always("/metrics", (_, _) -> metrics(metrics)),
            Route.get("/v1/model", Set.of(), (_, _) -> Reply.json(model.fields())),
            Route.get(
                "/v1/items",
                Set.of("query", "limit"),
                answer(model, limits, (answers, _) -> answers.items())),
            Route.get(
                "/v1/items/{item}",
                Set.of(),
                answer(model, limits, (answers, segments) -> answers.item(segments.getFirst()))),
            Route.get(
                "/v1/items/{item}/similar",
                Set.of("k", "preferEvents", "by"),
                answer(model, limits, (answers, segments) -> answers.similar(segments.getFirst()))),
            Route.get(
                "/v1/users/{user}",
                Set.of("limit"),
                answer(model, limits, (answers, segments) -> answers.user(segments.getFirst()))),
            Route.get(
                "/v1/users/{user}/recommendations",
                RANKING,
                answer(
                    model,
                    limits,
                    (answers, segments) -> answers.recommendations(segments.getFirst()))),
            Route.post(
                "/v1/recommendations",
                with(RANKING, "user", "events"),
                answer(model, limits, (answers, _) -> answers.recommendations())),
            Route.get(
                "/v1/predictions",
                Set.of("user", "item"),
                answer(model, limits, (answers, _) -> answers.prediction())),
            Route.post(
                "/v1/predictions",
                Set.of("user", "events", "item"),
                answer(model, limits, (answers, _) -> answers.prediction()))));
  }

  private static Reply metrics(Supplier<String> metrics) {
    return Reply.text(200, "text/plain; version=0.0.4; charset=utf-8", metrics.get());
  }

  private static Reply ready(ServedModel model, Supplier<Boolean> stopping) {
    if (stopping.get()) {
      throw Problem.unavailable("the service is stopping");
    }
    model.requireReadable();
    return Reply.json(Map.of("status", "ready"));
  }

  private static Route.Handler answer(
      ServedModel model,
      Limits limits,
      BiFunction<Answers, List<String>, Map<String, Object>> task) {
    return (segments, asked) ->
        Reply.json(
            model.call(
                recommender -> task.apply(new Answers(recommender, limits, asked), segments)));
  }

  private static Set<String> with(Set<String> names, String... more) {
    Set<String> all = new TreeSet<>(names);
    all.addAll(Set.of(more));
    return all;
  }

  List<Route> table() {
    return table;
  }

  /// @param rawPath percent-encoded
  /// @throws Problem 404 if there is no such path, 405 if it has no such method
  Match match(String method, String rawPath) {
    Set<String> allowed = new TreeSet<>();
    for (Route route : table) {
      @Nullable List<String> segments = route.match(rawPath);
      if (segments != null && route.answers(method)) {
        return new Match(route, segments);
      }
      if (segments != null) {
        allowed.addAll(
            route.method().equals("GET") ? Set.of("GET", "HEAD") : Set.of(route.method()));
      }
    }
    if (allowed.isEmpty()) {
      throw new Problem(404, "there must be such a path: path=" + rawPath);
    }
    String methods = String.join(", ", allowed);
    throw new Problem(
        405,
        "the method must be one of %s: method=%s".formatted(methods, method),
        Map.of("Allow", methods));
  }
}
