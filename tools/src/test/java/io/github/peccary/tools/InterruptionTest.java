package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Signals to a process that tells on standard output what it does about them.
@EnabledOnOs({OS.LINUX, OS.MAC})
class InterruptionTest {
  /// With `worthwhile` it ends when asked to, with `slow` it takes a minute to.
  public static void main(String[] args) throws InterruptedException {
    Interruption interruption = new Interruption(() -> System.out.println("nothing to keep"));
    if (!args[0].equals("early")) {
      interruption.worthwhile();
    }
    System.out.println("ready");
    while (!interruption.requested()) {
      Thread.sleep(5);
    }
    System.out.println("requested");
    if (args[0].equals("slow")) {
      Thread.sleep(60_000);
    }
    System.out.println("saved");
    Interruption.exit(1); // the signal's own code is the one that counts
  }

  private static Process start(String how) throws IOException {
    return JavaProcess.builder(InterruptionTest.class, how).start();
  }

  private static void expect(BufferedReader out, @Nullable String line) throws IOException {
    assertThat(out.readLine()).isEqualTo(line);
  }

  @Test
  void whatIsWorthwhileIsSavedAndTheProcessEndsWithTheCodeOfTheSignal() throws Exception {
    Process process = start("worthwhile");
    try (BufferedReader out = process.inputReader()) {
      expect(out, "ready");
      JavaProcess.signal(process, "INT");
      expect(out, "requested");
      expect(out, "saved");
      expect(out, null);
      assertThat(process.waitFor()).isEqualTo(130);
    }
  }

  @Test
  void aSecondSignalKillsAtOnce() throws Exception {
    Process process = start("slow");
    try (BufferedReader out = process.inputReader()) {
      expect(out, "ready");
      JavaProcess.signal(process, "TERM");
      expect(out, "requested");
      JavaProcess.signal(process, "INT");
      expect(out, null);
      assertThat(process.waitFor()).isEqualTo(130);
    }
  }

  @Test
  void withNothingToKeepTheFirstSignalEndsItAndSaysSo() throws Exception {
    Process process = start("early");
    try (BufferedReader out = process.inputReader()) {
      expect(out, "ready");
      JavaProcess.signal(process, "TERM");
      expect(out, "nothing to keep");
      expect(out, null);
      assertThat(process.waitFor()).isEqualTo(143);
    }
  }
}
