package io.github.peccary.tools;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// The one place where an exception becomes a sentence and an exit code.
public final class Failures {
  private static final int REFUSED = 1;
  private static final int WRONG_USAGE = 2;
  private static final String OURS = "io.github.peccary.";

  private Failures() {}

  /// A command line that cannot be understood, or a setting that no data could make right.
  public static int usage(ParameterException e, Console console) {
    CommandLine command = e.getCommandLine();
    StringBuilder sentence = new StringBuilder("peccary: " + e.getMessage());
    if (e instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      sentence.append("; did you mean ").append(String.join(" or ", unmatched.getSuggestions()));
    }
    console.note(sentence + "; see '" + command.getCommandSpec().qualifiedName() + " --help'");
    trace(e, console);
    return WRONG_USAGE;
  }

  /// Everything else that goes wrong.
  public static int report(Throwable e, Console console) {
    String sentence = sentence(e);
    Map<String, Object> fields = new LinkedHashMap<>();
    if (e instanceof Refusal refusal) {
      fields.putAll(refusal.fields());
    }
    fields.put("error", sentence);
    console.note("peccary: " + sentence);
    trace(e, console);
    console.result(fields);
    return REFUSED;
  }

  private static void trace(Throwable e, Console console) {
    if (console.debug()) {
      e.printStackTrace(console.err());
    }
  }

  /// What went wrong and what to do about it.
  public static String sentence(Throwable e) {
    return switch (e) {
      case UncheckedIOException wrapper when wrapper.getCause() != null ->
          sentence(wrapper.getCause());
      case ExceptionInInitializerError wrapper when wrapper.getCause() != null ->
          sentence(wrapper.getCause());
      case NoSuchFileException file when isBare(file) ->
          "there must be such a file: path="
              + file.getFile()
              + "; check the spelling and the folder";
      case AccessDeniedException file when isBare(file) ->
          "the file must be open to this user: path=" + file.getFile() + "; check its permissions";
      case IOException io when isFull(io) ->
          "there must be room on the disk; make some and run the command again ("
              + io.getMessage()
              + ")";
      case FileSystemException file when file.getReason() == null -> unexpected(file);
      case IOException io when io.getMessage() != null -> io.getMessage();
      case OutOfMemoryError memory ->
          "out of memory: maxHeapBytes="
              + Runtime.getRuntime().maxMemory()
              + "; allow more with --memory (load, doctor) or JAVA_TOOL_OPTIONS=-Xmx8g, or use a larger machine ("
              + memory.getMessage()
              + ")";
      case InternalError fault when isFault(fault) ->
          "a mapped file was cut short or its disk failed while it was in use; bring it back and run the command again";
      case RuntimeException ours when isOurs(ours) -> String.valueOf(ours.getMessage());
      default -> unexpected(e);
    };
  }

  /// File system exceptions of the JDK name the file and leave the reason out.
  private static boolean isBare(FileSystemException e) {
    return e.getReason() == null;
  }

  private static boolean isFull(IOException e) {
    String message = e.getMessage();
    return message != null
        && (message.contains("No space left") || message.contains("Disk quota exceeded"));
  }

  /// How the JVM reports a page of a mapped file that cannot be read.
  public static boolean isFault(InternalError e) {
    return String.valueOf(e.getMessage()).contains("unsafe memory access");
  }

  /// An exception thrown by Peccary's own code carries a sentence for people; one thrown from
  /// inside the JDK or a library does not.
  private static boolean isOurs(RuntimeException e) {
    StackTraceElement[] trace = e.getStackTrace();
    return e.getMessage() != null && trace.length > 0 && trace[0].getClassName().startsWith(OURS);
  }

  private static String unexpected(Throwable e) {
    @Nullable String message = e.getMessage();
    return "unexpected "
        + e.getClass().getSimpleName()
        + (message == null ? "" : ": " + message.lines().findFirst().orElse(""))
        + "; run the command again with --debug and report what it prints";
  }
}
