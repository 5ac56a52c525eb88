package io.github.peccary.engine.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.peccary.engine.metric.Bootstrap;
import io.github.peccary.engine.metric.Bootstrap.Interval;
import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.Models;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrices.Triple;
import io.github.peccary.engine.ratings.RatingMatrix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rankings against the plain way: sort all items that the user has not had, look the held-out ones
/// up, and average over the users that have any.
class RankingPassTest {
  private static final Holdout HOLDOUT = Holdout.random(0.3, 7);
  private static final List<String> NAMES =
      List.of("ndcg@", "recall@", "precision@", "mrr@", "map@", "hitRate@");

  @TempDir Path folder;
  private List<Triple> triples = List.of();
  private RatingMatrix ratings;
  private FactorModel model;

  @BeforeEach
  void open() throws IOException {
    triples = RatingMatrices.random(60, 50, 0.3, 3);
    ratings = RatingMatrices.open(folder.resolve("ratings.safetensors"), triples);
    model = Models.of(ratings, 11).holdout(HOLDOUT).open(folder.resolve("model.safetensors"));
  }

  private void reopen() throws IOException {
    close();
    ratings = RatingMatrices.open(folder.resolve("others.safetensors"), triples);
    model = Models.of(ratings, 11).holdout(HOLDOUT).open(folder.resolve("other.safetensors"));
  }

  @AfterEach
  void close() {
    model.close();
    ratings.close();
  }

  private EvaluationReport evaluate(int k) {
    try (Workers workers = new Workers(1)) {
      return Evaluation.evaluate(model, ratings, k, Integer.MAX_VALUE, workers);
    }
  }

  private static Map<String, Double> measures(EvaluationReport report, String name) {
    return report.models().getOrDefault(name, Map.of());
  }

  /// One event by the numbers of the model.
  private record Event(int user, int item, float value) {
    boolean isHeldOut() {
      return value != 0 && HOLDOUT.contains(user, item);
    }
  }

  private List<Event> events() {
    return triples.stream()
        .map(
            triple ->
                new Event(
                    model.userIds().indexOf(triple.user()),
                    model.itemIds().indexOf(triple.item()),
                    triple.value()))
        .toList();
  }

  private int[] popularity() {
    int[] popularity = new int[model.items()];
    events().stream()
        .filter(event -> !event.isHeldOut())
        .forEach(event -> popularity[event.item]++);
    return popularity;
  }

  /// What one user was shown, and what it was worth.
  ///
  /// @param had how many items the user had before
  private record Shown(int had, List<Integer> top, List<Double> measures) {}

  private List<Shown> plain(int k, ToDoubleBiFunction<Integer, Integer> score) {
    List<Shown> all = new ArrayList<>();
    for (int user = 0; user < model.users(); user++) {
      int shown = user;
      List<Event> own = events().stream().filter(event -> event.user == shown).toList();
      List<Integer> relevant = own.stream().filter(Event::isHeldOut).map(Event::item).toList();
      List<Integer> had = own.stream().filter(e -> !e.isHeldOut()).map(Event::item).toList();
      if (!relevant.isEmpty()) {
        List<Integer> top =
            IntStream.range(0, model.items())
                .boxed()
                .filter(item -> !had.contains(item))
                .sorted(
                    Comparator.comparingDouble((Integer item) -> -score.applyAsDouble(shown, item))
                        .thenComparingInt(item -> item))
                .limit(k)
                .toList();
        all.add(new Shown(had.size(), top, walk(top, relevant, k)));
      }
    }
    return all;
  }

  private static List<Double> walk(List<Integer> top, List<Integer> relevant, int k) {
    double gain = 0;
    double ideal = 0;
    double first = 0;
    double precisions = 0;
    double hits = 0;
    for (int place = 0; place < k; place++) {
      double discount = 1 / (Math.log(place + 2) / Math.log(2));
      ideal += place < relevant.size() ? discount : 0;
      if (place < top.size() && relevant.contains(top.get(place))) {
        gain += discount;
        hits++;
        first = first == 0 ? 1.0 / (place + 1) : first;
        precisions += hits / (place + 1);
      }
    }
    return List.of(
        gain / ideal,
        hits / relevant.size(),
        hits / k,
        first,
        precisions / Math.min(k, relevant.size()),
        Math.min(1, hits));
  }

  private static void assertMeans(Map<String, Double> measures, int k, List<Shown> expected) {
    for (int m = 0; m < NAMES.size(); m++) {
      int measure = m;
      assertThat(measures.get(NAMES.get(m) + k))
          .as(NAMES.get(m) + k)
          .isCloseTo(
              expected.stream()
                  .mapToDouble(shown -> shown.measures.get(measure))
                  .average()
                  .orElseThrow(),
              within(1e-12));
    }
  }

  @Test
  void rankingsAreThoseOfSortingAllItems() {
    int[] popularity = popularity();
    float[] biases = model.biases().item();
    for (int k : new int[] {1, 5, 10, 200}) {
      EvaluationReport report = evaluate(k);

      List<Shown> ofModel = plain(k, model::predict);
      assertMeans(measures(report, "model"), k, ofModel);
      assertMeans(measures(report, "biases"), k, plain(k, (user, item) -> biases[item]));
      assertMeans(measures(report, "popularity"), k, plain(k, (user, item) -> popularity[item]));
      assertThat(measures(report, "globalMean")).doesNotContainKey("ndcg@" + k);
      assertThat(report.rankedUsers()).isEqualTo(ofModel.size());
      assertThat(report.rankableUsers()).isEqualTo(report.rankedUsers());
    }
  }

  @Test
  void whatIsShownIsCountedByItem() {
    int[] popularity = popularity();
    for (int k : new int[] {1, 5, 200}) {
      Map<String, Double> measures = measures(evaluate(k), "model");

      List<Integer> shown =
          plain(k, model::predict).stream().flatMap(user -> user.top.stream()).toList();
      assertThat(measures.get("coverage@" + k))
          .isEqualTo((double) shown.stream().distinct().count() / model.items());
      assertThat(measures.get("meanPopularity@" + k))
          .isCloseTo(
              shown.stream().mapToInt(item -> popularity[item]).average().orElseThrow(),
              within(1e-9));
      double differences = 0;
      for (int one = 0; one < model.items(); one++) {
        for (int other = 0; other < model.items(); other++) {
          differences +=
              Math.abs(Collections.frequency(shown, one) - Collections.frequency(shown, other));
        }
      }
      assertThat(measures.get("gini@" + k))
          .isCloseTo(differences / (2.0 * model.items() * shown.size()), within(1e-9));
    }
  }

  @Test
  void usersAreSplitByWhatTheyHadBefore() throws IOException {
    // few events each, so that all classes have users
    triples = RatingMatrices.random(300, 40, 0.08, 3);
    for (int item = 0; item < 40; item++) {
      triples.add(RatingMatrices.triple("much", "i" + item, 5));
    }
    reopen();
    EvaluationReport report = evaluate(10);

    List<Shown> all = plain(10, model::predict);
    int[][] bounds = {{0, 0}, {1, 1}, {2, 2}, {3, 5}, {6, 20}, {21, 40}};
    List<String> names = List.of("0", "1", "2", "3-5", "6-20", "21+");
    assertThat(report.history()).extracting(users -> users.history().toString()).isEqualTo(names);
    for (int c = 0; c < bounds.length; c++) {
      int[] bound = bounds[c];
      List<Shown> users =
          all.stream().filter(user -> user.had >= bound[0] && user.had <= bound[1]).toList();
      HistoryClass found = report.history().get(c);
      assertThat(found.users()).as(names.get(c)).isEqualTo(users.size());
      assertThat(found.models().keySet())
          .containsExactly("model", "biases", "popularity", "itemKnn");
      assertMeans(found.models().getOrDefault("model", Map.of()), 10, users);
    }
    assertThat(report.history().stream().mapToInt(HistoryClass::users).sum())
        .isEqualTo(report.rankedUsers());
  }

  @Test
  void intervalsAreOfTheUsersValues() {
    EvaluationReport report = evaluate(10);

    assertThat(report.intervals().keySet())
        .containsExactly("model", "biases", "popularity", "itemKnn");
    List<Shown> shown = plain(10, model::predict);
    for (int measure = 0; measure < 2; measure++) {
      int m = measure;
      double[] values = shown.stream().mapToDouble(user -> user.measures.get(m)).toArray();
      Interval expected = Bootstrap.interval(values);
      Interval found =
          report
              .intervals()
              .getOrDefault("model", Map.of())
              .getOrDefault(NAMES.get(m) + 10, new Interval(1, 0));
      assertThat(found.low()).isCloseTo(expected.low(), within(1e-12));
      assertThat(found.high()).isCloseTo(expected.high(), within(1e-12));
      assertThat(found.low()).isLessThan(found.high());
    }
  }
}
