package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A search for settings, through the command line.
class TuneCommandTest {
  @TempDir private static Path data;
  private static Path ratings = Path.of("");

  @BeforeAll
  static void load() {
    ratings = TwoTastes.ratings(data);
  }

  private static Map<String, Object> done(List<?> args) {
    Cli.Result result = Cli.run(args.toArray());
    assertThat(result.exitCode()).as(result.err()).isZero();
    return result.json();
  }

  /// Runs it a second time by the command that it has printed, and compares the models.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--holdout leave-2-of-5",
        "--objective ranking --seed 7",
        "--objective ranking --method softmax",
        "--objective ranking --method bpr --holdout 0.2"
      })
  void theCommandTrainsTheBest(String options) {
    Path output = data.resolve("tuned.safetensors");
    List<Object> args = new ArrayList<>(List.of("tune", ratings, "-o", output));
    args.addAll(List.of(options.isEmpty() ? new String[0] : options.split(" ")));
    args.addAll(List.of("--budget", "1s", "--epochs", 3, "--threads", 2, "--json"));
    Map<String, Object> json = done(args);
    assertThat(json).containsEntry("interrupted", false);
    boolean ranking = options.contains("ranking");
    double gain = Cli.number(json, "gain");
    double difference = Cli.number(json, "best", "score") - Cli.number(json, "default", "score");
    assertThat(gain).isNotNegative().isEqualTo(ranking ? difference : -difference);
    assertThat((List<?>) json.get("candidates")).hasSizeGreaterThan(1);
    assertThat((List<?>) json.get("frontier")).isNotEmpty();
    assertThat(json.get("validation")).asString().contains(", apart from ");
    String command = String.valueOf(json.get("command"));
    assertThat(command).startsWith("peccary train " + ratings + " -o " + output + " ");
    Path again = data.resolve("again.safetensors");
    List<String> typed =
        new ArrayList<>(List.of(command.replace(output.toString(), again.toString()).split(" ")));
    typed.addAll(List.of("--threads", "1", "--json"));
    Map<String, Object> trained = done(typed.subList(1, typed.size()));
    assertThat(again).hasSameBinaryContentAs(output);
    assertThat(trained.get("holdout")).isEqualTo(Cli.object(json, "training").get("holdout"));
  }

  @Test
  void peopleAreToldWhatToThinkOfIt() {
    Cli.Result result = Cli.run("tune", ratings, "--budget", "0s", "--epochs", 2);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out())
        .startsWith("1 training of 1 candidate in ")
        .contains(
            "; validation: random fraction=0.1 seed=43, apart from random"
                + " fraction=0.1 seed=42\n",
            "nothing is better than the defaults\n\n$ peccary train ")
        .endsWith(" --seed 42 --deterministic\n");
    assertThat(data.resolve("model.safetensors")).doesNotExist();
  }
}
