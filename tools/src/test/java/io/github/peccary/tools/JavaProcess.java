package io.github.peccary.tools;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A command line in a JVM of its own, which may be killed.
final class JavaProcess implements AutoCloseable {
  private final Process process;

  private JavaProcess(Process process) {
    this.process = process;
  }

  /// Starts `peccary` with these arguments.
  static JavaProcess peccary(Object... args) throws IOException {
    ProcessBuilder builder = builder(Main.class, args).redirectErrorStream(true);
    builder.command().add(1, "-XX:TieredStopAtLevel=1"); // it lives for a second
    return new JavaProcess(builder.start());
  }

  /// A JVM that runs the class with these arguments; it hears Ctrl-C, which a process in the
  /// background of a shell would not.
  static ProcessBuilder builder(Class<?> main, Object... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xshare:auto"));
    command.addAll(
        List.of("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    Stream.of(args).map(Object::toString).forEach(command::add);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    return builder;
  }

  /// Sends a signal, such as `INT`.
  static void signal(Process process, String name) throws IOException, InterruptedException {
    if (new ProcessBuilder("kill", "-" + name, process.pid() + "").start().waitFor() != 0) {
      throw new AssertionError("the process must be there: pid=" + process.pid());
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /// Waits for its end, not longer than this, and returns whether it came.
  boolean ends(long millis) throws InterruptedException {
    return process.waitFor(millis, TimeUnit.MILLISECONDS);
  }

  /// Kills it as nothing can prevent (SIGKILL), and waits until it is gone.
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /// Waits for its end.
  ///
  /// @return what it printed, both streams
  /// @throws AssertionError if it failed
  String output() throws IOException, InterruptedException {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError("exitCode=" + process.exitValue() + "\n" + output);
    }
    return output;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
