package io.github.peccary.tools.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TitlesTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void titlesReadWellAndVary(int genre) {
    Titles titles = new Titles(new SplittableRandom(genre));
    Set<String> different = new HashSet<>();
    for (int i = 0; i < 5_000; i++) {
      String title = titles.title(genre);
      different.add(title);
      assertThat(title)
          .hasSizeBetween(4, 120)
          .doesNotContain("{", "}", "  ", "|")
          .doesNotStartWith(" ")
          .doesNotContainPattern("\\bA [AEIO]")
          .doesNotContainPattern("[^aeiou]ys\\b|chs\\b|xs\\b|ss\\b.*\\bss\\b");
    }
    assertThat(different).hasSizeGreaterThan(2_500);
  }
}
