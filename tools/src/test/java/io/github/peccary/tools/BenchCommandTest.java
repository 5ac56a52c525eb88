package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What bench prints and refuses; how fast anything is, no test says.
class BenchCommandTest {
  @Test
  void limitsKernelsAndATrainingAreMeasured() {
    Cli.Result run =
        Cli.run("bench", "--run-ms", "1", "--ratings", "200000", "--threads", "2", "--json");
    assertThat(run.exitCode()).as(run.err()).isZero();
    Map<String, Object> json = run.json();
    for (String limit : List.of("fmaFlops", "copyBytesPerSecond", "rowsPerSecond")) {
      assertThat(Cli.number(json, limit)).as(limit).isPositive();
    }
    assertThat(json.get("threads")).isEqualTo(2);
    assertThat((List<?>) json.get("limits")).hasSize(2);
    List<?> kernels = json.get("kernels") instanceof List<?> list ? list : List.of();
    assertThat(kernels).extracting("stride").containsExactly(16, 32, 64, 128, 256);
    for (Object kernel : kernels) {
      for (String rate : List.of("updatesPerSecond", "scalarUpdatesPerSecond", "shareOfLimit")) {
        assertThat(Cli.number((Map<?, ?>) kernel, rate)).as(rate).isPositive();
      }
    }
    Map<String, Object> training = Cli.object(json, "training");
    assertThat(List.of(Cli.number(training, "ratings"), Cli.number(training, "users")))
        .containsExactly(200_000.0, 2000.0);
    assertThat(Cli.number(training, "ratingsPerSecond")).isPositive();
  }

  @Test
  void numbersThatCannotBeAreWrongUsage() {
    assertThat(Cli.run("bench", "--threads", "0").err())
        .contains("threads must be at least 1: threads=0");
    assertThat(Cli.run("bench", "--run-ms", "0").exitCode()).isEqualTo(2);
    assertThat(Cli.run("bench", "--ratings", "-1").exitCode()).isEqualTo(2);
  }
}
