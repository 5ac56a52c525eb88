package io.github.peccary.tools;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.CountDownLatch;

/// Ctrl-C, SIGTERM and SIGHUP while a command runs that can end early and keep what it has: the
/// first one becomes a request, the second one kills at once. As long as there is nothing to keep,
/// so does the first.
///
/// The JVM answers a signal by running its shutdown hooks, beside all other threads, and ends with
/// 128 and the number of the signal when the last hook returns: ours waits for the command.
public final class Interruption implements AutoCloseable {
  /// What a command returns that was interrupted, for whoever started it in this process; the
  /// process itself ends with the code of the signal.
  public static final int EXIT_CODE = 128 + 2;

  private static final int[] SIGNALS = {1, 2, 15};
  private static final CountDownLatch ENDED = new CountDownLatch(1);

  private final Runnable nothingToKeep;
  private final Thread hook = new Thread(this::interrupt, "peccary-interruption");
  private volatile boolean worthwhile;
  private volatile boolean requested;

  /// @param nothingToKeep run before the process ends early and empty-handed
  public Interruption(Runnable nothingToKeep) {
    this.nothingToKeep = nothingToKeep;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /// From here on there is something to keep.
  public void worthwhile() {
    worthwhile = true;
  }

  /// Whether the command is to end.
  public boolean requested() {
    return requested;
  }

  /// Ends the process: with `exitCode`, or with that of a signal if one has come.
  static void exit(int exitCode) {
    ENDED.countDown();
    if (exitCode != 0) { // a JVM that ends by itself ends a little sooner
      System.exit(exitCode);
    }
  }

  private void interrupt() {
    if (!worthwhile) {
      nothingToKeep.run();
      return;
    }
    restoreSignals();
    requested = true;
    try {
      ENDED.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // then it is time to end
    }
  }

  /// While the JVM shuts down it does not hear another signal; the system does.
  private static void restoreSignals() {
    Linker linker = Linker.nativeLinker();
    linker
        .defaultLookup()
        .find("signal")
        .ifPresent(
            function -> {
              MethodHandle signal =
                  linker.downcallHandle(
                      function, FunctionDescriptor.of(ADDRESS, JAVA_INT, ADDRESS));
              try {
                for (int number : SIGNALS) {
                  MemorySegment _ = (MemorySegment) signal.invokeExact(number, MemorySegment.NULL);
                }
              } catch (Throwable t) {
                throw new AssertionError("a system call throws nothing", t);
              }
            });
  }

  /// Leaves signals to the JVM again.
  @Override
  public void close() {
    if (!requested) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // A signal has come just now: the process ends with its code as soon as the command does.
      }
    }
  }
}
