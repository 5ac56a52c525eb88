package io.github.peccary.tools;

import io.github.peccary.tools.command.Peccary;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Where the JVM starts. Both streams are UTF-8 whatever the locale is: ids and titles are.
public final class Main {
  private static final String FILTER_PID = "peccary.filter";

  private Main() {}

  public static void main(String[] args) {
    PrintStream out = stream(FileDescriptor.out);
    PrintStream err = stream(FileDescriptor.err);
    int exitCode =
        Peccary.execute(new Console(out, err, Integer.getInteger("peccary.terminal", 0)), args);
    out.flush();
    err.close();
    System.err.close();
    awaitFilter();
    System.exit(exitCode);
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  /// The launcher's filter passes standard error on; without this wait the command could end before
  /// its last words have arrived.
  private static void awaitFilter() {
    Long pid = Long.getLong(FILTER_PID);
    if (pid == null) {
      return;
    }
    ProcessHandle.of(pid)
        .ifPresent(
            filter -> {
              try {
                filter.onExit().get(1, TimeUnit.SECONDS);
              } catch (InterruptedException | ExecutionException | TimeoutException e) {
                // The words are on their way; there is nobody left to tell.
              }
            });
  }
}
