package io.github.peccary.loader;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What becomes of quotes. In expected texts `<` is a quote that opens or closes a field, `!` one
/// that is never closed, and `~` a row that is too long.
class QuotedLinesTest {
  private static String read(String text, String separator, int quote, int chunk)
      throws IOException {
    ByteArrayInputStream in =
        new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)) {
          @Override
          public int read(byte[] target, int offset, int length) {
            return super.read(target, offset, Math.min(length, chunk));
          }
        };
    StringWriter out = new StringWriter();
    new QuotedLines(in, separator, quote).transferTo(out);
    return out.toString()
        .replace(QuotedLines.QUOTE, '<')
        .replace(QuotedLines.UNTERMINATED, '!')
        .replace(QuotedLines.TOO_LONG, '~');
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      quoteCharacter = '\0',
      value = {
        "a;b a;b",
        "\"a\";\"b\" <a<;<b<",
        "\"\";\"\" <<;<<",
        "\"a\"\"b\";c <a\"b<;c",
        "\"a;b\";c <a;b<;c",
        "\"a\"b\";c <a\"b<;c",
        "\"a\"\";\"c\" <a\"<;<c<",
        "\"\\\"a\\\"\";c <\"a\"<;c",
        "\"a\\\";b\";c <a\";b<;c",
        "\"a\\\";\"c\" <a\\<;<c<",
        "a\"b;c a\"b;c",
        "\"a;b !a;b",
        "a;\"b a;!b",
      })
  void quotesOfEveryKind(String line, String expected) throws IOException {
    for (String end : List.of("", "\n", "\r\n", "\n1;\"2\"\n")) {
      String after = end.replace('"', '<');
      assertThat(read(line + end, ";", '"', 1)).isEqualTo(expected + after);
      assertThat(read(line + end, ";", '"', 100)).isEqualTo(expected + after);
      assertThat(read((line + end).replace(";", "::"), "::", '"', 1))
          .isEqualTo((expected + after).replace(";", "::"));
    }
  }

  @Test
  void aFieldOfSeveralLinesIsOneAndAnOpenOneEndsWithItsLine() throws IOException {
    assertThat(read("\"a\nb\";c\n\"d\ne;\"f\"\n", ";", '"', 3)).isEqualTo("<a\nb<;c\n!d\ne;<f<\n");
  }

  @Test
  void aRowWithoutEndIsCutOff() throws IOException {
    String fits = "x".repeat(QuotedLines.MAX_ROW - 1) + "\n";
    assertThat(read(fits + "a\n", ";", '"', 99_999)).isEqualTo(fits + "a\n");
    String cut = "~" + "x".repeat(80) + "\na\n";
    assertThat(read("x".repeat(5_000_000) + "\na\n", ";", '"', 99_999)).isEqualTo(cut);
    assertThat(read("x".repeat(5_000_000) + "\na\n", ";", Dialect.NO_QUOTE, 99_999)).isEqualTo(cut);
    String open = "\"b\n" + "y\n".repeat(1_000_000);
    assertThat(read(open, ";", '"', 99_999)).isEqualTo("!" + open.substring(1));
  }

  /// Random texts of what matters: where the input is cut into pieces makes no difference,
  /// and no line end is lost.
  @Test
  void piecesMakeNoDifference() throws IOException {
    Random random = new Random(42);
    for (int round = 0; round < 5_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(30); i > 0; i--) {
        text.append("a;:\"\"\\\n\r".charAt(random.nextInt(8)));
      }
      String separator = random.nextBoolean() ? ";" : "::";
      String whole = read(text.toString(), separator, '"', Integer.MAX_VALUE);
      assertThat(read(text.toString(), separator, '"', 1 + random.nextInt(3)))
          .as("round=%d, text=%s", round, text)
          .isEqualTo(whole);
      assertThat(whole.replaceAll("[^\n\r]", ""))
          .as("round=%d, text=%s", round, text)
          .isEqualTo(text.toString().replaceAll("[^\n\r]", ""));
    }
  }
}
