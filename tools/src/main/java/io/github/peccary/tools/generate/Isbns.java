package io.github.peccary.tools.generate;

import java.util.random.RandomGenerator;
import org.agrona.collections.IntHashSet;

/// Different ISBN-10s with valid check digits, and the ways in which people type them.
///
/// An ISBN is group, publisher, title and check digit; the groups and the lengths of the publisher
/// numbers follow the ranges of the English, French and German ones.
final class Isbns {
  private static final int PUBLISHERS = 4_000;
  private static final int BODY_DIGITS = 9;

  /// The nine digits before the check digit.
  private final int[] bodies;

  /// Digits of the publisher's number, by ISBN; the group is the first digit.
  private final byte[] publisherDigits;

  Isbns(int count, RandomGenerator random) {
    bodies = new int[count];
    publisherDigits = new byte[count];
    int[] prefixes = new int[PUBLISHERS];
    for (int i = 0; i < PUBLISHERS; i++) {
      prefixes[i] = prefix(random);
    }
    IntHashSet taken = new IntHashSet(count * 2, 0.55f);
    for (int i = 0; i < count; ) {
      // The square favours the first publishers: few are large, most are small.
      double uniform = random.nextDouble();
      int prefix = prefixes[(int) (uniform * uniform * PUBLISHERS)];
      int digits = digits(prefix);
      int titles = powerOfTen(BODY_DIGITS - digits);
      int group = prefix / powerOfTen(digits - 1) - 1; // the leading digit is the group plus one
      int publisher = prefix % powerOfTen(digits - 1);
      int body = group * 100_000_000 + publisher * titles + random.nextInt(titles);
      if (taken.add(body)) {
        bodies[i] = body;
        publisherDigits[i++] = (byte) (digits - 1);
      }
    }
  }

  /// Group plus one, then the digits of a publisher: the one keeps leading zeros.
  private static int prefix(RandomGenerator random) {
    int group =
        switch (random.nextInt(10)) {
          case 0, 1, 2, 3, 4, 5 -> 0;
          case 6, 7 -> 1;
          case 8 -> 2;
          default -> 3;
        };
    return switch (random.nextInt(4)) {
      case 0 -> (group + 1) * 100 + random.nextInt(20);
      case 1, 2 -> (group + 1) * 1_000 + 200 + random.nextInt(500);
      default -> (group + 1) * 10_000 + 7_000 + random.nextInt(1_500);
    };
  }

  private static int digits(int number) {
    int digits = 1;
    while (number >= powerOfTen(digits)) {
      digits++;
    }
    return digits;
  }

  private static int powerOfTen(int exponent) {
    int power = 1;
    for (int i = 0; i < exponent; i++) {
      power *= 10;
    }
    return power;
  }

  int size() {
    return bodies.length;
  }

  /// The normal form: ten characters, the last a digit or `X`.
  String plain(int isbn) {
    return write(isbn, '\0', 'X');
  }

  /// As it stands on the book: `0-345-45104-X`.
  String hyphenated(int isbn) {
    return write(isbn, '-', 'X');
  }

  /// As somebody typed it: mostly the normal form, now and then with hyphens or blanks, with a
  /// small `x`, or with a stray blank before or after it.
  String typed(int isbn, RandomGenerator random) {
    int way = random.nextInt(100);
    if (way < 88) {
      return plain(isbn);
    }
    if (way < 92) {
      return hyphenated(isbn);
    }
    return otherwise(isbn, way % 4);
  }

  /// A spelling that is not the normal form.
  String misspelt(int isbn, RandomGenerator random) {
    return random.nextBoolean() ? hyphenated(isbn) : otherwise(isbn, random.nextInt(3));
  }

  private String otherwise(int isbn, int way) {
    return switch (way) {
      case 0 -> ' ' + plain(isbn);
      case 1 -> plain(isbn) + ' ';
      case 2 -> write(isbn, ' ', 'x');
      default -> write(isbn, '\0', 'x');
    };
  }

  /// @param separator between the parts; none if it is zero
  /// @param ten the letter for a check digit of ten
  private String write(int isbn, char separator, char ten) {
    char[] text = new char[13];
    int length = 0;
    int weighted = 0;
    int rest = bodies[isbn];
    int publisherEnd = 1 + publisherDigits[isbn];
    for (int digit = 0, power = 100_000_000; digit < BODY_DIGITS; digit++, power /= 10) {
      if (separator != 0 && (digit == 1 || digit == publisherEnd)) {
        text[length++] = separator;
      }
      int value = rest / power;
      rest %= power;
      weighted += (digit + 1) * value;
      text[length++] = (char) ('0' + value);
    }
    if (separator != 0) {
      text[length++] = separator;
    }
    int check = weighted % 11; // Σ position · digit, which is the usual sum from the other end
    text[length++] = check == 10 ? ten : (char) ('0' + check);
    return new String(text, 0, length);
  }
}
