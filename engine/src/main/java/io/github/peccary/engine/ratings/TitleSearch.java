package io.github.peccary.engine.ratings;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// Finds titles by the words in them; neither case nor accents matter.
///
/// A title is found if every word of the query begins one of its words: "harry pot" finds "Harry
/// Potter". Words are runs of letters and digits, in Unicode's form NFD without its marks.
///
/// Every search scans the mapped titles, so that nothing lies on the heap between searches. Titles
/// in ASCII, nearly all of them, are compared byte by byte.
public final class TitleSearch {

  private static final byte SEPARATOR = ' ';
  private static final String SEPARATOR_TEXT = Character.toString(SEPARATOR);

  /// Of each ASCII character what [#fold] makes of it.
  private static final byte[] FOLDED_ASCII = foldedAscii();

  private static final VarHandle PAIR =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.nativeOrder());

  private final TextColumn titles;

  public TitleSearch(Titles titles) {
    this.titles = titles.column();
  }

  /// The items whose titles hold every word of the query, in the order of their numbers, which is
  /// that of falling popularity.
  ///
  /// @param limit most items to find
  /// @return item numbers; none if the query has no word
  /// @throws IllegalArgumentException if the limit is less than 1
  public int[] find(String query, int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be at least 1: limit=" + limit);
    }
    List<String> words = words(query);
    if (words.isEmpty()) {
      return new int[0];
    }
    Scan scan = new Scan(words);
    int[] found = new int[Math.min(limit, titles.size())];
    int count = 0;
    for (int item = 0; item < titles.size() && count < found.length; item++) {
      if (scan.holds(item)) {
        found[count++] = item;
      }
    }
    return Arrays.copyOf(found, count);
  }

  /// One search, which reads every title into the same bytes.
  private final class Scan {
    private final List<String> beginnings;
    private final byte[][] utf8;

    /// A separator and a title in ASCII, folded.
    private final byte[] text = new byte[1 << 10];

    /// @param words folded; the longest, which fewest titles hold, are looked for first
    Scan(List<String> words) {
      beginnings =
          words.stream()
              .map(word -> SEPARATOR_TEXT + word)
              .sorted(Comparator.comparingInt(String::length).reversed())
              .toList();
      utf8 =
          beginnings.stream()
              .map(beginning -> beginning.getBytes(StandardCharsets.UTF_8))
              .toArray(byte[][]::new);
      text[0] = SEPARATOR;
    }

    boolean holds(int item) {
      long start = titles.within(titles.start(item), 0);
      long bytes = titles.within(titles.end(item), start) - start;
      if (bytes >= text.length) {
        return holdsFolded(item);
      }
      int length = 1 + (int) bytes;
      MemorySegment.copy(titles.bytes(), ValueLayout.JAVA_BYTE, start, text, 1, length - 1);
      if (!foldAscii(text, length)) {
        return holdsFolded(item);
      }
      for (byte[] beginning : utf8) {
        if (!contains(text, length, beginning)) {
          return false;
        }
      }
      return true;
    }

    /// Of titles that are long or not ASCII.
    private boolean holdsFolded(int item) {
      String folded = SEPARATOR_TEXT + fold(titles.text(item));
      return beginnings.stream().allMatch(folded::contains);
    }
  }

  /// Folds ASCII where it lies.
  ///
  /// @return whether it was nothing else
  private static boolean foldAscii(byte[] text, int length) {
    int seen = 0;
    for (int i = 0; i < length; i++) {
      seen |= text[i];
      text[i] = FOLDED_ASCII[text[i] & 0x7F];
    }
    return seen >= 0;
  }

  /// Compares two bytes at once: that a word begins, and with this letter, is rare enough for the
  /// processor to foresee.
  private static boolean contains(byte[] text, int length, byte[] part) {
    short begin = (short) PAIR.get(part, 0);
    for (int at = 0; at <= length - part.length; at++) {
      if ((short) PAIR.get(text, at) == begin
          && Arrays.equals(text, at, at + part.length, part, 0, part.length)) {
        return true;
      }
    }
    return false;
  }

  private static List<String> words(String query) {
    return Arrays.stream(fold(query).split(SEPARATOR_TEXT, -1))
        .filter(word -> !word.isEmpty())
        .distinct()
        .toList();
  }

  /// The text without accents and case, and with a separator for all that is no letter or digit.
  private static String fold(String text) {
    StringBuilder folded = new StringBuilder(text.length());
    Normalizer.normalize(text, Normalizer.Form.NFD)
        .codePoints()
        .filter(character -> !isMark(character))
        .map(character -> Character.isLetterOrDigit(character) ? lower(character) : SEPARATOR)
        .forEach(folded::appendCodePoint);
    return folded.toString();
  }

  private static boolean isMark(int character) {
    return switch (Character.getType(character)) {
      case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK ->
          true;
      default -> false;
    };
  }

  /// By way of the upper case, as some letters have two lower ones, such as the Greek sigma.
  private static int lower(int character) {
    return Character.toLowerCase(Character.toUpperCase(character));
  }

  private static byte[] foldedAscii() {
    StringBuilder ascii = new StringBuilder();
    for (char character = 0; character < 0x80; character++) {
      ascii.append(character);
    }
    return fold(ascii.toString()).getBytes(StandardCharsets.US_ASCII);
  }
}
