package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The commands that need no data of one's own: generate, demo, example.
class DemoCommandTest {
  @TempDir private Path folder;

  @Test
  void theDemoRunsTheWholePathAndShowsTheCommands() {
    Path files = folder.resolve("new folder/demo");
    Cli.Result result = Cli.run("demo", "--shape", "small", "--folder", files);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .containsSubsequence(
            "$ peccary generate --shape small --seed 42 -o '" + files + "/books.db'\n",
            "$ peccary load '" + files + "/books.db' -o '" + files + "/ratings.safetensors'",
            " --titles 'SELECT isbn, title FROM books'\n",
            "took ",
            "$ peccary train ",
            "held out",
            "$ peccary evaluate ",
            "global mean",
            "$ peccary recommend ",
            "$ peccary train ",
            "--objective ranking",
            "$ peccary evaluate ",
            "ndcg@10 by the number of items that the user had before",
            "popularity",
            "item kNN",
            "21+",
            "$ peccary recommend ",
            "below each, what contributes most",
            " %  ",
            "$ peccary similar ",
            "All of it in ");
    assertThat(files).isDirectoryContaining("glob:**/model.safetensors");
  }

  @Test
  void forProgramsTheDemoIsOneObject() {
    Cli.Result result = Cli.run("demo", "--shape", "small", "--folder", folder, "--json");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out().lines()).hasSize(1);
    assertThat(result.json()).containsEntry("folder", folder.toString()).containsKey("seconds");
    assertThat((List<?>) result.json().get("steps"))
        .hasSize(9)
        .allSatisfy(
            step -> {
              assertThat(Cli.number((Map<?, ?>) step, "seconds")).isPositive();
              assertThat(Cli.number((Map<?, ?>) step, "exitCode")).isZero();
              assertThat(Cli.object((Map<?, ?>) step, "result")).isNotEmpty();
            });
  }

  @Test
  void theDemoEndsWithTheStepThatFails() throws IOException {
    Files.createDirectory(folder.resolve("ratings.safetensors"));
    Cli.Result result = Cli.run("demo", "--shape", "small", "--folder", folder, "--json");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).contains("the output must be a file: output=");
    assertThat((List<?>) result.json().get("steps")).hasSize(2);
  }

  @Test
  void theSameSeedGivesTheSameRows() throws IOException {
    Path first = folder.resolve("first.db");
    Path second = folder.resolve("second.db");
    Cli.Result result = Cli.run("generate", "--shape", "small", "--seed", 7, "-o", first, "--json");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.json())
        .containsEntry("output", first.toString())
        .containsEntry("shape", "small")
        .containsEntry("seed", 7)
        .containsEntry("rows", 40_000)
        .containsEntry("users", 5_000)
        .containsEntry("items", 3_000)
        .containsKeys("books", "duplicates", "seconds");
    Cli.run("generate", "--shape", "small", "--seed", 7, "-o", second);
    assertThat(Files.mismatch(first, second)).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--shape=tiny", "--seed=x"})
  void wrongSettings(String option) {
    for (String command : List.of("generate", "demo")) {
      Cli.Result result = Cli.run(command, option);
      assertThat(result.exitCode()).isEqualTo(2);
      assertThat(result.err().lines()).hasSize(1);
      assertThat(result.err()).contains(option.substring(option.indexOf('=') + 1));
    }
  }

  @Test
  void noFolderForTheDatabase() {
    Cli.Result result = Cli.run("generate", "-o", folder.resolve("none/books.db"));
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("the output's folder must exist: output=");
  }

  @Test
  void theExampleShowsWhatL2IsFor() {
    Map<String, Object> json = Cli.run("example", "--json").json();
    assertThat((List<?>) json.get("ratings"))
        .hasSize(3)
        .allMatch(row -> ((List<?>) row).size() == 5);
    assertThat(Cli.number(json, "withoutL2", "trainRmse"))
        .isLessThan(Cli.number(json, "withL2", "trainRmse"));
    assertThat(Cli.number(json, "withL2", "testRmse"))
        .isLessThan(Cli.number(json, "withoutL2", "testRmse"));
    Cli.Result result = Cli.run("example");
    assertThat(result.exitCode()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .contains("without L2", "with L2", "training", "test")
        .containsPattern("(?m)^ +Ada +5 +2 +\\(4\\) +\\. +5$");
    assertThat(result.out().lines()).allMatch(line -> line.length() <= 100);
  }
}
