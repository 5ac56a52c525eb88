package io.github.peccary.loader;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.util.Arrays;

/// Brings what people write as CSV into the form that a parser of the standard (RFC 4180) takes,
/// row by row, so that one bad row is one bad row and no more.
///
/// A byte is one character here (see [Dialect#bytesOf]), so characters above 255 are free to mark
/// things: [#QUOTE] stands for a quote that opens or closes a field, and quotes within fields need
/// no doubling any more.
///
/// 1. A row that keeps to the standard is taken so, also where its fields span lines.
/// 2. Any other row ends with its line. There a quote closes a field only in front of a separator
///    or the end; others, doubled or not or behind a backslash, are part of the field.
/// 3. Where no quote closes the field even so, the row is marked [#UNTERMINATED].
/// 4. A row of [#MAX_ROW] bytes without an end is cut off and marked [#TOO_LONG].
final class QuotedLines extends Reader {
  static final char QUOTE = '\u0100';

  /// Stands for the quote that opens a field and is never closed.
  static final char UNTERMINATED = '\u0101';

  /// Stands in front of the first bytes of a row that is too long.
  static final char TOO_LONG = '\u0102';

  static final int MAX_ROW = 1 << 20;

  private static final int EXCERPT = 80;
  private static final int NOT_STANDARD = -1;
  private static final int UNDECIDED = -2;

  private final InputStream in;
  private final String separator;
  private final int quote;
  private final byte[] bytes = new byte[1 << 16];
  private char[] text = new char[1 << 17];

  // text[delivered..ready) goes to the parser next, text[raw..limit) was not looked at yet.
  private int delivered;
  private int ready;
  private int raw;
  private int limit;
  private boolean ended;
  private boolean skipping; // the rest of a row that is too long

  /// @param in UTF-8, or what is to be taken for it
  /// @param separator as bytes
  QuotedLines(InputStream in, String separator, int quote) {
    this.in = in;
    this.separator = separator;
    this.quote = quote;
  }

  @Override
  public int read(char[] target, int offset, int length) throws IOException {
    if (delivered == ready && !prepare()) {
      return -1;
    }
    int count = Math.min(length, ready - delivered);
    System.arraycopy(text, delivered, target, offset, count);
    delivered += count;
    return count;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /// Makes some rows ready; false at the end.
  private boolean prepare() throws IOException {
    ready = 0;
    delivered = 0;
    while (ready == 0 && !(ended && raw == limit)) {
      System.arraycopy(text, raw, text, 0, limit - raw);
      limit -= raw;
      raw = 0;
      if (limit == text.length && text.length == MAX_ROW) {
        endRow();
      } else {
        fill();
        rows();
      }
    }
    return ready > 0;
  }

  private void fill() throws IOException {
    if (limit == text.length) {
      text = Arrays.copyOf(text, text.length * 2);
    }
    int count = in.read(bytes, 0, Math.min(bytes.length, text.length - limit));
    ended = count < 0;
    for (int i = 0; i < count; i++) {
      text[limit + i] = (char) (bytes[i] & 0xFF);
    }
    limit += Math.max(count, 0);
  }

  private void rows() {
    if (skipping) {
      raw = lineEnd(raw);
      skipping = raw == limit;
    }
    if (quote == Dialect.NO_QUOTE) {
      plainRows();
      return;
    }
    while (raw < limit) {
      int line = raw;
      int position = raw;
      for (; position < limit && text[position] != quote; position++) {
        line = isLineEnd(text[position]) ? position + 1 : line;
      }
      keep(position == limit && ended ? limit : line);
      if (position == limit || !quotedRow()) {
        return;
      }
    }
  }

  private void plainRows() {
    int end = limit;
    while (!ended && end > raw && !isLineEnd(text[end - 1])) {
      end--;
    }
    keep(end);
  }

  /// Makes the row ready that begins here and holds a quote; false if its end was not read yet.
  private boolean quotedRow() {
    int end = standardEnd();
    if (end == UNDECIDED) {
      return false;
    }
    boolean standard = end != NOT_STANDARD;
    if (!standard) {
      end = lineEnd(raw);
      if (end == limit && !ended) {
        return false;
      }
    }
    rewrite(end, standard);
    return true;
  }

  /// The row that fills all of the text has no end, or none by the standard.
  private void endRow() {
    int end = lineEnd(raw);
    if (end < limit) {
      rewrite(end, false);
      return;
    }
    System.arraycopy(text, raw, text, ready + 1, EXCERPT);
    text[ready] = TOO_LONG;
    ready += 1 + EXCERPT;
    raw = limit;
    skipping = true;
  }

  /// The end of the row by the standard, which may be lines away.
  private int standardEnd() {
    int position = raw;
    while (position < limit) {
      if (text[position] == quote) {
        position = closing(position + 1, limit, true) + 1;
        if (position == 0) {
          return ended ? NOT_STANDARD : UNDECIDED;
        }
        if (!ended && position + separator.length() > limit) {
          return UNDECIDED;
        }
      } else {
        while (position < limit && !isLineEnd(text[position]) && !separatorAt(position, limit)) {
          if (text[position++] == quote) {
            return NOT_STANDARD;
          }
        }
      }
      if (position == limit || isLineEnd(text[position])) {
        return position < limit || ended ? position : UNDECIDED;
      }
      if (!separatorAt(position, limit)) {
        return NOT_STANDARD;
      }
      position += separator.length();
    }
    return ended ? limit : UNDECIDED;
  }

  /// Makes the row ready that ends at `end`. It never gets longer by that: every mark takes the
  /// place of a quote.
  private void rewrite(int end, boolean standard) {
    boolean begins = true; // a field
    while (raw < end) {
      if (begins && text[raw] == quote) {
        int close = closing(raw + 1, end, standard);
        text[ready++] = close < 0 ? UNTERMINATED : QUOTE;
        raw++;
        if (close >= 0) {
          unescape(close, standard);
          text[ready++] = QUOTE;
          raw = close + 1;
        }
        begins = false;
      } else {
        begins = separatorAt(raw, end);
        keep(raw + (begins ? separator.length() : 1));
      }
    }
  }

  private void unescape(int close, boolean standard) {
    for (; raw < close; raw++) {
      char c = text[raw];
      boolean escapes = c == quote || (c == '\\' && !standard);
      if (escapes && raw + 1 < close && text[raw + 1] == quote) {
        raw++;
      }
      text[ready++] = text[raw];
    }
  }

  /// The quote that closes the field, -1 if there is none before `end`.
  private int closing(int from, int end, boolean standard) {
    for (int i = from; i < end; i++) {
      char c = text[i];
      if (c == quote) {
        boolean doubled = i + 1 < end && text[i + 1] == quote;
        if (standard ? !doubled : endsField(i + 1, end)) {
          return i;
        }
        i += doubled && (standard || !endsField(i + 2, end)) ? 1 : 0;
      } else if (c == '\\' && !standard && i + 1 < end) {
        i += text[i + 1] == quote || text[i + 1] == '\\' ? 1 : 0;
      }
    }
    return -1;
  }

  private boolean endsField(int position, int end) {
    return position == end || separatorAt(position, end);
  }

  private boolean separatorAt(int position, int end) {
    int length = separator.length();
    if (position + length > end || text[position] != separator.charAt(0)) {
      return false;
    }
    for (int i = 1; i < length; i++) {
      if (text[position + i] != separator.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /// The end of the line, where its line feed or carriage return is; the limit if it was not read.
  private int lineEnd(int from) {
    int position = from;
    while (position < limit && !isLineEnd(text[position])) {
      position++;
    }
    return position;
  }

  private static boolean isLineEnd(char c) {
    return c == '\n' || c == '\r';
  }

  /// Makes the raw text before `end` ready as it is.
  private void keep(int end) {
    if (ready != raw) {
      System.arraycopy(text, raw, text, ready, end - raw);
    }
    ready += end - raw;
    raw = end;
  }
}
