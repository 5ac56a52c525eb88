package io.github.peccary.loader;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// ISBNs in strings, as a person would write them down: what [Isbn] is compared with.
final class IsbnOracle {
  private IsbnOracle() {}

  static boolean isValid(String text) {
    if (text.matches("[0-9]{9}[0-9X]")) {
      return text.charAt(9) == checkOfTen(text.substring(0, 9));
    }
    return text.matches("97[89][0-9]{10}")
        && text.charAt(12) == checkOfThirteen(text.substring(0, 12));
  }

  /// The check digit after nine digits: Σ i · digit i from the left, i from 1, modulo 11.
  static char checkOfTen(String nine) {
    int sum = 0;
    for (int i = 0; i < 9; i++) {
      sum += (i + 1) * (nine.charAt(i) - '0');
    }
    return "0123456789X".charAt(sum % 11);
  }

  static char checkOfThirteen(String twelve) {
    int sum = 0;
    for (int i = 0; i < 12; i++) {
      sum += (twelve.charAt(i) - '0') * (i % 2 == 0 ? 1 : 3);
    }
    return (char) ('0' + (10 - sum % 10) % 10);
  }

  /// The form of a cleaned id.
  static IsbnForm form(String id) {
    if (id.chars().distinct().count() == 1) {
      return IsbnForm.JUNK;
    }
    if (isValid(id)) {
      return id.length() == 10
          ? IsbnForm.ISBN_10
          : id.startsWith("978") ? IsbnForm.ISBN_13 : IsbnForm.ISBN_979;
    }
    if (id.matches("[0-9]{9}[0-9X]")) {
      return IsbnForm.WRONG_CHECK_10;
    }
    if (id.matches("97[89][0-9]{10}")) {
      return IsbnForm.WRONG_CHECK_13;
    }
    if (id.matches("[0-9]{9}")) {
      return isValid("0" + id) ? IsbnForm.LEADING_ZERO : IsbnForm.NINE_DIGITS;
    }
    if (isValid(digits(id))) {
      return IsbnForm.LETTERS;
    }
    if (isValid(bare(id))) {
      return IsbnForm.PUNCTUATION;
    }
    if (!front(id).isEmpty()) {
      return IsbnForm.FOLLOWED;
    }
    return id.matches("B0[0-9A-Z]{8}") ? IsbnForm.ASIN : IsbnForm.JUNK;
  }

  private static String digits(String id) {
    return id.replaceAll("[Oo]", "0").replaceAll("[Il]", "1");
  }

  private static String bare(String id) {
    return id.replaceAll("[^0-9A-Za-z]", "");
  }

  private static String front(String id) {
    for (int length : new int[] {13, 10}) {
      if (id.length() > length
          && isValid(id.substring(0, length))
          && !id.substring(length).matches("(?s)[0-9X].*")) {
        return id.substring(0, length);
      }
    }
    return "";
  }

  private static final Map<IsbnForm, Rule> RULES =
      Map.of(
          IsbnForm.ISBN_13, Rule.FOLD_ISBN13,
          IsbnForm.LETTERS, Rule.FIX_LETTERS,
          IsbnForm.PUNCTUATION, Rule.FIX_PUNCTUATION,
          IsbnForm.FOLLOWED, Rule.TRIM_ISBN,
          IsbnForm.LEADING_ZERO, Rule.FIX_LEADING_ZERO);

  /// The cleaned id after the rules that change ids.
  static String changed(String id, Set<Rule> rules) {
    IsbnForm form = form(id);
    Rule rule = RULES.get(form);
    if (rule == null || !rules.contains(rule)) {
      return id;
    }
    String isbn =
        switch (form) {
          case LETTERS -> digits(id);
          case PUNCTUATION -> bare(id);
          case FOLLOWED -> front(id);
          case LEADING_ZERO -> "0" + id;
          default -> id;
        };
    return rules.contains(Rule.FOLD_ISBN13) ? fold(isbn) : isbn;
  }

  static String fold(String isbn) {
    return isbn.length() == 13 && isbn.startsWith("978")
        ? isbn.substring(3, 12) + checkOfTen(isbn.substring(3, 12))
        : isbn;
  }

  static String unfold(String isbn10) {
    String twelve = "978" + isbn10.substring(0, 9);
    return twelve + checkOfThirteen(twelve);
  }

  /// As [ItemIds#ISBN] cleans.
  static String clean(String typed) {
    return typed.replaceAll("[-\\s\u00A0]", "").replace('x', 'X');
  }

  /// A random ISBN-10.
  static String random(java.util.Random random, int of) {
    String nine = String.format(Locale.ROOT, "%09d", 34_500_000 + 9_973L * random.nextInt(of));
    return nine + checkOfTen(nine);
  }
}
