package io.github.peccary.tools.serve;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Percent-decoding that takes nothing but well-formed UTF-8.
final class Percent {
  private Percent() {}

  /// A segment of a path.
  ///
  /// @throws Problem 400 if it is no percent-encoded UTF-8
  static String path(String raw) {
    return decode(raw, false);
  }

  /// A name or a value of a query, where a plus is a space.
  ///
  /// @throws Problem 400 if it is no percent-encoded UTF-8
  static String query(String raw) {
    return decode(raw, true);
  }

  /// The text of UTF-8 bytes.
  ///
  /// @param what is decoded, for the sentence
  /// @throws Problem 400 if they are not UTF-8
  static String utf8(byte[] bytes, String what) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new Problem(400, what + " must be UTF-8; encode it so");
    }
  }

  private static String decode(String raw, boolean plusIsSpace) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length());
    byte[] from = raw.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < from.length; i++) {
      if (from[i] == '%') {
        int high = i + 2 < from.length ? Character.digit(from[i + 1], 16) : -1;
        int low = i + 2 < from.length ? Character.digit(from[i + 2], 16) : -1;
        if (high < 0 || low < 0) {
          throw new Problem(
              400, "a % must come before two hexadecimal digits: found=" + raw + "; write %25");
        }
        bytes.write(high << 4 | low);
        i += 2;
      } else {
        bytes.write(plusIsSpace && from[i] == '+' ? ' ' : from[i]);
      }
    }
    return utf8(bytes.toByteArray(), "a percent-encoded text");
  }
}
