package io.github.peccary.tools;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Bars of text. Blocks of eighths where the terminal can show them, else `#`.
public final class Bars {
  private static final int CELLS = 32;
  private static final int EIGHTHS = 8;
  private static final char FULL = '\u2588';

  private final boolean blocks;

  Bars(boolean blocks) {
    this.blocks = blocks;
  }

  /// As the environment of this process asks for.
  public static Bars ofTerminal() {
    return of(System.getProperty("native.encoding", ""), System.getenv());
  }

  static Bars of(String encoding, Map<String, String> environment) {
    boolean utf8 = encoding.equalsIgnoreCase(StandardCharsets.UTF_8.name());
    return new Bars(utf8 && !"dumb".equals(environment.get("TERM")));
  }

  /// A bar as long as `count` is of `most`; whatever is not 0 has a bar.
  public String bar(long count, long most) {
    if (count <= 0) {
      return "";
    }
    double cells = (double) CELLS * count / most;
    if (!blocks) {
      return "#".repeat((int) Math.max(1, Math.round(cells)));
    }
    int eighths = (int) Math.max(1, Math.round(cells * EIGHTHS));
    String bar = String.valueOf(FULL).repeat(eighths / EIGHTHS);
    int rest = eighths % EIGHTHS;
    return rest == 0 ? bar : bar + (char) (FULL + EIGHTHS - rest);
  }
}
