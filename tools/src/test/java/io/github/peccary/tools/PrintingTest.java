package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Numbers, tables, JSON and progress as they are printed.
class PrintingTest {
  @ParameterizedTest
  @CsvSource({
    "0, '0'",
    "999, '999'",
    "1000, '1.0 k'",
    "99949, '99.9 k'",
    "99960, '100 k'",
    "999499, '999 k'",
    "999600, '1.0 M'",
    "12345678, '12.3 M'",
    "4e15, '4000 T'",
  })
  void scaledNumbers(double value, String text) {
    assertThat(Format.scaled(value)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0.0004, '0.4 ms'",
    "0.34, '340 ms'",
    "1.254, '1.25 s'",
    "125.2, '2 min 05 s'",
    "3599.6, '60 min 00 s'",
  })
  void seconds(double seconds, String text) {
    assertThat(Format.seconds(seconds)).isEqualTo(text);
  }

  @Test
  void countsAndBytes() {
    assertThat(Format.count(1_149_780)).isEqualTo("1,149,780");
    assertThat(Format.count(1, "user")).isEqualTo("1 user");
    assertThat(Format.count(0, "user")).isEqualTo("0 users");
    assertThat(Format.bytes(512)).isEqualTo("512 B");
    assertThat(Format.bytes(45_200_000)).isEqualTo("45.2 MB");
    assertThat(Format.share(1, 3)).isEqualTo("33.3 %");
    assertThat(Format.share(0, 0)).isEqualTo("–");
    assertThat(Format.metric(Double.NaN)).isEqualTo("–");
    assertThat(Format.metric(1.23456)).isEqualTo("1.2346");
  }

  @Test
  void columnsAreAlignedWhateverTheLetters() {
    Table table = new Table("item<", "score", "title<").row("1", "10.5", "Ä ö").row("234", "1", "");
    assertThat(table.lines())
        .containsExactly(
            "  item  score  title", //
            "  1      10.5  Ä ö",
            "  234       1");
    assertThatThrownBy(() -> table.row("1"))
        .hasMessage("a row must have a cell a column: cells=1, columns=3");
  }

  @Test
  void jsonIsOneLineAndHasNoNumberThatIsNone() throws IOException {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("text", "a \"b\"\nc");
    fields.put("float", 0.1f);
    fields.put("nan", Double.NaN);
    fields.put("list", List.of(1, Float.POSITIVE_INFINITY));
    fields.put("array", new float[][] {{1}, {2.5f}});
    fields.put("none", null);
    assertThat(Json.line(fields))
        .isEqualTo(
            "{\"text\":\"a \\\"b\\\"\\nc\",\"float\":0.1,\"nan\":null,\"list\":[1,null],"
                + "\"array\":[[1.0],[2.5]],\"none\":null}");
  }

  private static List<String> drawn(int columns, long... done) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    try (ProgressBar bar =
        new ProgressBar(new PrintStream(err, true, StandardCharsets.UTF_8), columns)) {
      for (long step : done) {
        bar.update(step, 4, () -> "step " + step);
      }
    }
    String text = err.toString(StandardCharsets.UTF_8);
    return text.isEmpty() ? List.of() : new ArrayList<>(List.of(text.split("\r\u001b\\[K", -1)));
  }

  @Test
  void withoutATerminalNothingIsDrawn() {
    assertThat(drawn(0, 1, 2, 4)).isEmpty();
  }

  @Test
  void theBarIsDrawnOverAndWiped() {
    assertThat(drawn(80, 1, 4))
        .containsExactly(
            "", "[######------------------] step 1", "[########################] step 4", "");
  }

  @Test
  void theBarShrinksAndGoesBeforeTheWordsDo() {
    assertThat(drawn(18, 2)).containsExactly("", "[####----] step 2", "");
    assertThat(drawn(13, 2)).containsExactly("", "step 2", "");
    assertThat(drawn(5, 2)).containsExactly("", "step", "");
  }

  @Test
  void aQuickSequenceIsNotDrawnStepByStep() {
    assertThat(drawn(80, 1, 2, 3, 4))
        .hasSizeLessThan(6)
        .endsWith("[########################] step 4", "");
  }

  @ParameterizedTest
  @CsvSource({
    "0, '', ''",
    "1, '▏', '#'", // what is there has a bar
    "32, '█', '#'",
    "48, '█▌', '##'",
    "1000, '███████████████████████████████▎', '###############################'",
    "1024, '████████████████████████████████', '################################'",
  })
  void barsAreAsLongAsTheyShould(long count, String blocks, String signs) {
    assertThat(new Bars(true).bar(count, 1024)).isEqualTo(blocks);
    assertThat(new Bars(false).bar(count, 1024)).isEqualTo(signs);
  }

  @ParameterizedTest
  @CsvSource({
    "UTF-8, xterm-256color, █",
    "ANSI_X3.4-1968, xterm-256color, #",
    "no such charset, xterm, #",
    "'', xterm, #",
    "UTF-8, dumb, #",
  })
  void barsAreOfWhatTheTerminalHas(String encoding, String terminal, String bar) {
    assertThat(Bars.of(encoding, Map.of("TERM", terminal)).bar(1, 32)).isEqualTo(bar);
  }
}
