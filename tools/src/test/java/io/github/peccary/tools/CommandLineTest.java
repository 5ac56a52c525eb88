package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What holds for the command line as a whole.
class CommandLineTest {
  @TempDir private Path folder;

  @Test
  void versionNamesThisBuildAndTheJava() {
    Cli.Result result = Cli.run("--version");
    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).matches("peccary \\d+\\.\\d+\\.\\d+\\S*\\RJava \\d+\\S*\\R");
    assertThat(result.err()).isEmpty();
  }

  @Test
  void helpListsEveryCommandAndExamples() {
    Cli.Result result = Cli.run("--help");
    assertThat(result.exitCode()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .contains("Examples:\n  peccary demo")
        .contains(
            "  generate ",
            "  load ",
            "  train ",
            "  evaluate ",
            "  predict ",
            "  recommend ",
            "  similar ",
            "  inspect ",
            "  demo ",
            "  example ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "generate",
        "load",
        "train",
        "tune",
        "evaluate",
        "predict",
        "recommend",
        "similar",
        "inspect",
        "demo",
        "example",
      })
  void everyCommandHasHelpWithExamples(String command) {
    Cli.Result result = Cli.run(command, "--help");
    assertThat(result.exitCode()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .startsWith("Usage: peccary " + command)
        .contains("Examples:\n  peccary " + command)
        .contains("--json", "--debug", "--help")
        .doesNotContain("${");
    assertThat(result.out().lines()).allMatch(line -> line.length() <= 100);
  }

  @Test
  void noCommandIsWrongUsage() {
    Cli.Result result = Cli.run();
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).isEqualTo("peccary: a command must be given; see 'peccary --help'\n");
  }

  @Test
  void aMisspeltCommandIsWrongUsageAndTheRightOneIsNamed() {
    Cli.Result result = Cli.run("inspekt", "x");
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err()).contains("did you mean inspect");
  }

  @Test
  void aMisspeltOptionIsWrongUsageAndTheRightOneIsNamed() {
    Cli.Result result = Cli.run("train", "r.safetensors", "--epoch", "3");
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err()).contains("'--epoch'", "did you mean --epochs", "peccary train --help");
  }

  @Test
  void flagsOfAllCommandsStandBeforeOrAfterTheCommand() {
    Path missing = folder.resolve("none");
    List<Cli.Result> results =
        List.of(
            Cli.run("--json", "--debug", "inspect", missing),
            Cli.run("inspect", missing, "--json", "--debug"),
            Cli.run("--debug", "inspect", "--json", missing));
    assertThat(results)
        .allSatisfy(
            result -> {
              assertThat(result.exitCode()).isEqualTo(1);
              assertThat(result.json()).containsEntry("valid", false);
              assertThat(result.err())
                  .startsWith("peccary: ")
                  .contains("\tat io.github.peccary.")
                  .contains("Caused by: ");
            });
    assertThat(Cli.run("inspect", missing).err()).doesNotContain("\tat ");
  }

  @Test
  void anIdMayBeginWithAnAt() {
    assertThat(Cli.run("predict", folder, "--user", "@nobody", "--item", "x").err())
        .contains(folder.toString());
  }
}
