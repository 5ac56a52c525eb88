package io.github.peccary.engine.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.peccary.engine.metric.Bootstrap;
import io.github.peccary.engine.metric.Bootstrap.Interval;
import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.Models;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.Holdout.Scope;
import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrices.Triple;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.recommend.NeighborSearch;
import io.github.peccary.engine.recommend.NeighborSearchTest;
import io.github.peccary.engine.recommend.TieOrder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Rankings against the plain way, written once more for this test only: sort all items that the
/// user has not had, look the held-out ones up, and average over the users that have any. For a
/// model of ratings, of which ratings are held out, and one of rankings, of which events are.
class RankingPassTest {
  private static final List<String> NAMES =
      List.of("ndcg@", "recall@", "precision@", "mrr@", "map@", "hitRate@");

  @TempDir Path folder;
  private List<Triple> triples = RatingMatrices.random(60, 50, 0.3, 3);
  private Scope scope = Scope.RATINGS;
  private RatingMatrix ratings;
  private Holdout holdout = Holdout.none();
  private FactorModel model;
  private List<Event> events = List.of();

  @BeforeEach
  void open() throws IOException {
    ratings = RatingMatrices.open(folder.resolve("ratings.safetensors"), triples);
    holdout = Holdout.random(ratings, scope, 0.3, 7);
    Models models = Models.of(ratings, 11).holdout(holdout);
    Path file = folder.resolve("model.safetensors");
    model = (scope == Scope.EVENTS ? models.forRankings() : models).open(file);
    events =
        triples.stream()
            .map(
                triple ->
                    new Event(
                        model.userIds().indexOf(triple.user()),
                        model.itemIds().indexOf(triple.item()),
                        triple.value()))
            .toList();
  }

  private void reopen(Scope held, List<Triple> others) throws IOException {
    close();
    scope = held;
    triples = others;
    open();
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
  private record Event(int user, int item, float value) {}

  private boolean heldOut(Event event) {
    return (scope == Scope.EVENTS || event.value != 0)
        && holdout.contains(event.user, event.item, event.value);
  }

  private int[] popularity() {
    int[] popularity = new int[model.items()];
    events.stream().filter(event -> !heldOut(event)).forEach(event -> popularity[event.item]++);
    return popularity;
  }

  /// What one user was shown, and what it was worth.
  ///
  /// @param had how many items the user had before
  private record Shown(int had, List<Integer> top, List<Double> measures) {}

  private List<Shown> plain(int k, ToDoubleBiFunction<Integer, Integer> score) {
    List<Shown> all = new ArrayList<>();
    int[] ties = TieOrder.of(model.items()).places();
    for (int user = 0; user < model.users(); user++) {
      int shown = user;
      List<Event> own = events.stream().filter(event -> event.user == shown).toList();
      List<Integer> relevant = own.stream().filter(this::heldOut).map(Event::item).toList();
      List<Integer> had = own.stream().filter(event -> !heldOut(event)).map(Event::item).toList();
      if (!relevant.isEmpty()) {
        List<Integer> top =
            IntStream.range(0, model.items())
                .boxed()
                .filter(item -> !had.contains(item))
                .sorted(
                    Comparator.comparingDouble((Integer item) -> -score.applyAsDouble(shown, item))
                        .thenComparingInt(item -> ties[item]))
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

  /// The sums of the similarities to what the user had, of the fifty most similar items to each.
  private ToDoubleBiFunction<Integer, Integer> itemKnn() {
    int items = model.items();
    boolean[][] had = new boolean[model.users()][items];
    events.stream().filter(event -> !heldOut(event)).forEach(e -> had[e.user][e.item] = true);
    float[][] similarities = NeighborSearchTest.similarities(had);
    int[] popularity = popularity();
    float[][] scores = new float[had.length][items];
    for (int user = 0; user < had.length; user++) {
      for (int item = 0; item < items; item++) {
        for (int other :
            had[user][item]
                ? NeighborSearchTest.sorted(similarities[item]).stream()
                    .limit(NeighborSearch.NEIGHBORS)
                    .toList()
                : List.<Integer>of()) {
          scores[user][other] += similarities[item][other];
        }
      }
    }
    return (user, item) ->
        scores[user][item] > 0 ? 1000.0 + scores[user][item] : popularity[item] / 1000.0;
  }

  @ParameterizedTest
  @EnumSource(Scope.class)
  void rankingsAreThoseOfSortingAllItems(Scope held) throws IOException {
    reopen(held, triples);
    int[] popularity = popularity();
    float[] biases = model.biases().item();
    for (int k : new int[] {1, 5, 10, 200}) {
      EvaluationReport report = evaluate(k);

      List<Shown> ofModel = plain(k, model::predict);
      assertMeans(measures(report, "model"), k, ofModel);
      assertMeans(measures(report, "biases"), k, plain(k, (user, item) -> biases[item]));
      assertMeans(measures(report, "popularity"), k, plain(k, (user, item) -> popularity[item]));
      assertMeans(measures(report, "itemKnn"), k, plain(k, itemKnn()));
      assertThat(report.events()).isEqualTo(events.stream().filter(this::heldOut).count());
      assertThat(report.ratings())
          .isEqualTo(events.stream().filter(e -> heldOut(e) && e.value != 0).count());
      assertThat(report.events() > report.ratings()).isEqualTo(held == Scope.EVENTS);
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

  @ParameterizedTest
  @EnumSource(Scope.class)
  void usersAreSplitByWhatTheyHadBefore(Scope held) throws IOException {
    // few events each, so that all classes have users
    List<Triple> sparse = RatingMatrices.random(300, 40, 0.08, 3);
    for (int item = 0; item < 40; item++) {
      sparse.add(RatingMatrices.triple("much", "i" + item, 5));
    }
    reopen(held, sparse);
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
      assertIntervals(found.intervals(), users);
    }
    assertThat(report.history().stream().mapToInt(HistoryClass::users).sum())
        .isEqualTo(report.rankedUsers());
  }

  @Test
  void intervalsAreOfTheUsersValues() {
    EvaluationReport report = evaluate(10);

    assertThat(report.intervals().keySet())
        .containsExactly("model", "biases", "popularity", "itemKnn");
    assertIntervals(report.intervals(), plain(10, model::predict));
    Interval ndcg = report.intervals().getOrDefault("model", Map.of()).get("ndcg@10");
    assertThat(ndcg).isNotNull().matches(interval -> interval.low() < interval.high());
  }

  private static void assertIntervals(
      Map<String, Map<String, Interval>> intervals, List<Shown> shown) {
    for (int measure = 0; measure < NAMES.size(); measure++) {
      int m = measure;
      double[] values = shown.stream().mapToDouble(user -> user.measures.get(m)).toArray();
      Interval expected = Bootstrap.interval(values);
      Interval found =
          intervals
              .getOrDefault("model", Map.of())
              .getOrDefault(NAMES.get(m) + 10, new Interval(1, 0));
      assertThat(found.low()).as(NAMES.get(m)).isCloseTo(expected.low(), within(1e-12));
      assertThat(found.high()).as(NAMES.get(m)).isCloseTo(expected.high(), within(1e-12));
    }
  }

  /// Values of held-out events are changed, all else stays: only errors of ratings change.
  @ParameterizedTest
  @EnumSource(Scope.class)
  void whatIsHeldOutDecidesOnNothingThatIsShown(Scope held) throws IOException {
    reopen(held, triples);
    EvaluationReport before = evaluate(10);
    List<Triple> changed = new ArrayList<>(triples);
    for (int at = 0; at < changed.size(); at++) {
      Triple triple = changed.get(at);
      if (heldOut(events.get(at))) {
        changed.set(at, RatingMatrices.triple(triple.user(), triple.item(), 11 - triple.value()));
      }
    }
    reopen(held, changed);
    EvaluationReport after = evaluate(10);
    assertThat(after.intervals()).isEqualTo(before.intervals());
    assertThat(after.history()).isEqualTo(before.history());
    assertThat(measures(after, "popularity")).isEqualTo(measures(before, "popularity"));
    assertThat(measures(after, "globalMean")).isNotEqualTo(measures(before, "globalMean"));
  }

  @Test
  void allEventsOfAnotherFileAreToBeFoundByAModelForRankings() throws IOException {
    reopen(Scope.EVENTS, triples);
    List<Triple> others = RatingMatrices.random(60, 50, 0.2, 99);
    try (RatingMatrix test = RatingMatrices.open(folder.resolve("test.safetensors"), others);
        Workers workers = new Workers(1)) {
      EvaluationReport report = Evaluation.evaluate(model, test, 10, Integer.MAX_VALUE, workers);
      assertThat(report.split()).isEqualTo("all events of test.safetensors");
      assertThat(report.events()).isEqualTo(test.events());
      assertThat(report.ratings()).isEqualTo(test.ratings()).isLessThan(test.events());
      Set<String> had = new HashSet<>();
      triples.forEach(triple -> had.add(triple.user() + " " + triple.item()));
      long users =
          others.stream()
              .filter(triple -> !had.contains(triple.user() + " " + triple.item()))
              .map(Triple::user)
              .distinct()
              .count();
      assertThat(report.rankedUsers()).isEqualTo((int) users);
    }
  }

  /// Half of the items have one event, the others two: numbers are by that, so that of items left
  /// with one event, those with another one held out have the lower numbers.
  @Test
  void ofEqualItemsTheOneWithAHeldOutEventIsNotPreferred() throws IOException {
    List<Triple> rare = new ArrayList<>();
    for (int user = 0; user < 300; user++) {
      rare.add(RatingMatrices.triple("u" + user, "two" + user, 5));
      rare.add(RatingMatrices.triple("u" + user, "two" + (user + 1) % 300, 5));
      rare.add(RatingMatrices.triple("u" + user, "one" + user, 5));
      rare.add(RatingMatrices.triple("u" + user, "single" + user, 5));
    }
    reopen(Scope.EVENTS, rare);
    int[] popularity = popularity();
    int ahead = (int) IntStream.of(popularity).filter(count -> count == 2).count();
    int equal = (int) IntStream.of(popularity).filter(count -> count == 1).count();
    assertThat(ahead).isBetween(100, 200);
    int k = ahead + equal / 4; // a quarter of the items with one event is shown
    Map<String, Double> measures = measures(evaluate(k), "popularity");
    double found = measures.getOrDefault("recall@" + k, Double.NaN);
    // a third of what is held out is of such items: by their numbers, nearly all of that were found
    assertThat(found).isBetween(0.04, 0.14);
  }
}
