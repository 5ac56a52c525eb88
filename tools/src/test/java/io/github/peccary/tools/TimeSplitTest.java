package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// From a source with times to an evaluation on what came last.
class TimeSplitTest {
  @TempDir private static Path data;
  private static Path ratings = Path.of("");

  @BeforeAll
  static void load() {
    ratings = data.resolve("ratings.safetensors");
    Path database = TwoTastes.database(data.resolve("books.db"));
    // an event a day, from 2020-01-01 on, in the order of the rows
    String query = "SELECT user_id, isbn, rating, 1577836800 + 86400 * (rowid - 1) FROM ratings";
    Cli.Result result = Cli.run("load", database, "-o", ratings, "--query", query, "--json");
    assertThat(result.json()).containsEntry("earliest", "2020-01-01T00:00:00Z");
  }

  @ParameterizedTest
  @CsvSource({
    "latest-2, latest k=2 seed=42",
    "latest-1-of-4, latest k=1 least=4 seed=42",
    "since-2021-12-31, since time=2021-12-31T00:00:00Z",
    "since-2021-12-31T12:00:00Z, since time=2021-12-31T12:00:00Z",
    "newest-0.1, since time=2",
  })
  void trainingAndEvaluationAgreeOnTheSplit(String holdout, String split) {
    Path model = data.resolve("model.safetensors");
    for (String objective : new String[] {"rating", "ranking"}) {
      Cli.Result trained =
          Cli.run(
              "train",
              ratings,
              "-o",
              model,
              "--rank",
              4,
              "--holdout",
              holdout,
              "--objective",
              objective,
              "--json");
      assertThat(trained.exitCode()).as(trained.err()).isZero();
      String told = String.valueOf(trained.json().get("split"));
      assertThat(told).startsWith(split);
      assertThat(told.endsWith(" of events")).isEqualTo(objective.equals("ranking"));
      Map<String, Object> evaluated = Cli.run("evaluate", model, ratings, "--json").json();
      assertThat(String.valueOf(evaluated.get("split"))).contains(told);
      if (objective.equals("rating")) {
        assertThat(Cli.number(evaluated, "models", "model", "rmse"))
            .isEqualTo(Cli.number(trained.json(), "holdout", "rmse"), within(1e-6));
      }
    }
  }

  @Test
  void aTrainingIsResumedWithItsSplitOnly() {
    Path folder = data.resolve("checkpoints");
    Path model = data.resolve("resumed.safetensors");
    Object[] train = {"train", ratings, "-o", model, "--rank", 4, "--holdout", "newest-0.1"};
    Cli.Result result = Cli.run(with(train, "--checkpoint", folder));
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(Cli.run(with(train, "--resume", folder)).exitCode()).isZero();
    train[train.length - 1] = "newest-0.2";
    assertThat(Cli.run(with(train, "--resume", folder)).err())
        .contains("holdout=newest-0.2, the checkpoint's=newest-0.1");
  }

  private static Object[] with(Object[] args, Object name, Object value) {
    Object[] all = Arrays.copyOf(args, args.length + 2);
    all[args.length] = name;
    all[args.length + 1] = value;
    return all;
  }
}
