package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// What holds for the command line as a whole.
class CommandLineTest {
  @Test
  void versionNamesThisBuildAndTheJava() {
    Cli.Result result = Cli.run("--version");
    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).matches("peccary \\d+\\.\\d+\\.\\d+\\S*\\RJava 25\\S*\\R");
    assertThat(result.err()).isEmpty();
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
}
