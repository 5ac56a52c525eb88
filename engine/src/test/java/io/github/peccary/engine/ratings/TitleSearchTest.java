package io.github.peccary.engine.ratings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TitleSearchTest {

  /// Few, so that words are often found; case, accents in both forms, two sigmas, a digit, a letter
  /// of four bytes, and of what is no letter a blank, an apostrophe of three bytes and NUL.
  private static final List<String> CHARACTERS =
      List.of(
          "a",
          "A",
          "b",
          "é",
          "e\u0301",
          "E",
          "Σ",
          "ς",
          "7",
          "\uD835\uDC00",
          " ",
          " ",
          "’",
          "\0",
          "-",
          "ß",
          "İ");

  @Test
  void whatTheScanFindsIsWhatStringsFind() {
    int found = 0;
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      int characters = random.nextBoolean() ? 3 : CHARACTERS.size(); // the first three are ASCII
      List<String> titles = texts(random, 300, 12, characters);
      List<String> queries = texts(random, 50, 5, characters);
      int limit = 1 + random.nextInt(40);
      try (Arena arena = Arena.ofConfined()) {
        TitleSearch search = search(titles, arena);
        for (String query : queries) {
          int[] expected = expected(titles, query, limit);
          assertThat(search.find(query, limit))
              .as("seed=%s, query=%s", seed, query)
              .isEqualTo(expected);
          found += expected.length;
        }
      }
    }
    assertThat(found).isPositive();
  }

  @Test
  void everyWordBeginsAWordOfTheTitle() {
    List<String> titles =
        List.of("Harry Potter and the Goblet", "", "L'École (Poche)", "Pottery, or Harry's Art");
    try (Arena arena = Arena.ofConfined()) {
      TitleSearch search = search(titles, arena);
      assertThat(search.find("POT harry", 10)).containsExactly(0, 3);
      assertThat(search.find("harry potter", 1)).containsExactly(0);
      assertThat(search.find("ecole", 10)).containsExactly(2);
      assertThat(search.find("Öcole", 10)).isEmpty();
      assertThat(search.find("otter", 10)).isEmpty();
      assertThat(search.find("goblets", 10)).isEmpty();
    }
  }

  @Test
  void aQueryWithoutAWordFindsNothing() {
    try (Arena arena = Arena.ofConfined()) {
      TitleSearch search = search(List.of("A", "’"), arena);
      for (String query : List.of("", " ", "’!", "\u0301")) {
        assertThat(search.find(query, 10)).as(query).isEmpty();
      }
      assertThatThrownBy(() -> search.find("a", 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("limit must be at least 1: limit=0");
    }
  }

  private static int[] expected(List<String> titles, String query, int limit) {
    List<String> wanted = words(query);
    return IntStream.range(0, titles.size())
        .filter(item -> !wanted.isEmpty())
        .filter(
            item ->
                wanted.stream()
                    .allMatch(
                        word -> words(titles.get(item)).stream().anyMatch(w -> w.startsWith(word))))
        .limit(limit)
        .toArray();
  }

  private static List<String> words(String text) {
    String folded =
        Normalizer.normalize(text, Normalizer.Form.NFD)
            .replaceAll("\\p{M}", "")
            .codePoints()
            .map(character -> Character.toLowerCase(Character.toUpperCase(character)))
            .mapToObj(Character::toString)
            .collect(Collectors.joining());
    return Arrays.stream(folded.split("[^\\p{L}\\p{Nd}]+", -1)).filter(w -> !w.isEmpty()).toList();
  }

  private static List<String> texts(Random random, int count, int maxLength, int characters) {
    return IntStream.range(0, count)
        .mapToObj(
            text ->
                random
                    .ints(random.nextInt(maxLength + 1), 0, characters + 1)
                    .mapToObj(i -> i == characters ? " " : CHARACTERS.get(i))
                    .collect(Collectors.joining()))
        .toList();
  }

  private static TitleSearch search(List<String> titles, Arena arena) {
    return new TitleSearch(new Titles(RatingMatrices.texts(titles, arena)));
  }
}
