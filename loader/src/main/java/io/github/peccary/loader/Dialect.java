package io.github.peccary.loader;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How a text file is written, with nothing left open.
///
/// @param quote [#NO_QUOTE] for none
/// @param columns what the wanted columns are called, or their numbers from 1
/// @param places where they are, from 0
record Dialect(
    String separator,
    int quote,
    boolean header,
    TextEncoding encoding,
    List<String> columns,
    int[] places) {
  static final int NO_QUOTE = -1;

  /// Every value is what the option of its name takes, so that the same file can be read again in
  /// the same way.
  Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("separator", separator.equals("\t") ? TextFormat.TAB : separator);
    settings.put("quote", quote == NO_QUOTE ? TextFormat.NO_QUOTE : Character.toString(quote));
    settings.put("header", header ? "yes" : "no");
    settings.put("encoding", encoding.name());
    settings.put("columns", String.join(",", columns));
    return settings;
  }

  /// As in `separator=; quote=" header=yes encoding=cp1252 columns=User-ID,ISBN,Book-Rating`.
  @Override
  public String toString() {
    return settings().entrySet().stream()
        .map(setting -> setting.getKey() + "=" + setting.getValue())
        .reduce((left, right) -> left + " " + right)
        .orElseThrow();
  }

  /// The bytes of UTF-8 as characters from 0 to 255, in which files are parsed: every byte stays
  /// what it is, and no field is decoded that is only going to be encoded again.
  static String bytesOf(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  /// The text of which [#bytesOf] gave the bytes.
  static String textOf(String bytes) {
    return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
