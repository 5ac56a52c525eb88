package io.github.peccary.engine.ratings;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Finds titles by the words in them; neither case nor accents matter.
///
/// A title is found if every word of the query begins one of its words: "harry pot" finds "Harry
/// Potter". Words are runs of letters and digits, in Unicode's form NFD without its marks.
///
/// Every search scans the mapped titles, so that nothing lies on the heap between searches. Titles
/// in ASCII, nearly all of them, are compared byte by byte where they lie.
public final class TitleSearch {

  private static final byte SEPARATOR = ' ';
  private static final String SEPARATOR_TEXT = Character.toString(SEPARATOR);

  /// Of each ASCII character what [#fold] makes of it.
  private static final byte[] FOLDED_ASCII = foldedAscii();

  /// The highest bit of each of eight bytes: set in none of them if all are ASCII.
  private static final long NOT_ASCII = 0x8080_8080_8080_8080L;

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
    byte[][] utf8 =
        words.stream().map(word -> word.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
    return IntStream.range(0, titles.size())
        .filter(item -> holds(item, words, utf8))
        .limit(limit)
        .toArray();
  }

  private boolean holds(int item, List<String> words, byte[][] utf8) {
    MemorySegment bytes = titles.bytes();
    long start = titles.within(titles.start(item), 0);
    long end = titles.within(titles.end(item), start);
    if (!isAscii(bytes, start, end)) {
      String folded = SEPARATOR_TEXT + fold(titles.text(item));
      return words.stream().allMatch(word -> folded.contains(SEPARATOR_TEXT + word));
    }
    for (byte[] word : utf8) {
      if (!holds(bytes, start, end, word)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isAscii(MemorySegment bytes, long start, long end) {
    long at = start;
    long seen = 0;
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      seen |= bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
    }
    for (; at < end; at++) {
      seen |= bytes.get(ValueLayout.JAVA_BYTE, at);
    }
    return (seen & NOT_ASCII) == 0;
  }

  /// Whether a word of the ASCII text begins with `word`.
  private static boolean holds(MemorySegment bytes, long start, long end, byte[] word) {
    boolean wordBegins = true;
    long last = end - word.length;
    for (long at = start; at <= last; at++) {
      byte folded = folded(bytes, at);
      if (wordBegins && folded == word[0] && goesOn(bytes, at, word)) {
        return true;
      }
      wordBegins = folded == SEPARATOR;
    }
    return false;
  }

  private static boolean goesOn(MemorySegment bytes, long at, byte[] word) {
    for (int i = 1; i < word.length; i++) {
      if (folded(bytes, at + i) != word[i]) {
        return false;
      }
    }
    return true;
  }

  private static byte folded(MemorySegment bytes, long at) {
    return FOLDED_ASCII[bytes.get(ValueLayout.JAVA_BYTE, at) & 0x7F];
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
