package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// `recommend --all` as it is typed, killed, and gone on with.
class RecommendAllTest {
  private static final int MANY_USERS = 30_000;

  @TempDir private static Path folder;
  private static Path model;

  @BeforeAll
  static void train() {
    model = TwoTastes.model(folder, TwoTastes.ratings(folder));
  }

  private static Cli.Result ran(Object... args) {
    Cli.Result result = Cli.run(args);
    assertThat(result.exitCode()).as(result.err()).isZero();
    return result;
  }

  @Test
  void itIsWhatRecommendTellsOfEachUser() throws IOException {
    Path output = folder.resolve("all.jsonl");
    Cli.Result result =
        ran(
            "recommend",
            model,
            "--all",
            "-o",
            output,
            "--k",
            3,
            "--include-seen",
            "--deny",
            TwoTastes.isbn(8));
    assertThat(result.out())
        .matches("40 users, 120 items in [^,]+, \\S+( k)? users/s -> \\Q" + output + "\\E\n");
    assertThat(result.err()).isEmpty();
    List<String> lines = Files.readAllLines(output);
    assertThat(lines).hasSize(TwoTastes.USERS);
    for (String line : lines) {
      Map<String, Object> user = Json.parse(line);
      Map<String, Object> alone =
          ran(
                  "recommend",
                  model,
                  "--user",
                  user.get("user") + "",
                  "--k",
                  3,
                  "--include-seen",
                  "--deny",
                  TwoTastes.isbn(8),
                  "--json")
              .json();
      assertThat(ids(user)).hasSize(3).isEqualTo(ids(alone));
    }
  }

  private static List<String> ids(Map<String, Object> user) {
    List<?> items = user.get("items") instanceof List<?> list ? list : List.of();
    return items.stream()
        .map(item -> item instanceof Map<?, ?> fields ? fields.get("item") + "" : "")
        .toList();
  }

  @Test
  void jsonTellsWhatWasWritten() throws IOException {
    Path output = folder.resolve("told.csv");
    Map<String, Object> json =
        ran("recommend", model, "--all", "-o", output, "--k", 2, "--include-seen", "--json").json();
    assertThat(json)
        .containsEntry("output", output.toString())
        .containsEntry("users", TwoTastes.USERS)
        .containsEntry("items", TwoTastes.BOOKS)
        .containsEntry("done", TwoTastes.USERS)
        .containsEntry("resumed", 0)
        .containsEntry("rows", 2 * TwoTastes.USERS);
    assertThat(Cli.number(json, "usersPerSecond")).isPositive();
    assertThat(Files.readAllLines(output)).hasSize(1 + 2 * TwoTastes.USERS);
  }

  @Test
  void whereThereIsNothingToGoOnFromItBegins() {
    Path output = folder.resolve("anew.csv");
    Cli.Result result = ran("recommend", model, "--all", "-o", output, "--resume");
    assertThat(result.err())
        .isEqualTo(
            "peccary: there was no %s.part to go on from: it begins with the first user%n", output);
    assertThat(output).isNotEmptyFile();
  }

  @Test
  void aTerminalSeesHowFarItIs() {
    Object[] args = {"recommend", model, "--all", "-o", folder.resolve("seen.csv")};
    Cli.Result result = Cli.run(100, args);
    assertThat(result.err())
        .contains("[########################] 40 users, ")
        .contains(" users/s, 0.0 ms left");
  }

  /// Signals and kills come at random, until a run gets through.
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void whatSignalsAndKillsBrokeOffIsGoneOnWith() throws Exception {
    Path many = manyUsers();
    Path whole = folder.resolve("whole.csv");
    ran("recommend", many, "--all", "-o", whole, "--k", 20);
    Path output = Files.writeString(folder.resolve("broken.csv"), "old");
    Path state = folder.resolve("broken.csv.part.json");
    SplittableRandom random = new SplittableRandom(42);
    int brokenOff = 0;
    for (int run = 0; Files.size(output) == 3; run++) {
      Object[] args = {
        "recommend", many, "--all", "-o", output, "--k", 20, "--resume", "--threads", 1
      };
      Process process = JavaProcess.builder(Main.class, args).redirectErrorStream(true).start();
      awaitState(process, state);
      Thread.sleep(random.nextInt(300 * (run + 1))); // later each time, so that one gets through
      if (run % 2 == 0) {
        boolean _ = process.toHandle().destroy(); // SIGTERM; process.destroy() closes its output
      } else {
        boolean _ = process.toHandle().destroyForcibly();
      }
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int exitCode = process.waitFor();
      if (Files.size(output) == 3) {
        brokenOff++;
        assertThat(exitCode).as(printed).isEqualTo(run % 2 == 0 ? 143 : 137);
        assertThat(output).hasContent("old");
      }
    }
    assertThat(brokenOff).as("runs broken off").isPositive();
    assertThat(output).hasSameBinaryContentAs(whole);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(Path::toString)).noneMatch(file -> file.contains("broken.csv.part"));
    }
  }

  /// Waits until a run has left a state, or ended.
  private static void awaitState(Process process, Path state) throws Exception {
    while (process.isAlive() && !Files.exists(state)) {
      Thread.sleep(1);
    }
  }

  private static Path manyUsers() {
    Path ratings = folder.resolve("many.safetensors");
    Path output = folder.resolve("many-model.safetensors");
    ran(
        "generate",
        "--shape",
        "large",
        "--users",
        MANY_USERS,
        "--items",
        2000,
        "--ratings",
        200_000,
        "-o",
        ratings);
    ran("train", ratings, "-o", output, "--rank", 8, "--epochs", 1);
    return output;
  }
}
