package io.github.peccary.tools.batch;

import io.github.peccary.engine.ratings.TextColumn;
import io.github.peccary.engine.recommend.ScoredItem;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/// How recommendations are written. Ids go from the model to the file byte by byte; scores are as
/// [Float#toString(float)] has them.
public enum BatchFormat {
  /// A header and a line an item, quoted where RFC 4180 asks for it; lines end with a line feed.
  CSV(".csv") {
    @Override
    void begin(Utf8Buffer out) {
      out.put("user,rank,item,score\n");
    }

    @Override
    void user(Utf8Buffer out, byte[] user, List<ScoredItem> items, TextColumn ids) {
      byte[] quoted = quoted(user);
      for (int i = 0; i < items.size(); i++) {
        ScoredItem item = items.get(i);
        out.put(quoted);
        out.put(',');
        out.put(Integer.toString(i + 1));
        out.put(',');
        putField(out, ids.utf8(item.item()));
        out.put(',');
        out.put(Float.toString(item.score()));
        out.put('\n');
      }
    }
  },

  /// An object a user, with the user's items in an array; what is no finite number is null.
  JSON_LINES(".jsonl") {
    @Override
    void begin(Utf8Buffer out) {}

    @Override
    void user(Utf8Buffer out, byte[] user, List<ScoredItem> items, TextColumn ids) {
      out.put("{\"user\":");
      putText(out, user);
      out.put(",\"items\":[");
      for (int i = 0; i < items.size(); i++) {
        ScoredItem item = items.get(i);
        out.put(i == 0 ? "{\"item\":" : ",{\"item\":");
        putText(out, ids.utf8(item.item()));
        out.put(",\"score\":");
        out.put(Float.isFinite(item.score()) ? Float.toString(item.score()) : "null");
        out.put('}');
      }
      out.put("]}\n");
    }
  };

  private static final HexFormat HEX = HexFormat.of();

  private final String ending;

  BatchFormat(String ending) {
    this.ending = ending;
  }

  /// The format that the file's ending says.
  ///
  /// @throws IllegalArgumentException if it says none
  public static BatchFormat of(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    for (BatchFormat format : values()) {
      if (name.endsWith(format.ending)) {
        return format;
      }
    }
    throw new IllegalArgumentException(
        "the output must end in .csv or .jsonl: output=" + file + "; name another file");
  }

  /// What comes before the first user.
  abstract void begin(Utf8Buffer out);

  /// The lines of one user.
  ///
  /// @param user the id
  /// @param ids of all items
  abstract void user(Utf8Buffer out, byte[] user, List<ScoredItem> items, TextColumn ids);

  private static byte[] quoted(byte[] utf8) {
    Utf8Buffer field = new Utf8Buffer();
    putField(field, utf8);
    byte[] quoted = new byte[field.toWrite().remaining()];
    field.toWrite().get(quoted);
    return quoted;
  }

  private static void putField(Utf8Buffer out, byte[] utf8) {
    if (!needsQuotes(utf8)) {
      out.put(utf8);
      return;
    }
    out.put('"');
    for (byte b : utf8) {
      if (b == '"') {
        out.put('"');
      }
      out.put((char) b);
    }
    out.put('"');
  }

  private static boolean needsQuotes(byte[] utf8) {
    for (byte b : utf8) {
      if (b == ',' || b == '"' || b == '\n' || b == '\r') {
        return true;
      }
    }
    return false;
  }

  private static void putText(Utf8Buffer out, byte[] utf8) {
    out.put('"');
    int plain = 0;
    for (int i = 0; i < utf8.length; i++) {
      byte b = utf8[i];
      boolean isControl = b >= 0 && b < ' '; // bytes of other characters are negative
      if (isControl || b == '"' || b == '\\') {
        out.put(utf8, plain, i);
        plain = i + 1;
        out.put(isControl ? "\\u00" + HEX.toHexDigits(b) : "\\" + (char) b);
      }
    }
    out.put(utf8, plain, utf8.length);
    out.put('"');
  }
}
