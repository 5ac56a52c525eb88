package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}
