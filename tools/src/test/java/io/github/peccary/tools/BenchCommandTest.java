package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
  void libmfIsTimedOnTheSameSplitOfTheRatingsGiven(@TempDir Path folder) throws IOException {
    Path ratings = folder.resolve("ratings.safetensors");
    assertThat(
            Cli.run(
                    "generate",
                    "--users=300",
                    "--items=200",
                    "--ratings=9000",
                    "-o",
                    ratings.toString())
                .exitCode())
        .isZero();
    Path program = folder.resolve("mf-train");
    // Counts what it is given, in place of learning: the errors are the numbers of lines.
    Files.writeString(
        program,
        """
        #!/bin/sh
        while [ "$1" != -p ]; do shift; done
        echo "iter      tr_rmse      va_rmse          obj"
        echo "   0       $(wc -l <"$3")       $(wc -l <"$2")   1.0"
        echo "   1       $(wc -l <"$3")       $(wc -l <"$2")   1.0"
        """);
    assertThat(program.toFile().setExecutable(true)).isTrue();
    Object[] command = {
      "bench",
      "--run-ms=1",
      "--threads=1",
      "--rank=14",
      "--epochs=2",
      "--libmf-l2=0.2",
      "--input=" + ratings,
      "--libmf=" + program,
      "--json"
    };
    Cli.Result run = Cli.run(command);
    assertThat(run.exitCode()).as(run.err()).isZero();
    Map<String, Object> training = Cli.object(run.json(), "training");
    assertThat(Cli.number(training, "ratings")).isEqualTo(9000);
    assertThat(Cli.number(training, "stride")).isEqualTo(16);
    Map<String, Object> libmf = Cli.object(training, "libmf");
    assertThat(libmf.get("command"))
        .isEqualTo("mf-train -f 0 -k 16 -l2 0.2 -t 2 -s 1 -p TEST TRAIN MODEL");
    double heldOut = Cli.number(libmf, "holdoutRmse");
    assertThat(heldOut).isBetween(700.0, 1100.0);

    Files.writeString(program, "#!/bin/sh\necho bad option; exit 1\n");
    Cli.Result failed = Cli.run(command);
    assertThat(failed.exitCode()).isOne();
    assertThat(failed.err()).contains("exitCode=1, epochs=0, lastLine=bad option");
  }
}
