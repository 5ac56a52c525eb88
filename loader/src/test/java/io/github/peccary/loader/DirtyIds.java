package io.github.peccary.loader;

import java.util.Random;

/// Ids as people type them: ISBNs of a few books in many forms, and junk.
final class DirtyIds {
  private DirtyIds() {}

  /// As typed.
  ///
  /// @param books different ones
  static String typed(Random random, int books) {
    String isbn = IsbnOracle.random(random, books);
    String typed =
        switch (random.nextInt(15)) {
          case 0 -> IsbnOracle.unfold(isbn);
          case 1 -> isbn.replace('0', random.nextBoolean() ? 'O' : 'o');
          case 2 -> isbn.replace('1', random.nextBoolean() ? 'I' : 'l');
          case 3 -> isbn.substring(0, 1) + "." + isbn.substring(1, 5) + "/" + isbn.substring(5);
          case 4 -> isbn.substring(1);
          case 11 -> isbn.substring(0, 9);
          case 5 -> isbn + pick(random, ">>5", "PBK", ".", "5", "X", "º", "(");
          case 6 -> isbn.substring(0, 9) + random.nextInt(10);
          case 7 -> IsbnOracle.unfold(isbn).substring(0, 12) + random.nextInt(10);
          case 8 -> "979" + isbn.substring(0, 9) + IsbnOracle.checkOfThirteen("979" + isbn);
          case 9 -> pick(random, "B00006", "B0000X", "b0000X") + isbn.substring(1, 5);
          case 10 -> pick(random, "0000000000", "000000000", "junk", "é", "X", "12", "97", "978");
          default -> isbn;
        };
    return switch (random.nextInt(8)) {
      case 0 -> typed.toLowerCase(java.util.Locale.ROOT);
      case 1 -> " " + typed;
      case 2 -> typed.substring(0, 1) + "-" + typed.substring(1);
      default -> typed;
    };
  }

  static String cleaned(Random random, int books) {
    return IsbnOracle.clean(typed(random, books));
  }

  private static String pick(Random random, String... of) {
    return of[random.nextInt(of.length)];
  }
}
