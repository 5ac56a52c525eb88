package io.github.peccary.loader;

import java.util.Arrays;

/// The rules of ids, on UTF-8 bytes and in place: what is kept only ever moves to the front.
///
/// White space is what has the Unicode property of that name, so that the no-break spaces of
/// spreadsheets count too.
final class Ids {
  private Ids() {}

  /// Drops `-` and white space wherever they are and turns `x` into `X`.
  ///
  /// @return the new length
  static int isbn(byte[] bytes, int start, int length) {
    int end = start + length;
    int kept = start;
    for (int position = start; position < end; ) {
      byte b = bytes[position];
      int blank = b == '-' ? 1 : whiteSpace(bytes, position, end);
      if (blank > 0) {
        position += blank;
      } else {
        bytes[kept++] = b == 'x' ? (byte) 'X' : b;
        position++;
      }
    }
    return kept - start;
  }

  /// Drops the white space around the id; its first byte moves to `start`.
  ///
  /// @return the new length
  static int strip(byte[] bytes, int start, int length) {
    int end = start + length;
    int first = start;
    for (int blank; (blank = whiteSpace(bytes, first, end)) > 0; ) {
      first += blank;
    }
    int last = first; // the end of what is not white space
    for (int position = first; position < end; ) {
      int blank = whiteSpace(bytes, position, end);
      position += Math.max(blank, 1);
      last = blank == 0 ? position : last;
    }
    if (first > start) {
      System.arraycopy(bytes, first, bytes, start, last - first);
    }
    return last - first;
  }

  /// The number of bytes of the white space character at `position`, 0 if there is none.
  static int whiteSpace(byte[] bytes, int position, int end) {
    if (position >= end) {
      return 0;
    }
    byte b = bytes[position];
    if (b > ' ') {
      return 0; // the usual case, in one comparison: bytes are signed
    }
    if (b >= 0) {
      return b == ' ' || (b >= '\t' && b <= '\r') ? 1 : 0;
    }
    if (b == (byte) 0xC2 && end - position >= 2) {
      byte second = bytes[position + 1];
      return second == (byte) 0x85 || second == (byte) 0xA0 ? 2 : 0; // next line, no-break space
    }
    if (b >= (byte) 0xE1 && b <= (byte) 0xE3 && end - position >= 3) {
      int tail = (bytes[position + 1] & 0xFF) << 8 | (bytes[position + 2] & 0xFF);
      return wideWhiteSpace(b & 0xFF, tail) ? 3 : 0;
    }
    return 0;
  }

  private static boolean wideWhiteSpace(int lead, int tail) {
    return switch (lead) {
      case 0xE1 -> tail == 0x9A80; // U+1680
      case 0xE2 ->
          (tail >= 0x8080 && tail <= 0x808A) // U+2000 to U+200A
              || tail == 0x80A8 // U+2028
              || tail == 0x80A9 // U+2029
              || tail == 0x80AF // U+202F
              || tail == 0x819F; // U+205F
      case 0xE3 -> tail == 0x8080; // U+3000
      default -> false;
    };
  }

  /// Whether the bytes are well-formed UTF-8 (table 3-7 of the Unicode standard).
  static boolean validUtf8(byte[] bytes, int start, int length) {
    int end = start + length;
    for (int position = start; position < end; ) {
      int size = characterBytes(bytes, position, end);
      if (size == 0) {
        return false;
      }
      position += size;
    }
    return true;
  }

  /// The number of bytes of the character at `position`, 0 if it is ill-formed.
  private static int characterBytes(byte[] bytes, int position, int end) {
    int lead = bytes[position] & 0xFF;
    if (lead < 0x80) {
      return 1;
    }
    int size = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    if (size == 0 || end - position < size) {
      return 0;
    }
    int second = bytes[position + 1] & 0xFF;
    // no overlong forms, no surrogates, nothing above U+10FFFF
    int lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    int highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (second < lowest || second > highest) {
      return 0;
    }
    for (int i = 2; i < size; i++) {
      if ((bytes[position + i] & 0xC0) != 0x80) {
        return 0;
      }
    }
    return size;
  }

  /// Whether `a` and the piece of `b` hold the same bytes.
  static boolean equal(byte[] a, int aStart, byte[] b, int bStart, int length) {
    return Arrays.equals(a, aStart, aStart + length, b, bStart, bStart + length);
  }
}
