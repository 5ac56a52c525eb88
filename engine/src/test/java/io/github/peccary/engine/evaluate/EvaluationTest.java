package io.github.peccary.engine.evaluate;

import static io.github.peccary.engine.ratings.RatingMatrices.triple;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.peccary.engine.model.DampedBiases;
import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.Models;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.Holdout.Scope;
import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrices.Triple;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationTest {
  private static final int ALL_USERS = Integer.MAX_VALUE;

  @TempDir Path folder;
  private List<Triple> triples;
  private RatingMatrix ratings;
  private Holdout holdout = Holdout.none();

  @BeforeEach
  void openRatings() throws IOException {
    triples = RatingMatrices.random(60, 50, 0.3, 3);
    ratings = RatingMatrices.open(folder.resolve("ratings.safetensors"), triples);
    holdout = Holdout.random(ratings, Scope.RATINGS, 0.3, 7);
  }

  private boolean heldOut(Event event) {
    return holdout.contains(event.user, event.item, event.value);
  }

  @AfterEach
  void closeRatings() {
    ratings.close();
  }

  private FactorModel model(Models models) throws IOException {
    return models.open(folder.resolve("model.safetensors"));
  }

  private Models heldOut() {
    return Models.of(ratings, 11).holdout(holdout);
  }

  private static EvaluationReport evaluate(FactorModel model, RatingMatrix ratings, int k) {
    return evaluate(model, ratings, k, ALL_USERS, 1);
  }

  private static EvaluationReport evaluate(
      FactorModel model, RatingMatrix ratings, int k, int maxUsers, int threads) {
    try (Workers workers = new Workers(threads)) {
      return Evaluation.evaluate(model, ratings, k, maxUsers, workers);
    }
  }

  private static Map<String, Double> measures(EvaluationReport report, String model) {
    return report.models().getOrDefault(model, Map.of());
  }

  /// One event by the numbers of the model; -1 where the model does not know the id.
  private record Event(int user, int item, float value) {
    boolean isRating() {
      return value != 0;
    }
  }

  private static List<Event> events(FactorModel model, List<Triple> triples) {
    return triples.stream()
        .map(
            triple ->
                new Event(
                    model.userIds().indexOf(triple.user()),
                    model.itemIds().indexOf(triple.item()),
                    triple.value()))
        .toList();
  }

  private static double rmse(List<Event> events, ToDoubleBiFunction<Integer, Integer> predict) {
    return Math.sqrt(
        events.stream()
            .mapToDouble(
                event -> Math.pow(predict.applyAsDouble(event.user, event.item) - event.value, 2))
            .average()
            .orElse(Double.NaN));
  }

  private static double mae(List<Event> events, ToDoubleBiFunction<Integer, Integer> predict) {
    return events.stream()
        .mapToDouble(event -> Math.abs(predict.applyAsDouble(event.user, event.item) - event.value))
        .average()
        .orElse(Double.NaN);
  }

  @Test
  void errorsAreThoseOfThePlainLoopOverTheHeldOutRatings() throws IOException {
    try (FactorModel model = model(heldOut())) {
      List<Event> held = events(model, triples).stream().filter(this::heldOut).toList();
      DampedBiases biases = model.biases();
      EvaluationReport report = evaluate(model, ratings, 10);

      assertThat(report.split()).isEqualTo("holdout: random fraction=0.3 seed=7");
      assertThat(report.ratings()).isEqualTo(held.size());
      assertThat(report.coldRatings()).isZero();
      assertThat(report.models().keySet())
          .containsExactly("model", "globalMean", "biases", "popularity", "itemKnn");
      assertThat(measures(report, "model").get("rmse"))
          .isCloseTo(rmse(held, model::predict), within(1e-9));
      assertThat(measures(report, "model").get("mae"))
          .isCloseTo(mae(held, model::predict), within(1e-9));
      assertThat(measures(report, "model").get("rmse[clipped]"))
          .isCloseTo(rmse(held, (u, i) -> model.clip(model.predict(u, i))), within(1e-9))
          .isLessThan(measures(report, "model").get("rmse"));
      assertThat(measures(report, "globalMean").get("rmse"))
          .isCloseTo(rmse(held, (u, i) -> 5.25), within(1e-9));
      assertThat(measures(report, "biases").get("rmse"))
          .isCloseTo(rmse(held, biases::predict), within(1e-9));
      assertThat(measures(report, "biases").get("mae"))
          .isCloseTo(mae(held, biases::predict), within(1e-9));
      assertThat(measures(report, "popularity")).doesNotContainKey("rmse");
    }
  }

  @Test
  void usersAreSplitByTheirRatingsInTraining() throws IOException {
    try (FactorModel model = model(heldOut())) {
      List<Event> events = events(model, triples);
      int[] training = new int[model.users()];
      events.stream()
          .filter(event -> event.isRating() && !heldOut(event))
          .forEach(event -> training[event.user]++);
      List<Event> active =
          events.stream().filter(e -> heldOut(e) && training[e.user] >= 10).toList();
      List<Event> others =
          events.stream().filter(e -> heldOut(e) && training[e.user] < 10).toList();
      assertThat(active).isNotEmpty();
      assertThat(others).isNotEmpty();

      Map<String, Double> measures = measures(evaluate(model, ratings, 10), "model");

      assertThat(measures.get("rmse[users>=10]"))
          .isCloseTo(rmse(active, model::predict), within(1e-9));
      assertThat(measures.get("rmse[users<10]"))
          .isCloseTo(rmse(others, model::predict), within(1e-9));
    }
  }

  @Test
  void coldPairsAreCountedAndFallBackToTheBiases() throws IOException {
    for (boolean biases : new boolean[] {true, false}) {
      Models models = heldOut().trainedUsers(u -> u % 5 != 0).trainedItems(i -> i % 7 != 0);
      try (FactorModel model = model(biases ? models : models.withoutBiases())) {
        List<Event> held = events(model, triples).stream().filter(this::heldOut).toList();
        long cold = held.stream().filter(e -> e.user % 5 == 0 || e.item % 7 == 0).count();
        DampedBiases damped = model.biases();

        EvaluationReport report = evaluate(model, ratings, 10);

        assertThat(report.coldRatings()).isEqualTo(cold).isPositive();
        assertThat(measures(report, "model").get("rmse"))
            .isCloseTo(
                rmse(
                    held,
                    (user, item) ->
                        biases || (user % 5 != 0 && item % 7 != 0)
                            ? model.predict(user, item)
                            : damped.predict(user, item)),
                within(1e-9));
      }
    }
  }

  @Test
  void aRefitModelIsNotSaidToHaveBeenTestedOnItsOwnRatings() throws IOException {
    for (Models models : List.of(heldOut().refit(), Models.of(ratings, 11))) {
      try (FactorModel model = model(models)) {
        List<Event> all = events(model, triples).stream().filter(Event::isRating).toList();

        EvaluationReport report = evaluate(model, ratings, 10);

        assertThat(report.split())
            .isEqualTo("all ratings of ratings.safetensors, all of them seen in training");
        assertThat(report.ratings()).isEqualTo(all.size()).isEqualTo(ratings.ratings());
        assertThat(measures(report, "model").get("rmse"))
            .isCloseTo(rmse(all, model::predict), within(1e-9));
        assertThat(report.rankableUsers()).isZero();
        assertThat(measures(report, "model")).doesNotContainKey("ndcg@10");
      }
    }
  }

  @Test
  void anotherFileIsMatchedByIdAndScoredWhole() throws IOException {
    List<Triple> others = new ArrayList<>(RatingMatrices.random(20, 50, 0.2, 99));
    others.add(triple("stranger", "i1", 4));
    others.add(triple("u1", "unheard", 2));
    others.add(triple("stranger", "unheard", 9));
    Path file = folder.resolve("test.safetensors");
    try (RatingMatrix test = RatingMatrices.open(file, others);
        FactorModel model = model(heldOut())) {
      List<Event> all = events(model, others).stream().filter(Event::isRating).toList();
      int item = model.itemIds().indexOf("i1");
      int user = model.userIds().indexOf("u1");
      double[] cold = {
        model.globalMean() + model.itemFactors().get(item, model.rank() + 1) - 4,
        model.globalMean() + model.userFactors().get(user, model.rank()) - 2,
        model.globalMean() - 9
      };
      List<Event> known = all.stream().filter(e -> e.user >= 0 && e.item >= 0).toList();
      double squares = Math.pow(rmse(known, model::predict), 2) * known.size();
      for (double error : cold) {
        squares += error * error;
      }

      EvaluationReport report = evaluate(model, test, 10);

      assertThat(report.split()).isEqualTo("all ratings of test.safetensors");
      assertThat(report.ratings()).isEqualTo(all.size());
      assertThat(report.coldRatings()).isEqualTo(3);
      assertThat(measures(report, "model").get("rmse"))
          .isCloseTo(Math.sqrt(squares / all.size()), within(1e-6));
      assertThat(measures(report, "model")).doesNotContainKey("rmse[users>=10]");

      List<Integer> toFind =
          known.stream().filter(e -> !model.seen(e.user, e.item)).map(Event::user).toList();
      long users = toFind.stream().distinct().count();
      assertThat(report.rankedUsers())
          .as("with something new; u1 has an unheard item at least")
          .isEqualTo((int) (toFind.contains(user) ? users : users + 1));
      assertThat(measures(report, "model")).containsKey("ndcg@10");
      assertThat(measures(report, "itemKnn")).containsKey("ndcg@10");
    }
  }

  @Test
  void anItemThatTheModelDoesNotKnowIsAMiss() throws IOException {
    Path file = folder.resolve("test.safetensors");
    try (FactorModel model = model(heldOut())) {
      int user = 5;
      int unseen =
          IntStream.range(0, model.items())
              .filter(i -> !model.seen(user, i))
              .findFirst()
              .orElse(-1);
      String name = model.userIds().id(user);
      List<Triple> two =
          List.of(triple(name, model.itemIds().id(unseen), 8), triple(name, "unheard", 8));
      try (RatingMatrix test = RatingMatrices.open(file, two)) {
        // every unseen item has a place, so one of the two is found
        Map<String, Double> measures = measures(evaluate(model, test, 50), "model");
        assertThat(measures.get("recall@50")).isEqualTo(0.5);
      }
    }
  }

  @Test
  void withoutSeenItemsAnotherFileIsNotRanked() throws IOException {
    Path file = folder.resolve("test.safetensors");
    try (RatingMatrix test = RatingMatrices.open(file, RatingMatrices.random(20, 50, 0.2, 99));
        FactorModel model = model(heldOut().withoutSeen())) {
      EvaluationReport report = evaluate(model, test, 10);
      assertThat(report.rankedUsers()).isZero();
      assertThat(measures(report, "model")).containsKey("rmse").doesNotContainKey("ndcg@10");
    }
  }

  @Test
  void seenItemsThatWereNotCheckedAreWrongAtMost() throws IOException {
    Path damaged = folder.resolve("damaged.safetensors");
    Path file = folder.resolve("test.safetensors");
    ByteBuffer bytes;
    ByteBuffer seen = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    try (FactorModel model = model(heldOut())) {
      bytes = ByteBuffer.wrap(Files.readAllBytes(model.path())).order(ByteOrder.LITTLE_ENDIAN);
      IntStream.range(0, 3).forEach(at -> seen.putInt(model.seenItem(at)));
    }
    seen.flip();
    int at = 0;
    while (!bytes.slice(at, seen.capacity()).equals(seen)) {
      at += Integer.BYTES;
    }
    bytes.putInt(at, Integer.MAX_VALUE).putInt(at + 4, -7);
    Files.write(damaged, bytes.array());
    try (RatingMatrix test = RatingMatrices.open(file, RatingMatrices.random(60, 50, 0.2, 99));
        FactorModel model = FactorModel.open(damaged, Verify.STRUCTURE)) {
      assertThat(model.seenItem(0)).isEqualTo(Integer.MAX_VALUE);
      assertThat(measures(evaluate(model, test, 10), "itemKnn")).containsKey("ndcg@10");
    }
  }

  @Test
  void threadsDoNotChangeADigit() throws IOException {
    Path file = folder.resolve("many.safetensors");
    // more users than two pieces of the sum
    try (RatingMatrix many = RatingMatrices.open(file, RatingMatrices.random(2500, 20, 0.3, 5));
        FactorModel model = model(Models.of(many, 1).holdout(holdout))) {
      EvaluationReport one = evaluate(model, many, 10, 300, 1);
      assertThat(evaluate(model, many, 10, 300, 3)).isEqualTo(one);
      assertThat(one.rankedUsers()).isEqualTo(300);
      assertThat(one.rankableUsers()).isGreaterThan(1500);
    }
  }

  @Test
  void aSampleOfUsersComesNearTheMeanOfAll() throws IOException {
    Path file = folder.resolve("many.safetensors");
    try (RatingMatrix many = RatingMatrices.open(file, RatingMatrices.random(2500, 20, 0.3, 5));
        FactorModel model = model(Models.of(many, 1).holdout(holdout))) {
      double all = measures(evaluate(model, many, 10), "model").getOrDefault("recall@10", 0.0);
      double sampled =
          measures(evaluate(model, many, 10, 500, 1), "model").getOrDefault("recall@10", 1.0);
      assertThat(sampled).isCloseTo(all, within(0.05)).isNotEqualTo(all);
    }
  }

  @Test
  void refusesWhatMakesNoSense() throws IOException {
    try (FactorModel model = model(heldOut())) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> evaluate(model, ratings, 0))
          .withMessage("k must be at least 1: k=0");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> evaluate(model, ratings, 1, -1, 1))
          .withMessage("maxRankedUsers must not be negative: maxRankedUsers=-1");
    }
  }
}
