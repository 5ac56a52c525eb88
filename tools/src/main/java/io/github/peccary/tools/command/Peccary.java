package io.github.peccary.tools.command;

import io.github.peccary.tools.Console;
import io.github.peccary.tools.Failures;
import io.github.peccary.tools.Version;
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
      return commandLine(console).execute(args);
    } catch (Throwable e) { // an Error too, such as OutOfMemoryError, is told in one sentence
      return Failures.report(e, console);
    }
  }

  static CommandLine commandLine(Console console) {
    return new CommandLine(new Peccary(console))
        .addSubcommand(new DemoCommand(console))
        .addSubcommand(new ExampleCommand(console))
        .addSubcommand(new GenerateCommand(console))
        .addSubcommand(new LoadCommand(console))
        .addSubcommand(new TrainCommand(console))
        .addSubcommand(new EvaluateCommand(console))
        .addSubcommand(new PredictCommand(console))
        .addSubcommand(new RecommendCommand(console))
        .addSubcommand(new SimilarCommand(console))
        .addSubcommand(new InspectCommand(console))
        .setOut(console.writer())
        .setErr(console.errorWriter())
        .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
        .setExpandAtFiles(false)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler((e, args) -> Failures.usage(e, console))
        .setExecutionExceptionHandler((e, commandLine, parse) -> Failures.report(e, console));
  }
}
