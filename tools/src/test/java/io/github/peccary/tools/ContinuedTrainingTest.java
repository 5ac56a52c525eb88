package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Trainings that are killed, interrupted, resumed, or start from a model: through the command
/// line, those that get signals in processes of their own.
class ContinuedTrainingTest {
  @TempDir private static Path data;
  private static Path ratings;

  @TempDir private Path folder;

  @BeforeAll
  static void generate() {
    ratings = data.resolve("ratings.safetensors");
    Cli.Result result =
        Cli.run("generate", "--users", 1000, "--items", 300, "--ratings", 20_000, "-o", ratings);
    assertThat(result.exitCode()).as(result.err()).isZero();
  }

  private Path output() {
    return folder.resolve("model.safetensors");
  }

  private Path checkpoint() {
    return folder.resolve("training/checkpoint.safetensors");
  }

  private Cli.Result train(Object... more) {
    List<Object> args = new ArrayList<>(List.of("train", ratings, "-o", output()));
    args.addAll(List.of(more));
    return Cli.run(args.toArray());
  }

  private Process start(Object... more) throws IOException {
    Stream<Object> args =
        Stream.concat(Stream.of("train", ratings, "-o", output()), Stream.of(more));
    return JavaProcess.builder(Main.class, args.toArray())
        .redirectOutput(folder.resolve("out.txt").toFile())
        .redirectError(folder.resolve("err.txt").toFile())
        .start();
  }

  private static void awaitFile(Path file, Process process) throws Exception {
    awaitNewer(file, null, process);
  }

  /// Until the file is another than the one of that time, or the process has ended.
  private static void awaitNewer(Path file, @Nullable FileTime time, Process process)
      throws Exception {
    while (process.isAlive() && Objects.equals(modified(file), time)) {
      Thread.sleep(5);
    }
  }

  private static @Nullable FileTime modified(Path file) throws IOException {
    return Files.exists(file) ? Files.getLastModifiedTime(file) : null;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--deterministic",
        "--objective ranking",
        "--objective ranking --method softmax --deterministic",
        "--objective ranking --method bpr --deterministic --no-blend"
      })
  void howeverOftenItIsKilledTheModelIsThatOfATrainingThatNeverWas(String objective)
      throws Exception {
    List<Object> common = new ArrayList<>(List.of(objective.split(" ")));
    common.addAll(List.of("--epochs", 60, "--holdout", 0, "--threads", 2));
    Object[] settings = common.toArray();
    assertThat(train(settings).exitCode()).isZero();
    byte[] expected = Files.readAllBytes(output());
    Files.delete(output());
    long seed = 5;
    Random random = new Random(seed);
    int kills = 0;
    String how = "--checkpoint";
    while (true) {
      List<Object> args = new ArrayList<>(List.of(settings));
      args.addAll(List.of(how, folder.resolve("training")));
      FileTime before = modified(checkpoint());
      Process process = start(args.toArray());
      awaitNewer(checkpoint(), before, process);
      if (kills < 3) {
        boolean _ = process.waitFor(random.nextInt(150), TimeUnit.MILLISECONDS);
        process.destroyForcibly();
      }
      if (process.waitFor() == 0) {
        break;
      }
      assertThat(process.exitValue()).as(errors()).isEqualTo(128 + 9);
      kills++;
      how = "--resume";
      Cli.Result inspected = Cli.run("inspect", checkpoint(), "--json");
      assertThat(inspected.json()).containsEntry("valid", true).containsEntry("kind", "checkpoint");
      assertThat(output()).doesNotExist();
    }
    assertThat(kills).isPositive();
    assertThat(Files.readAllBytes(output())).as("seed=" + seed).isEqualTo(expected);
    try (Stream<Path> files = Files.list(folder.resolve("training"))) {
      assertThat(files).containsExactly(checkpoint());
    }
  }

  private String errors() throws IOException {
    return Files.readString(folder.resolve("err.txt"));
  }

  @ParameterizedTest
  @CsvSource({
    "INT, 130, rating, 'best, number \\d+'",
    "TERM, 143, rating, 'best, number \\d+'",
    "TERM, 143, ranking, last"
  })
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aSignalEndsTrainingWithTheBestSoFarAndAModelThatOpens(
      String signal, int exitCode, String objective, String held) throws Exception {
    Process process =
        start(
            "--objective",
            objective,
            "--epochs",
            1_000_000,
            "--holdout",
            0,
            "--checkpoint",
            folder.resolve("training"));
    awaitFile(checkpoint(), process);
    JavaProcess.signal(process, signal);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(errors()).isEqualTo(exitCode);
    assertThat(errors().lines().filter(line -> line.startsWith("peccary: ")))
        .singleElement()
        .asString()
        .matches(
            "peccary: interrupted after \\d+ epochs?: .*model.safetensors holds the "
                + held
                + "; go on with --resume .*checkpoint.safetensors");
    try (FactorModel model = FactorModel.open(output(), Verify.CHECKSUMS)) {
      String epochs = model.metadata().get("peccary.train.stoppedAfterEpoch");
      assertThat(Cli.run("inspect", checkpoint(), "--json").out())
          .contains("peccary.epoch.%06d".formatted(Integer.parseInt(epochs)));
    }
  }

  /// The moment is found by trying: too early, before the command listens, nothing is said; too
  /// late there is a model.
  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void beforeTheFirstEpochIsCompleteAnOldModelIsLeftAlone() throws Exception {
    long millis = 500;
    for (int attempt = 0; attempt < 20; attempt++) {
      Files.writeString(output(), "old");
      Process process = start("--rank", 3000, "--epochs", 1_000_000, "--holdout", 0);
      boolean _ = process.waitFor(millis, TimeUnit.MILLISECONDS);
      process.destroy();
      assertThat(process.waitFor()).as(errors()).isEqualTo(128 + 15);
      if (errors().contains("peccary: interrupted after")) {
        millis = millis * 2 / 3;
        continue;
      }
      assertThat(output()).hasContent("old");
      if (errors().contains("peccary: interrupted before")) {
        assertThat(errors())
            .endsWith(
                "peccary: interrupted before the first epoch was complete: no model is written\n");
        return;
      }
      millis = millis * 4 / 3;
    }
    throw new AssertionError("no signal came between start and first epoch: millis=" + millis);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rating", "ranking"})
  void aResumedTrainingTellsOfTheEpochsBefore(String objective) {
    Path training = folder.resolve("training");
    Object[] first = {"--objective", objective, "--epochs", 2, "--checkpoint", training};
    assertThat(train(first).exitCode()).isZero();
    Map<String, Object> json =
        train("--objective", objective, "--epochs", 3, "--resume", training, "--json").json();
    assertThat(json).containsEntry("epochs", 3).containsEntry("interrupted", false);
    assertThat((List<?>) json.get("history")).hasSize(3);
    assertThat((List<?>) json.get("epochSeconds")).hasSize(3);
  }

  @Test
  void aTrainingStartsFromAModelThatItReplaces() {
    assertThat(train("--epochs", 2, "--rank", 8).exitCode()).isZero();
    Cli.Result other = train("--from", output());
    assertThat(other.exitCode()).isEqualTo(1);
    assertThat(other.err())
        .startsWith(
            "peccary: the rank must be that of the model to start from: rank=30, the model's=8; give --rank 8");
    Map<String, Object> json =
        train("--epochs", 1, "--rank", 8, "--from", output(), "--json").json();
    assertThat(json).containsEntry("epochs", 1);
    try (FactorModel model = FactorModel.open(output(), Verify.CHECKSUMS)) {
      assertThat(model.metadata()).containsEntry("peccary.train.epochs", "1");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// Ratings of which some are newer: two thirds of the first file's are in the second, too.
  private Path newer(int shift) {
    Object[][] rows = new Object[9000][];
    for (int n = 0; n < rows.length; n++) {
      int event = n + shift;
      rows[n] = Database.row(event % 97, "b" + event * 7L % 211, 1 + event * 31L % 10);
    }
    Path database = Database.ofRatings(folder.resolve(shift + ".db"), rows);
    Path file = folder.resolve(shift + ".safetensors");
    assertThat(Cli.run("load", database, "-o", file).exitCode()).isZero();
    return file;
  }

  @Test
  void evaluateLeavesOutWhatTheFirstModelMayHaveSeenAsTrainingDoes() {
    Path first = newer(0);
    Path second = newer(3000);
    Path third = newer(6000);
    assertThat(Cli.run("train", first, "-o", output(), "--epochs", 3).exitCode()).isZero();
    for (Path ratings : List.of(second, third)) {
      Map<String, Object> trained =
          Cli.run("train", ratings, "-o", output(), "--from", output(), "--json").json();
      Map<String, Object> evaluated = Cli.run("evaluate", output(), ratings, "--json").json();
      double setAside = Cli.number(trained, "setAside");
      assertThat(setAside).isPositive();
      assertThat(Cli.number(evaluated, "setAside")).isEqualTo(setAside);
      assertThat(Cli.number(evaluated, "ratings"))
          .isEqualTo(Cli.number(trained, "holdout", "ratings"));
      assertThat(Cli.number(evaluated, "models", "model", "rmse"))
          .isCloseTo(Cli.number(trained, "holdout", "rmse"), within(1e-6));
      assertThat((String) evaluated.get("split"))
          .endsWith(
              ", without %.0f ratings that an earlier model may have been trained on"
                  .formatted(setAside));
    }
    Cli.Result folds = Cli.run("evaluate", output(), third, "--folds", 2);
    assertThat(folds.exitCode()).isEqualTo(1);
    assertThat(folds.err()).contains("the model must have been trained from nothing");
  }

  @Test
  void whereTheFirstModelMayHaveSeenAllNoErrorIsShown() {
    assertThat(train("--epochs", 2, "--no-seen").exitCode()).isZero();
    Cli.Result trained = train("--epochs", 1, "--from", output());
    assertThat(trained.out())
        .contains("ratings more held out, but set aside: an earlier model may have been trained")
        .doesNotContain("  held out ");
    Cli.Result evaluated = Cli.run("evaluate", output(), ratings);
    assertThat(evaluated.exitCode()).isZero();
    assertThat(evaluated.out())
        .contains("may have been trained on: none is left: 0 ratings,")
        .endsWith("\nThere is nothing to measure on.\n")
        .doesNotContain("rmse");
    Map<String, Object> json = Cli.run("evaluate", output(), ratings, "--json").json();
    assertThat(json).containsEntry("ratings", 0);
    assertThat(Cli.number(json, "setAside")).isPositive();
    assertThat(Cli.object(json, "models").values()).allMatch(Map.of()::equals);
  }
}
