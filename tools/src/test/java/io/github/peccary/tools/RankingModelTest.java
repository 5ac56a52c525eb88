package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.kernel.Kernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A model for rankings, from training to use, through the command line.
class RankingModelTest {
  @TempDir private static Path data;
  private static Path ratings;
  private static Path model;
  private static Map<String, Object> training;

  @BeforeAll
  static void train() {
    ratings = TwoTastes.ratings(data);
    model = data.resolve("ranking.safetensors");
    training = train(ratings, model, "--rank", 4, "--epochs", 5, "--threads", 2);
  }

  private static Map<String, Object> train(Path input, Path output, Object... more) {
    List<Object> args =
        new ArrayList<>(List.of("train", input, "-o", output, "--objective", "ranking", "--json"));
    args.addAll(List.of(more));
    return done(args.toArray()).json();
  }

  private static Cli.Result done(Object... args) {
    Cli.Result result = Cli.run(args);
    assertThat(result.exitCode()).as(result.err()).isZero();
    return result;
  }

  @Test
  void everyFieldOfTheJsonObject() {
    assertThat(training)
        .containsEntry("output", model.toString())
        .containsEntry("objective", "ranking")
        .containsEntry("method", "ials")
        .containsEntry("rank", 4)
        .containsEntry("stride", 16)
        .containsEntry("threads", 2)
        .containsEntry("schedule", "Alternating")
        .containsEntry("kernel", Kernels.active())
        .containsEntry("lanes", Kernels.lanes())
        .containsEntry("epochs", 5)
        .containsEntry("bestEpoch", 5)
        .containsEntry("trainRmse", null)
        .containsEntry("split", "random fraction=0.1 seed=42 of events")
        .containsEntry("interrupted", false);
    assertThat((List<?>) training.get("epochSeconds")).hasSize(5);
    assertThat((List<?>) training.get("history")).hasSize(5);
    assertThat(Cli.number(training, "loss")).isPositive();
    assertThat(Cli.number(training, "ratingsPerSecond")).isPositive();
    assertThat(Cli.number(training, "seconds")).isPositive();
  }

  @Test
  void theModelSaysWhatItWasTrainedFor() {
    Map<String, Object> inspected = done("inspect", model, "--json").json();
    assertThat(inspected).containsEntry("valid", true);
    assertThat(Cli.object(inspected, "metadata"))
        .containsEntry("peccary.objective", "ranking")
        .containsEntry("peccary.biases", "false");
    assertThat(done("predict", model, "--user", 1, "--item", TwoTastes.isbn(3), "--json").json())
        .containsKeys("score", "known")
        .doesNotContainKey("rating");
    assertThat(done("predict", model, "--user", 1, "--item", TwoTastes.isbn(3)).out())
        .contains("the model was trained for rankings: the score is no rating");
  }

  @Test
  void itRecommendsAndFindsWhatIsSimilar() {
    Map<String, Object> recommended = done("recommend", model, "--user", 1, "--json").json();
    assertThat((List<?>) recommended.get("items")).isNotEmpty();
    Map<String, Object> similar =
        done("similar", model, "--item", TwoTastes.isbn(3), "--k", 5, "--json").json();
    assertThat((List<?>) similar.get("items")).hasSize(5);
  }

  @Test
  void itRecommendsToSomebodyOfWhomOnlyEventsAreKnown() {
    String liked = TwoTastes.isbn(3) + "," + TwoTastes.isbn(5);
    Map<String, Object> json = done("recommend", model, "--events", liked, "--json").json();
    assertThat(json.get("events")).asString().doesNotContain("rating");
    assertThat((List<?>) json.get("items"))
        .hasSize(10)
        .noneMatch(item -> liked.contains(String.valueOf(((Map<?, ?>) item).get("item"))));
    Map<String, Object> rated = done("recommend", model, "--events", liked + ":9", "--json").json();
    assertThat(rated.get("items")).as("ratings have no weight").isEqualTo(json.get("items"));
    assertThat(Cli.run("recommend", model, "--events", liked + ":good").err())
        .contains("an event must have a rating: event=" + TwoTastes.isbn(5) + ":good; write it as");
  }

  /// Held-out ratings are among what a user has seen; without them the reasons are exact.
  @Test
  void aUserIsToldWhatContributes() {
    Map<String, Object> json = done("recommend", model, "--user", 1, "--explain", "--json").json();
    assertThat(json)
        .containsEntry("reasonsBy", "contribution")
        .containsEntry("reasonsExact", false);
    Path whole = data.resolve("whole.safetensors");
    train(ratings, whole, "--rank", 4, "--epochs", 5, "--holdout", 0);
    json = done("recommend", whole, "--user", 1, "--explain", "--json").json();
    assertThat(json).containsEntry("reasonsExact", true);
    assertThat((List<?>) json.get("items"))
        .isNotEmpty()
        .noneMatch(item -> List.of().equals(((Map<?, ?>) item).get("reasons")));
    assertThat(done("recommend", model, "--user", 1, "--explain").out())
        .contains("the score is without what was held out");
    assertThat(done("recommend", whole, "--user", 1, "--explain").out())
        .contains("what contributes most to its score");
  }

  @Test
  void itIsMeasuredAsARankingOnly() {
    Map<String, Object> models =
        Cli.object(done("evaluate", model, ratings, "--json").json(), "models");
    assertThat(Cli.object(models, "model")).containsKey("ndcg@10").doesNotContainKey("rmse");
    assertThat(Cli.object(models, "biases")).containsKeys("ndcg@10", "rmse");
    assertThat(done("evaluate", model, ratings).out())
        .contains(" of events: ", " ratings among them, ", "the model was trained for rankings");
  }

  @Test
  void theNumberOfThreadsChangesNoByte() {
    Path other = data.resolve("other.safetensors");
    train(ratings, other, "--rank", 4, "--epochs", 5, "--threads", 3);
    assertThat(other).hasSameBinaryContentAs(model);
  }

  @ParameterizedTest
  @ValueSource(strings = {"softmax", "bpr"})
  void sampledMethodsMakeModelsLikeAnyOther(String method) {
    Path sampled = data.resolve(method + ".safetensors");
    Object[] options = {
      "--method", method, "--rank", 4, "--epochs", 5, "--deterministic", "--threads", 2
    };
    assertThat(train(ratings, sampled, options))
        .containsEntry("method", method)
        .containsEntry("schedule", "Strata")
        .containsEntry("epochs", 5)
        .containsEntry("trainRmse", null);
    Map<String, Object> inspected = done("inspect", sampled, "--json").json();
    assertThat(inspected).containsEntry("valid", true);
    assertThat(Cli.object(inspected, "metadata"))
        .containsEntry("peccary.objective", "ranking")
        .containsEntry("peccary.biases", "true")
        .containsEntry("peccary.train.method", method);
    Map<String, Object> models =
        Cli.object(done("evaluate", sampled, ratings, "--json").json(), "models");
    double ndcg = Cli.number(Cli.object(models, "model"), "ndcg@10");
    assertThat(ndcg).isGreaterThan(Cli.number(Cli.object(models, "biases"), "ndcg@10"));
    assertThat((List<?>) done("recommend", sampled, "--user", 1, "--json").json().get("items"))
        .isNotEmpty();
    Path other = data.resolve(method + "-other.safetensors");
    options[options.length - 1] = 3;
    train(ratings, other, options);
    assertThat(other).hasSameBinaryContentAs(sampled);
  }

  @Test
  void eventsWithoutAnyRatingAreEnough() throws IOException {
    StringJoiner lines = new StringJoiner("\n", "user,item,rating\n", "\n");
    for (int user = 0; user < 20; user++) {
      for (int item = user % 2; item < 12; item += 2) {
        if (item / 2 != user / 2 % 6) {
          lines.add("u" + user + ",i" + item + ",0");
        }
      }
    }
    Path source = Files.writeString(data.resolve("clicks.csv"), lines.toString());
    Path clicks = data.resolve("clicks.safetensors");
    done("load", source, "-o", clicks);
    Path output = data.resolve("clicks-model.safetensors");
    train(clicks, output, "--rank", 2);
    Map<String, Object> top = done("recommend", output, "--user", "u4", "--k", 1, "--json").json();
    assertThat(top.get("items")).asString().contains("item=i4,");
    Map<String, Object> evaluated = done("evaluate", output, clicks, "--json").json();
    assertThat(evaluated).containsEntry("ratings", 0);
    assertThat(Cli.number(evaluated, "events")).isPositive();
    assertThat(Cli.number(evaluated, "models", "model", "ndcg@10")).isPositive();
  }

  @Test
  void aModelForRankingsIsNoStartForRatings() {
    Cli.Result result =
        Cli.run("train", ratings, "-o", data.resolve("m"), "--rank", 4, "--from", model);
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("the model to start from must be trained for ratings");
  }
}
