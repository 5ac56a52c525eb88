package io.github.peccary.tools;

import java.io.PrintStream;
import java.util.function.Supplier;

/// One line on a terminal that is drawn over until the work is done; nothing where there is no
/// terminal.
public final class ProgressBar implements AutoCloseable {
  private static final int MIN_CELLS = 4;
  private static final int MAX_CELLS = 24;
  private static final long NANOS_BETWEEN_DRAWINGS = 80_000_000;
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final PrintStream err;
  private final int columns;
  private long drawnAt = Long.MIN_VALUE;

  ProgressBar(PrintStream err, int columns) {
    this.err = err;
    this.columns = columns;
  }

  /// Shows that `done` of `total` is done, with words behind the bar; `total` of 0 or less is
  /// unknown, then there are words only. May be called as often as is convenient: the words are
  /// asked for only when they are drawn.
  public void update(long done, long total, Supplier<String> words) {
    long now = System.nanoTime();
    boolean last = done == total;
    if (columns == 0
        || (drawnAt != Long.MIN_VALUE && now - drawnAt < NANOS_BETWEEN_DRAWINGS && !last)) {
      return;
    }
    drawnAt = now;
    String text = words.get();
    // the last column stays free: some terminals begin a new line there
    int cells = Math.min(MAX_CELLS, columns - 1 - text.length() - "[] ".length());
    String line = total > 0 && cells >= MIN_CELLS ? bar(done, total, cells) + " " + text : text;
    err.print(CLEAR_LINE + line.substring(0, Math.min(line.length(), columns - 1)));
    err.flush();
  }

  /// Wipes the line, so that whatever is printed next starts at its beginning.
  public void clear() {
    if (drawnAt != Long.MIN_VALUE) {
      err.print(CLEAR_LINE);
      err.flush();
    }
  }

  /// Wipes the line for good.
  @Override
  public void close() {
    clear();
  }

  private static String bar(long done, long total, int cells) {
    int full = (int) (cells * Math.min(done, total) / total);
    return "[" + "#".repeat(full) + "-".repeat(cells - full) + "]";
  }
}
