package io.github.peccary.engine.storage;

import java.nio.file.Path;

/// A file that does not hold what it must. The message says what must hold, what was found, what to
/// do, and the file.
public final class CorruptFileException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /// @param problem what must hold, `name=value`, what to do; the file is appended in parentheses
  public CorruptFileException(Path file, String problem) {
    super(problem + " (" + file + ")");
  }

  /// The same with the exception that brought it to light.
  public CorruptFileException(Path file, String problem, Throwable cause) {
    super(problem + " (" + file + ")", cause);
  }
}
