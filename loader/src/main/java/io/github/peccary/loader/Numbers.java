package io.github.peccary.loader;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/// Decimal numbers from bytes: an optional sign, digits with an optional point, an optional
/// exponent; white space around them is allowed. The result is what `Float.parseFloat` gives, but
/// its hexadecimal numbers and its suffixes `f` and `d` are no ratings.
final class Numbers {
  /// The fast path holds mantissas below 2^24 and powers of ten up to 10^10: both are exact floats,
  /// so that one division is rounded once, as the standard asks.
  private static final int MAX_FAST_DIGITS = 7;

  private static final float[] POWERS_OF_TEN = {1e0f, 1e1f, 1e2f, 1e3f, 1e4f, 1e5f, 1e6f, 1e7f};

  private Numbers() {}

  /// Returns the number; NaN if the bytes are none at all; an infinity if they are one that is not
  /// finite, which includes the texts `NaN`, `inf` and `Infinity` in any case.
  static float parse(byte[] bytes, int start, int length) {
    int end = start + length;
    boolean negative = length > 0 && bytes[start] == '-';
    int mantissa = 0;
    int digits = 0;
    int point = -1; // digits before the point
    for (int position = negative ? start + 1 : start; position < end; position++) {
      int digit = bytes[position] - '0';
      if (digit >= 0 && digit <= 9 && digits < MAX_FAST_DIGITS) {
        mantissa = mantissa * 10 + digit;
        digits++;
      } else if (bytes[position] == '.' && point < 0) {
        point = digits;
      } else {
        return parseSlowly(bytes, start, length);
      }
    }
    if (digits == 0) {
      return parseSlowly(bytes, start, length);
    }
    float value = point < 0 ? mantissa : mantissa / POWERS_OF_TEN[digits - point];
    return negative ? 0f - value : value; // never -0
  }

  private static float parseSlowly(byte[] bytes, int start, int length) {
    byte[] copy = Arrays.copyOfRange(bytes, start, start + length);
    String text = new String(copy, 0, Ids.strip(copy, 0, length), StandardCharsets.UTF_8);
    if (isDecimal(text)) {
      return Float.parseFloat(text) + 0f; // never -0
    }
    String word = text.toLowerCase(Locale.ROOT);
    String unsigned = word.startsWith("-") || word.startsWith("+") ? word.substring(1) : word;
    return switch (unsigned) {
      case "nan", "inf", "infinity" -> Float.POSITIVE_INFINITY;
      default -> Float.NaN;
    };
  }

  private static boolean isDecimal(String text) {
    int position = skipSign(text, 0);
    int integerEnd = skipDigits(text, position);
    int digits = integerEnd - position;
    position = integerEnd;
    if (position < text.length() && text.charAt(position) == '.') {
      int fractionEnd = skipDigits(text, position + 1);
      digits += fractionEnd - position - 1;
      position = fractionEnd;
    }
    if (digits == 0) {
      return false;
    }
    if (position < text.length() && (text.charAt(position) | 0x20) == 'e') {
      int exponent = skipSign(text, position + 1);
      int exponentEnd = skipDigits(text, exponent);
      return exponentEnd > exponent && exponentEnd == text.length();
    }
    return position == text.length();
  }

  private static int skipSign(String text, int position) {
    return position < text.length()
            && (text.charAt(position) == '-' || text.charAt(position) == '+')
        ? position + 1
        : position;
  }

  private static int skipDigits(String text, int position) {
    int end = position;
    while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
      end++;
    }
    return end;
  }
}
