package io.github.peccary.tools.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class IsbnsTest {
  private final Isbns isbns = new Isbns(20_000, new SplittableRandom(1));

  @Test
  void allAreValidAndDifferent() {
    Set<String> seen = new HashSet<>();
    int tens = 0;
    for (int i = 0; i < isbns.size(); i++) {
      String isbn = isbns.plain(i);
      assertThat(isbn).matches("[0-3][0-9]{8}[0-9X]");
      assertThat(weightedSum(isbn) % 11).as(isbn).isZero();
      assertThat(seen.add(isbn)).as("%s occurs once", isbn).isTrue();
      tens += isbn.endsWith("X") ? 1 : 0;
    }
    assertThat(tens).isBetween(1_500, 2_200); // one in eleven
  }

  /// As on the back of a book: the digits times 10, 9, … 1.
  private static int weightedSum(String isbn) {
    int sum = 0;
    for (int i = 0; i < 10; i++) {
      sum += (10 - i) * (isbn.charAt(i) == 'X' ? 10 : isbn.charAt(i) - '0');
    }
    return sum;
  }

  @Test
  void theirSpellingsVaryButNotWhatTheySay() {
    SplittableRandom random = new SplittableRandom(2);
    int plain = 0;
    int hyphens = 0;
    int blanks = 0;
    int smallX = 0;
    for (int i = 0; i < isbns.size(); i++) {
      String typed = isbns.typed(i, random);
      assertThat(normalised(typed)).isEqualTo(isbns.plain(i));
      plain += typed.equals(isbns.plain(i)) ? 1 : 0;
      hyphens += typed.contains("-") ? 1 : 0;
      blanks += typed.contains(" ") ? 1 : 0;
      smallX += typed.endsWith("x") ? 1 : 0;
      assertThat(normalised(isbns.misspelt(i, random))).isEqualTo(isbns.plain(i));
    }
    assertThat(plain).isBetween(17_000, 19_000);
    assertThat(hyphens).isBetween(500, 1_200);
    assertThat(blanks).isBetween(1_000, 2_500);
    assertThat(smallX).isBetween(20, 300);
  }

  @Test
  void hyphensSeparateGroupPublisherTitleAndCheckDigit() {
    for (int i = 0; i < isbns.size(); i++) {
      assertThat(isbns.hyphenated(i)).hasSize(13).matches("[0-3]-[0-9]{2,4}-[0-9]{4,6}-[0-9X]");
    }
  }

  private static String normalised(String typed) {
    return typed.replaceAll("[- ]", "").replace('x', 'X');
  }
}
