package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Ratings files straight from the generator, and other numbers than a shape's.
class GenerateCommandTest {
  @TempDir private Path folder;

  @Test
  void aRatingsFileCanBeTrainedAndItsModelIsThere() {
    Path ratings = folder.resolve("r.safetensors");
    Cli.Result result =
        Cli.run(
            "generate",
            "--users",
            4_000,
            "--items",
            1_000,
            "--ratings",
            300_000,
            "-o",
            ratings,
            "--json");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.json())
        .containsEntry("output", ratings.toString())
        .containsEntry("shape", "custom")
        .containsEntry("seed", 42)
        .containsEntry("rows", 300_000)
        .containsEntry("users", 4_000)
        .containsEntry("items", 1_000)
        .containsKeys("books", "duplicates", "seconds");
    Path model = folder.resolve("m.safetensors");
    Cli.Result trained =
        Cli.run("train", ratings, "-o", model, "--rank", 8, "--threads", 1, "--deterministic");
    assertThat(trained.exitCode()).as(trained.err()).isZero();
    Map<String, Object> json = Cli.run("evaluate", model, ratings, "--json").json();
    assertThat(Cli.number(json, "models", "globalMean", "rmse")).isBetween(0.85, 0.95);
    assertThat(Cli.number(json, "models", "biases", "rmse")).isBetween(0.78, 0.88);
    assertThat(Cli.number(json, "models", "model", "rmse")).isBetween(0.6, 0.72);
  }

  @Test
  void aDatabaseCanHaveOtherNumbersToo() {
    Path database = folder.resolve("b.db");
    Cli.Result result =
        Cli.run("generate", "--shape", "small", "--users", 900, "-o", database, "--json");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.json())
        .containsEntry("shape", "custom")
        .containsEntry("rows", 40_000)
        .containsEntry("users", 900)
        .containsEntry("items", 3_000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "r.safetensors|--shape=small|a ratings file must be of the shape large: shape='small', output=",
        "r.safetensors|--shape=huge|a ratings file must be of the shape large: shape='huge', output=",
        "books.db|--shape=large|the shape large must go to a ratings file: output=",
        "r.safetensors|--users=0|users and items must be from 1 to 100000000 each: users=0,",
        "r.safetensors|--ratings=-1|every user and every item must have a rating: users=200000,",
        "r.safetensors|--ratings=10000000001|ratings=10000000001; choose other numbers",
        "r.safetensors|--items=many|many",
        "books.db|--users=0|there must be a user: users=0; choose other numbers",
        "books.db|--ratings=-9223372036854775808|every user and every item must have a row",
        "books.db|--ratings=9999999999|a database can have at most 20000000 rows, a ratings file more: rows=9999999999;",
      })
  void whatCannotBeIsWrongUsage(String output, String option, String sentence) {
    Cli.Result result = Cli.run("generate", option, "-o", folder.resolve(output));
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).contains(sentence);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void anOutputThatCannotBeWrittenIsRefusedBeforeTheWork() throws Exception {
    Cli.Result nowhere = Cli.run("generate", "-o", folder.resolve("none/r.safetensors"));
    assertThat(nowhere.exitCode()).isEqualTo(1);
    assertThat(nowhere.err()).contains("the output's folder must exist: output=");
    Path taken = Files.createDirectory(folder.resolve("r.safetensors"));
    Cli.Result directory = Cli.run("generate", "-o", taken);
    assertThat(directory.exitCode()).isEqualTo(1);
    assertThat(directory.err()).contains("the output must be a file: output=");
  }
}
