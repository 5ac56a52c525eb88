package io.github.peccary.tools.command;

import io.github.peccary.tools.Console;
import io.github.peccary.tools.Failures;
import io.github.peccary.tools.Version;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// The command `peccary`: what all its subcommands have in common, and the list of them.
@Command(
    name = "peccary",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Version.class,
    usageHelpWidth = 100,
    sortOptions = false,
    descriptionHeading = "%n",
    parameterListHeading = "%n",
    optionListHeading = "%n",
    commandListHeading = "%nCommands:%n",
    footerHeading = "%nExamples:%n",
    description = "Matrix factorization for ratings: from a database to recommendations.",
    footer = {
      "  peccary demo                                  the whole path on made-up data",
      "  peccary load books.db -o ratings.safetensors",
      "  peccary train ratings.safetensors -o model.safetensors",
      "  peccary recommend model.safetensors --user 11676",
      "  peccary train --help                          options and examples of a command",
    })
public final class Peccary implements Runnable {
  private static final Map<String, Function<Console, Object>> COMMANDS = new LinkedHashMap<>();

  static {
    COMMANDS.put("demo", DemoCommand::new);
    COMMANDS.put("example", ExampleCommand::new);
    COMMANDS.put("generate", GenerateCommand::new);
    COMMANDS.put("doctor", DoctorCommand::new);
    COMMANDS.put("load", LoadCommand::new);
    COMMANDS.put("train", TrainCommand::new);
    COMMANDS.put("tune", TuneCommand::new);
    COMMANDS.put("evaluate", EvaluateCommand::new);
    COMMANDS.put("predict", PredictCommand::new);
    COMMANDS.put("recommend", RecommendCommand::new);
    COMMANDS.put("similar", SimilarCommand::new);
    COMMANDS.put("serve", ServeCommand::new);
    COMMANDS.put("inspect", InspectCommand::new);
    COMMANDS.put("bench", BenchCommand::new);
  }

  private final Console console;

  @Spec private CommandSpec spec;

  private Peccary(Console console) {
    this.console = console;
  }

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Print one JSON object as the last line, nothing else, on standard output.")
  void json(boolean json) {
    console.json(json);
  }

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of an error.")
  void debug(boolean debug) {
    console.debug(debug);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command must be given");
  }

  /// Runs one command line against `console` and returns its exit code: 0 done, 1 refused, 2 wrong
  /// usage.
  public static int execute(Console console, String... args) {
    try {
      return commandLine(console, args).execute(args);
    } catch (Throwable e) { // an Error too, such as OutOfMemoryError, is told in one sentence
      return Failures.report(e, console);
    }
  }

  /// Setting up a command by reflection takes about 10 ms, so only those are that `args` name; all
  /// of them where it names none: for help, or for what was meant.
  private static CommandLine commandLine(Console console, String[] args) {
    Set<String> named = new LinkedHashSet<>(COMMANDS.keySet());
    named.retainAll(Arrays.asList(args));
    CommandLine commandLine = new CommandLine(new Peccary(console));
    COMMANDS.forEach(
        (name, command) -> {
          if (named.isEmpty() || named.contains(name)) {
            commandLine.addSubcommand(command.apply(console));
          }
        });
    return commandLine
        .setOut(console.writer())
        .setErr(console.errorWriter())
        .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
        .setExpandAtFiles(false)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler((e, unparsed) -> Failures.usage(e, console))
        .setExecutionExceptionHandler((e, command, parsed) -> Failures.report(e, console));
  }
}
