package io.github.peccary.tools;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Where a command writes, and what its user asked of every command. Human lines and the one JSON
/// object go to standard output, never both; notes, progress and errors go to standard error.
public final class Console {
  private final PrintStream out;
  private final PrintStream err;
  private final int columns;
  private final boolean step;
  private boolean json;
  private boolean debug;
  private Map<String, ?> result = Map.of();

  /// `columns` is the width of the terminal behind `err`, or 0 where `err` is no terminal: then no
  /// progress is drawn.
  public Console(PrintStream out, PrintStream err, int columns) {
    this(out, err, columns, false, false, false);
  }

  private Console(
      PrintStream out, PrintStream err, int columns, boolean json, boolean debug, boolean step) {
    this.out = out;
    this.err = err;
    this.columns = columns;
    this.json = json;
    this.debug = debug;
    this.step = step;
  }

  /// Standard output is JSON only from here on.
  public void json(boolean json) {
    this.json = json;
  }

  public boolean json() {
    return json;
  }

  /// Stack traces are wanted.
  public void debug(boolean debug) {
    this.debug = debug;
  }

  public boolean debug() {
    return debug;
  }

  public PrintStream out() {
    return out;
  }

  public PrintStream err() {
    return err;
  }

  public PrintWriter writer() {
    return new PrintWriter(out, true, StandardCharsets.UTF_8);
  }

  public PrintWriter errorWriter() {
    return new PrintWriter(err, true, StandardCharsets.UTF_8);
  }

  /// A line for people; nothing under `--json`.
  public void line(String line) {
    if (!json) {
      out.println(line);
    }
  }

  /// A line on standard error, with or without `--json`.
  public void note(String line) {
    err.println(line);
  }

  /// What the command found, as one JSON object on one line; nothing without `--json`.
  public void result(Map<String, ?> fields) {
    result = fields;
    if (!json || step) {
      return;
    }
    try {
      out.println(Json.line(fields));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What [#result(Map)] was last given.
  public Map<String, ?> result() {
    return result;
  }

  public ProgressBar progress() {
    return new ProgressBar(err, columns);
  }

  /// For a step of a longer command: the same streams, with the step's result kept and not printed.
  public Console step() {
    return new Console(out, err, columns, json, debug, true);
  }
}
