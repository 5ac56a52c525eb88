package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Exceptions that no test can provoke from outside become one sentence too.
class FailuresTest {
  @Test
  void whatTheFileSystemLeavesUnsaid() {
    assertThat(Failures.sentence(new NoSuchFileException("m.safetensors")))
        .isEqualTo(
            "there must be such a file: path=m.safetensors; check the spelling and the folder");
    assertThat(Failures.sentence(new AccessDeniedException("m.safetensors")))
        .isEqualTo("the file must be open to this user: path=m.safetensors; check its permissions");
    assertThat(Failures.sentence(new FileSystemException("m", null, "Read-only file system")))
        .isEqualTo("m: Read-only file system");
  }

  @Test
  void aFullDisk() {
    assertThat(
            Failures.sentence(new UncheckedIOException(new IOException("No space left on device"))))
        .isEqualTo(
            "there must be room on the disk; make some and run the command again"
                + " (No space left on device)");
  }

  @Test
  void noMemory() {
    assertThat(Failures.sentence(new OutOfMemoryError("Java heap space")))
        .matches(
            "out of memory: maxHeapBytes=\\d+; allow more with --memory \\(load, doctor\\) or"
                + " JAVA_TOOL_OPTIONS=-Xmx8g, or use a larger machine \\(Java heap space\\)");
  }

  @Test
  void aMappedFileThatWasCutShort() {
    assertThat(
            Failures.sentence(
                new InternalError("a fault occurred in an unsafe memory access operation")))
        .startsWith("a mapped file was cut short");
  }

  @Test
  void whatPeccaryItselfSays() {
    assertThat(Failures.sentence(new IllegalStateException("x must hold: x=1")))
        .isEqualTo("x must hold: x=1");
    assertThat(
            Failures.sentence(
                new ExceptionInInitializerError(
                    new UnsupportedOperationException("no fma: cpu=x"))))
        .isEqualTo("no fma: cpu=x");
  }

  @Test
  void whatNobodyExpects() {
    Throwable thrown = catchThrowable(() -> List.of().getFirst());
    assertThat(Failures.sentence(thrown))
        .startsWith("unexpected NoSuchElementException")
        .endsWith("; run the command again with --debug and report what it prints");
  }

  @Test
  void theStackTraceIsForDebugOnly() {
    assertThat(report(false)).isEqualTo("peccary: it must hold\n");
    assertThat(report(true))
        .startsWith("peccary: it must hold\n")
        .contains("\tat io.github.peccary.tools.FailuresTest");
  }

  private static String report(boolean debug) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    Console console = new Console(stream, stream, 0);
    console.debug(debug);
    assertThat(Failures.report(new IllegalStateException("it must hold"), console)).isEqualTo(1);
    return err.toString(StandardCharsets.UTF_8);
  }
}
