package io.github.peccary.tools;

import io.github.peccary.tools.command.Peccary;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Where the JVM starts. Both streams are UTF-8 whatever the locale is: ids and titles are.
public final class Main {
  /// The columns of the terminal behind standard error, from the launcher.
  private static final String TERMINAL = "peccary.terminal";

  /// The process that passes standard error on, from the launcher.
  private static final String FILTER = "peccary.filter";

  private Main() {}

  public static void main(String[] args) {
    StandardOutput output = new StandardOutput();
    PrintStream out = new PrintStream(output, true, StandardCharsets.UTF_8);
    PrintStream err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    Console console = new Console(out, err, Integer.getInteger(TERMINAL, 0));
    int exitCode = Peccary.execute(console, args);
    if (output.failure != null && !isBrokenPipe(output.failure)) {
      exitCode = Math.max(exitCode, Failures.report(output.failure, console));
    }
    finish(err);
    Interruption.exit(exitCode);
  }

  /// Remembers what a PrintStream keeps to itself: that writing failed.
  private static final class StandardOutput extends FilterOutputStream {
    private @Nullable IOException failure;

    StandardOutput() {
      super(new FileOutputStream(FileDescriptor.out));
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        failure =
            failure == null ? new IOException("standard output: " + e.getMessage(), e) : failure;
        throw e;
      }
    }
  }

  /// Whoever reads has read enough, as in `peccary … | head`: no reason to complain.
  private static boolean isBrokenPipe(IOException e) {
    return String.valueOf(e.getMessage()).contains("Broken pipe");
  }

  /// Ends standard error and waits until the launcher's filter has passed all of it on: the command
  /// must not end before its last words have arrived.
  private static void finish(PrintStream err) {
    Long pid = Long.getLong(FILTER);
    if (pid == null) {
      return;
    }
    err.close();
    System.err.close();
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
