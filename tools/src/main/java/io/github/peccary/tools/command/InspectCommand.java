package io.github.peccary.tools.command;

import io.github.peccary.tools.Console;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "inspect", description = "Check a file and list what it holds.")
final class InspectCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "FILE", description = "A ratings or model file.")
  private Path file;

  InspectCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    console.line(file.toString());
    return 0;
  }
}
