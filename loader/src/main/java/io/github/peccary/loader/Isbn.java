package io.github.peccary.loader;

/// ISBNs as bytes: their forms, check digits, and the ISBN that an id with a slip stands for.
///
/// - The check digit of an ISBN-10, `X` for ten, makes Σ (10 − i) · digit i divisible by 11, i from
///   0.
/// - That of an ISBN-13 makes Σ digit i · (1 for even i, 3 for odd i) divisible by 10.
/// - An ISBN-13 from 978 on and the ISBN-10 of its nine digits after that are the same book.
///
/// Both find every single wrong digit. None tells which digit is wrong, so a wrong one is never
/// repaired; what is repaired here needs no guess, and has the right check digit afterwards.
final class Isbn {
  /// The most bytes of an ISBN.
  static final int MAX_BYTES = 13;

  private static final int TEN = 10;
  private static final int NONE = 0;

  private Isbn() {}

  /// The form of an id that [Ids#isbn] has cleaned.
  static IsbnForm of(byte[] id, int start, int length) {
    if (isFiller(id, start, length)) {
      return IsbnForm.JUNK;
    }
    return switch (check(id, start, start + length, false, false)) {
      case TEN -> IsbnForm.ISBN_10;
      case MAX_BYTES -> id[start + 2] == '8' ? IsbnForm.ISBN_13 : IsbnForm.ISBN_979;
      case -TEN -> IsbnForm.WRONG_CHECK_10;
      case -MAX_BYTES -> IsbnForm.WRONG_CHECK_13;
      default -> ofOthers(id, start, length);
    };
  }

  /// One digit over and over stands for no number, though its check digit is right.
  private static boolean isFiller(byte[] id, int start, int length) {
    int position = start + 1;
    while (position < start + length && id[position] == id[start]) {
      position++;
    }
    return position >= start + length;
  }

  private static IsbnForm ofOthers(byte[] id, int start, int length) {
    int end = start + length;
    if (length == TEN - 1 && allDigits(id, start, end)) {
      return lacksZero(id, start) ? IsbnForm.LEADING_ZERO : IsbnForm.NINE_DIGITS;
    }
    if (check(id, start, end, true, false) > 0) {
      return IsbnForm.LETTERS;
    }
    if (check(id, start, end, false, true) > 0) {
      return IsbnForm.PUNCTUATION;
    }
    if (lengthInFront(id, start, length) > 0) {
      return IsbnForm.FOLLOWED;
    }
    return isAsin(id, start, length) ? IsbnForm.ASIN : IsbnForm.JUNK;
  }

  /// The number of digits of an ISBN, negative if its check digit is wrong, 0 if it is none.
  ///
  /// @param letters whether letters stand for digits
  /// @param punctuation whether other characters than letters and digits are passed over
  private static int check(byte[] id, int start, int end, boolean letters, boolean punctuation) {
    int digits = 0;
    int prefix = 0;
    int sumOfTen = 0;
    int sumOfThirteen = 0;
    boolean ended = false;
    for (int position = start; position < end; position++) {
      byte b = id[position];
      int digit = digit(b, letters);
      if (digit < 0 && punctuation && !isAlphanumeric(b)) {
        continue;
      }
      if (ended || digits == MAX_BYTES) {
        return NONE;
      }
      if (digit < 0) {
        if (b != 'X' || digits != TEN - 1) {
          return NONE;
        }
        digit = TEN;
        ended = true;
      }
      prefix = digits < 3 ? prefix * TEN + digit : prefix;
      sumOfTen += (TEN - digits) * digit;
      sumOfThirteen += (digits & 1) == 0 ? digit : 3 * digit;
      digits++;
    }
    if (digits == TEN) {
      return sumOfTen % 11 == 0 ? TEN : -TEN;
    }
    if (digits == MAX_BYTES && (prefix == 978 || prefix == 979)) {
      return sumOfThirteen % TEN == 0 ? MAX_BYTES : -MAX_BYTES;
    }
    return NONE;
  }

  /// Whether a 0 before these nine digits makes an ISBN-10.
  private static boolean lacksZero(byte[] id, int start) {
    int sum = 0;
    for (int i = 0; i < TEN - 1; i++) {
      sum += (TEN - 1 - i) * (id[start + i] - '0');
    }
    return sum % 11 == 0;
  }

  private static int digit(byte b, boolean letters) {
    if (b >= '0' && b <= '9') {
      return b - '0';
    }
    if (!letters) {
      return -1;
    }
    return b == 'O' || b == 'o' ? 0 : b == 'I' || b == 'l' ? 1 : -1;
  }

  private static boolean isAlphanumeric(byte b) {
    return (b >= '0' && b <= '9') || (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z');
  }

  private static boolean allDigits(byte[] id, int start, int end) {
    for (int position = start; position < end; position++) {
      if (digit(id[position], false) < 0) {
        return false;
      }
    }
    return true;
  }

  /// The bytes of the ISBN that the id begins with, 0 if there is none, or the next character could
  /// be one more of its digits.
  private static int lengthInFront(byte[] id, int start, int length) {
    for (int front = MAX_BYTES; front >= TEN; front -= MAX_BYTES - TEN) {
      if (length > front
          && digit(id[start + front], false) < 0
          && id[start + front] != 'X'
          && check(id, start, start + front, false, false) == front) {
        return front;
      }
    }
    return 0;
  }

  private static boolean isAsin(byte[] id, int start, int length) {
    if (length != TEN || id[start] != 'B' || id[start + 1] != '0') {
      return false;
    }
    for (int position = start; position < start + length; position++) {
      if (!isAlphanumeric(id[position]) || id[position] >= 'a') {
        return false;
      }
    }
    return true;
  }

  /// Writes the ISBN that an id of this form stands for and returns its length; 0 if it stands for
  /// none.
  ///
  /// @param isbn takes [#MAX_BYTES]
  static int repair(IsbnForm form, byte[] id, int start, int length, byte[] isbn) {
    return switch (form) {
      case ISBN_10, ISBN_13, ISBN_979, LETTERS, PUNCTUATION -> copy(id, start, length, isbn);
      case FOLLOWED -> copy(id, start, lengthInFront(id, start, length), isbn);
      case LEADING_ZERO -> {
        isbn[0] = '0';
        System.arraycopy(id, start, isbn, 1, length);
        yield TEN;
      }
      case WRONG_CHECK_10, WRONG_CHECK_13, NINE_DIGITS, ASIN, JUNK -> 0;
    };
  }

  /// Copies digits, and letters as the digits they stand for, and leaves out what is neither.
  private static int copy(byte[] id, int start, int length, byte[] isbn) {
    int copied = 0;
    for (int position = start; position < start + length; position++) {
      int digit = digit(id[position], true);
      if (digit >= 0) {
        isbn[copied++] = (byte) ('0' + digit);
      } else if (id[position] == 'X') {
        isbn[copied++] = 'X';
      }
    }
    return copied;
  }

  /// Turns the ISBN-13 at the front into the ISBN-10 of the same book and returns the new length;
  /// one from 979 on, or an ISBN-10, stays.
  static int fold(byte[] isbn, int length) {
    if (length != MAX_BYTES || isbn[2] != '8') {
      return length;
    }
    System.arraycopy(isbn, 3, isbn, 0, TEN - 1);
    int sum = 0;
    for (int i = 0; i < TEN - 1; i++) {
      sum += (TEN - i) * (isbn[i] - '0');
    }
    int check = (11 - sum % 11) % 11;
    isbn[TEN - 1] = check == TEN ? (byte) 'X' : (byte) ('0' + check);
    return TEN;
  }
}
