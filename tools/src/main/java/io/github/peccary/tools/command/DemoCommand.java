package io.github.peccary.tools.command;

import io.github.peccary.tools.Console;
import io.github.peccary.tools.Format;
import io.github.peccary.tools.generate.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "demo",
    showDefaultValues = true,
    description = {
      "The whole path on made-up data, step by step: generate, load; train, evaluate, recommend for",
      "ratings, then for rankings; similar. Each step is printed as the command that does the same."
    },
    footer = {
      "  peccary demo",
      "  peccary demo --shape small --folder /tmp/demo",
    })
final class DemoCommand implements Callable<Integer> {
  private static final String TITLES = "SELECT isbn, title FROM books";

  private final Console console;
  private final List<Map<String, Object>> steps = new ArrayList<>();

  @Spec private CommandSpec spec;

  @Option(
      names = "--folder",
      paramLabel = "DIR",
      description = "Where the files go and stay; it is made if need be.")
  private Path folder = Path.of("peccary-demo");

  @Option(names = "--shape", paramLabel = "NAME", description = "As in generate.")
  private String shape = "book-crossing";

  @Option(names = "--seed", paramLabel = "N", description = "As in generate and train.")
  private long seed = 42;

  DemoCommand(Console console) {
    this.console = console;
  }

  /// A step that failed has said why; its exit code ends the demo.
  private static final class StepFailed extends Exception {
    private static final long serialVersionUID = 1;
    private final int exitCode;

    StepFailed(int exitCode) {
      this.exitCode = exitCode;
    }
  }

  @Override
  public Integer call() throws IOException {
    Shape chosen = Settings.valid(spec, () -> Shape.named(shape));
    Settings.makeFolder("folder", folder);
    long start = System.nanoTime();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("folder", folder.toString());
    fields.put("steps", steps);
    int exitCode = 0;
    try {
      run(Integer.toString(chosen.heaviestUserId()));
    } catch (StepFailed e) {
      exitCode = e.exitCode;
    }
    double seconds = (System.nanoTime() - start) * 1e-9;
    fields.put("seconds", seconds);
    Settings.putMemory(fields);
    if (exitCode == 0) {
      String serve = Settings.commandLine(List.of("serve", ranking().toString()));
      console.line("Look at it in a browser: " + serve);
      console.line(
          "All of it in %s; the files are in %s.".formatted(Format.seconds(seconds), folder));
    }
    console.result(fields);
    return exitCode;
  }

  private Path ranking() {
    return folder.resolve("ranking.safetensors");
  }

  private void run(String user) throws StepFailed {
    String database = folder.resolve("books.db").toString();
    String ratings = folder.resolve("ratings.safetensors").toString();
    String model = folder.resolve("model.safetensors").toString();
    String seedText = Long.toString(seed);
    step("generate", "--shape", shape, "--seed", seedText, "-o", database);
    step("load", database, "-o", ratings, "--titles", TITLES);
    step("train", ratings, "-o", model, "--seed", seedText);
    step("evaluate", model, ratings);
    step("recommend", model, "--user", user);
    String ranking = ranking().toString();
    step(
        "train",
        ratings,
        "-o",
        ranking,
        "--objective",
        "ranking",
        "--holdout",
        "leave-1",
        "--seed",
        seedText);
    step("evaluate", ranking, ratings);
    Map<String, ?> recommended = step("recommend", ranking, "--user", user, "--explain");
    if (recommended.get("items") instanceof List<?> items
        && !items.isEmpty()
        && items.getFirst() instanceof Map<?, ?> best) {
      step("similar", ranking, "--item", String.valueOf(best.get("item")));
    }
  }

  private Map<String, ?> step(String... args) throws StepFailed {
    String command = Settings.commandLine(List.of(args));
    console.line("$ " + command);
    console.line("");
    Console step = console.step();
    long start = System.nanoTime();
    int exitCode = Peccary.execute(step, args);
    double seconds = (System.nanoTime() - start) * 1e-9;
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("command", command);
    fields.put("seconds", seconds);
    fields.put("exitCode", exitCode);
    fields.put("result", step.result());
    steps.add(fields);
    if (exitCode != 0) {
      throw new StepFailed(exitCode);
    }
    console.line("");
    console.line("took " + Format.seconds(seconds));
    console.line("");
    return step.result();
  }
}
