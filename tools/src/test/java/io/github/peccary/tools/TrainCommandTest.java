package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.peccary.engine.kernel.Kernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Training, through the command line.
class TrainCommandTest {
  @TempDir private static Path data;
  private static Path ratings;

  @TempDir private Path folder;

  @BeforeAll
  static void load() {
    ratings = TwoTastes.ratings(data);
  }

  private Path output() {
    return folder.resolve("model.safetensors");
  }

  private Cli.Result train(Object... more) {
    List<Object> args = new ArrayList<>(List.of("train", ratings, "-o", output(), "--json"));
    args.addAll(List.of(more));
    return Cli.run(args.toArray());
  }

  private static Map<String, Object> done(Cli.Result result) {
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err()).isEmpty();
    return result.json();
  }

  private Map<String, Object> metadata() {
    return Cli.object(Cli.run("inspect", output(), "--json").json(), "metadata");
  }

  private String sha256() throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(output())));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void everyFieldOfTheJsonObject() {
    Cli.Result result = train("--rank", 20, "--epochs", 7, "--threads", 2);
    Map<String, Object> json = done(result);
    assertThat(result.out().lines()).hasSize(1);
    assertThat(json)
        .containsEntry("output", output().toString())
        .containsEntry("objective", "rating")
        .containsEntry("rank", 20)
        .containsEntry("stride", 32)
        .containsEntry("threads", 2)
        .containsEntry("schedule", "Hogwild")
        .containsEntry("kernel", Kernels.active())
        .containsEntry("lanes", Kernels.lanes())
        .containsEntry("split", "random fraction=0.1 seed=42")
        .containsEntry("refit", false);
    double epochs = Cli.number(json, "epochs");
    assertThat(epochs).isBetween(1.0, 7.0);
    assertThat(Cli.number(json, "bestEpoch")).isBetween(1.0, epochs);
    assertThat(Cli.number(json, "trainRmse")).isBetween(0.0, 4.0);
    assertThat((List<?>) json.get("epochSeconds")).hasSize((int) epochs);
    assertThat(json.get("history"))
        .asInstanceOf(InstanceOfAssertFactories.list(Map.class))
        .hasSize((int) epochs)
        .allSatisfy(
            epoch -> {
              assertThat(Cli.number(epoch, "holdoutRmse")).isBetween(0.0, 4.0);
              assertThat(Cli.number(epoch, "seconds")).isLessThan(Cli.number(json, "seconds"));
            })
        .extracting("epoch")
        .startsWith(1)
        .isSorted();
    assertThat(Cli.number(json, "shareOfKernel")).isPositive();
    assertThat((Double) json.get("ratingsPerSecond")).isPositive();
    assertThat((Double) json.get("seconds")).isPositive();
    assertThat(Cli.object(json, "holdout")).containsKeys("rmse", "mae");
    assertThat(Cli.object(json, "baselines")).containsKeys("biases", "globalMean");
    if (Files.exists(Path.of("/proc/self/status"))) {
      assertThat((Integer) json.get("peakRssBytes")).isGreaterThan(10_000_000);
    }
  }

  @Test
  void theTastesAreLearntAndTheBaselinesBeaten() {
    Map<String, Object> json = done(train("--rank", 4));
    double model = Cli.number(json, "holdout", "rmse");
    assertThat(model).isLessThan(2);
    assertThat(Cli.number(json, "baselines", "biases", "rmse")).isGreaterThan(3);
    assertThat(Cli.number(json, "baselines", "globalMean", "rmse")).isGreaterThan(3);
  }

  @Test
  void forPeopleTheHeldOutErrorStandsBesideTheBaselines() {
    Cli.Result result = Cli.run("train", ratings, "-o", output(), "--rank", 4);
    assertThat(result.exitCode()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .startsWith(output() + ": 40 users × 30 items, rank 4\n")
        .containsPattern("held out +[0-9.]+ +[0-9.]+ .*\\R +biases +[0-9.]+ +[0-9.]+")
        .containsPattern("global mean +[0-9.]+ +[0-9.]+");
  }

  @Test
  void evaluateFindsTheSameErrors() {
    Map<String, Object> train = done(train("--rank", 4));
    Map<String, Object> evaluate = Cli.run("evaluate", output(), ratings, "--json").json();
    for (String measure : List.of("rmse", "mae")) {
      assertThat(Cli.number(evaluate, "models", "model", measure))
          .isEqualTo(Cli.number(train, "holdout", measure), within(1e-6));
      for (String baseline : List.of("biases", "globalMean")) {
        assertThat(Cli.number(evaluate, "models", baseline, measure))
            .as(baseline)
            .isCloseTo(Cli.number(train, "baselines", baseline, measure), within(1e-6));
      }
    }
  }

  @Test
  void deterministicIsTheSameFileOnAnyNumberOfThreads() throws IOException {
    assertThat(done(train("--deterministic", "--threads", 1))).containsEntry("schedule", "Strata");
    String once = sha256();
    for (int threads = 1; threads <= 3; threads++) {
      done(train("--deterministic", "--threads", threads));
      assertThat(sha256()).as("threads=%d", threads).isEqualTo(once);
    }
    done(train("--deterministic", "--seed", 7));
    assertThat(sha256()).isNotEqualTo(once);
  }

  @Test
  void refitTrainsOnTheHeldOutRatingsToo() {
    assertThat(done(train("--refit"))).containsEntry("refit", true);
    assertThat(metadata().get("peccary.refit")).isEqualTo("true");
    assertThat((String) Cli.run("evaluate", output(), ratings, "--json").json().get("split"))
        .contains("seen in training");
  }

  @Test
  void plainFactorsHaveNoBiases() {
    done(train("--no-biases"));
    assertThat(metadata().get("peccary.biases")).isEqualTo("false");
    assertThat(metadata().get("peccary.globalMean")).isEqualTo("0.0");
  }

  @Test
  void withoutWhatUsersHaveSeenTheFileIsSmaller() throws IOException {
    done(train());
    long with = Files.size(output());
    done(train("--no-seen"));
    assertThat(Files.size(output())).isLessThan(with);
    Cli.Result result = Cli.run("recommend", output(), "--user", "0");
    assertThat(result.out()).contains("the model does not hold what users have seen");
  }

  @ParameterizedTest
  @CsvSource({
    "0.25, random fraction=0.25 seed=42",
    "leave-2, leave-out k=2 seed=42",
    "leave-1-of-2, leave-out k=1 seed=42",
    "leave-1-of-4, leave-out k=1 least=4 seed=42",
    "0, none",
  })
  void theHoldoutIsAShareOrSomeOfEachUser(String holdout, String split) {
    Map<String, Object> json = done(train("--holdout", holdout));
    assertThat(json).containsEntry("split", split);
    assertThat(metadata().get("peccary.holdout")).isEqualTo(split);
    if (holdout.equals("0")) {
      assertThat(json).containsEntry("holdout", Map.of());
    } else if (holdout.equals("leave-2")) {
      assertThat(Cli.number(json, "holdout", "ratings")).isEqualTo(2 * TwoTastes.USERS);
    }
  }

  @Test
  void everySettingIsInTheFile() {
    done(train("--epochs", 3, "--seed", 7, "--l2", 0.5, "--learning-rate", 0.01));
    assertThat(metadata().get("peccary.train.epochs")).isEqualTo("3");
    assertThat(metadata().get("peccary.train.seed")).isEqualTo("7");
    assertThat(metadata().get("peccary.train.l2")).isEqualTo("0.5");
    assertThat(metadata().get("peccary.train.learningRate")).isEqualTo("0.01");
  }

  @Test
  void progressIsDrawnOnATerminalAndWipedAtTheEnd() {
    Cli.Result result =
        Cli.run(100, new Object[] {"train", ratings, "-o", output(), "--rank", 4, "--json"});
    assertThat(result.err())
        .contains("[#", "1/20", "ratings/s", "held out", "biases", " left")
        .endsWith("\r\u001b[K");
    assertThat(result.err().split("\r\u001b\\[K"))
        .allSatisfy(line -> assertThat(line).hasSizeLessThan(100));
    assertThat(result.json()).containsKey("holdout");
  }

  @Test
  void theLastLineSaysHowCloseEpochsComeToTheKernelIfThereWasOne() {
    String trained = Cli.run("train", ratings, "-o", output()).out().strip();
    assertThat(trained.substring(trained.lastIndexOf('\n') + 1))
        .matches(".*s; epochs at \\d+ % of what the kernel does where all rows are in the cache");
    String untrained = Cli.run("train", ratings, "-o", output(), "--epochs", 0).out().strip();
    assertThat(untrained.substring(untrained.lastIndexOf('\n') + 1)).matches("[0-9.]+ m?s");
  }
}
