package io.github.peccary.loader;

import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How delimited text is written, as far as it is known; what is null is recognised from the
/// beginning of the file.
///
/// @param separator between two fields, as in `;` or `::`; `tab` is a word for one
/// @param quote the ASCII character around fields that hold separators, or `none`
/// @param header whether the first row names the columns
/// @param encoding the name of a charset, or `utf-8|cp1252`: UTF-8, but a field that is no UTF-8 is
///     cp1252
/// @param columns the names, or the numbers from 1, of the columns to read; that of times is the
///     last, if there is one
/// @param times whether to look for a column of times, where the columns are not known
public record TextFormat(
    @Nullable String separator,
    @Nullable String quote,
    @Nullable Boolean header,
    @Nullable String encoding,
    @Nullable List<String> columns,
    boolean times) {
  public static final TextFormat RECOGNIZED = new TextFormat(null, null, null, null, null, true);

  static final String TAB = "tab";
  static final String NO_QUOTE = "none";

  public TextFormat {
    if (separator != null && (separator.isEmpty() || separator.matches("(?s).*[\r\n].*"))) {
      throw new IllegalArgumentException(
          "the separator must be one or more characters of a line: separator='%s'; give one like ';' or tab"
              .formatted(separator.replaceAll("\\R", "\\\\n")));
    }
    separator = TAB.equals(separator) || "\\t".equals(separator) ? "\t" : separator;
    checkQuote(quote, separator);
    if (encoding != null && !encoding.equalsIgnoreCase(TextEncoding.BY_FIELD)) {
      checkEncoding(encoding);
    }
    if (columns != null) {
      columns = columns.stream().map(String::strip).toList();
      if (columns.contains("") || Set.copyOf(columns).size() < columns.size()) {
        throw new IllegalArgumentException(
            "the columns must be different ones: columns=%s; give names or numbers from 1"
                .formatted(String.join(",", columns)));
      }
    }
  }

  private static void checkQuote(@Nullable String quote, @Nullable String separator) {
    if (quote == null || quote.equals(NO_QUOTE)) {
      return;
    }
    boolean single = quote.length() == 1 && quote.charAt(0) < 0x80 && !quote.matches("[\r\n\\\\]");
    if (!single || (separator != null && separator.contains(quote))) {
      throw new IllegalArgumentException(
          "the quote must be one ASCII character that is not in the separator: quote='%s'; give one like '\"', or none"
              .formatted(quote.replaceAll("\\R", "\\\\n")));
    }
  }

  private static void checkEncoding(String encoding) {
    try {
      if (Charset.forName(encoding).canEncode()) {
        return;
      }
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      // falls through to the sentence below
    }
    throw new IllegalArgumentException(
        "the encoding must be known: encoding='%s'; give one like utf-8, cp1252 or utf-16le"
            .formatted(encoding));
  }
}
