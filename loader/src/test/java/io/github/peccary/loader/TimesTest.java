package io.github.peccary.loader;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimesTest {
  private static long parse(String text) {
    byte[] bytes = ("x" + text + "7").getBytes(StandardCharsets.UTF_8);
    return Times.parse(bytes, 1, bytes.length - 2);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1970-01-01T00:00:00Z",
    "0881250949, 1997-12-04T15:55:49Z",
    "4294967295, 2106-02-07T06:28:15Z",
    "881250949.75, 1997-12-04T15:55:49Z",
    "881250949., 1997-12-04T15:55:49Z",
    "' 881250949 ', 1997-12-04T15:55:49Z",
    "4294967296, 1970-02-19T17:02:47Z", // milliseconds
    "1588615855070, 2020-05-04T18:10:55Z",
    "4294967295999, 2106-02-07T06:28:15Z",
    "2024-01-31, 2024-01-31T00:00:00Z",
    "2024-01-31 23:59, 2024-01-31T23:59:00Z",
    "2024-01-31T23:59:58, 2024-01-31T23:59:58Z",
    "2024-01-31t23:59:58.999z, 2024-01-31T23:59:58Z",
    "2024-01-31 23:59:58+01, 2024-01-31T22:59:58Z",
    "2024-01-31 23:59:58-0330, 2024-02-01T03:29:58Z",
    "2024-01-31 23:59:58+05:30, 2024-01-31T18:29:58Z",
    "'\u00092024-02-29 00:00:00.0 ', 2024-02-29T00:00:00Z",
  })
  void areSeconds(String text, String instant) {
    assertThat(parse(text)).as(text).isEqualTo(Instant.parse(instant).getEpochSecond());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "-1",
        "+1",
        "1e9",
        "4294967296000",
        "12345678901234567",
        "99999999999999999999",
        "0x12",
        "1969-12-31T23:59:59Z",
        "2106-02-07T06:28:16Z",
        "2023-02-29",
        "2024-13-01",
        "31.01.2024",
        "01/31/2024",
        "2024-01-31T25:00",
        "2024-01-31T",
        "2024-01-31 12:00 noon",
        "never",
        "\u0661\u0661\u0661",
      })
  void othersAreNone(String text) {
    assertThat(parse(text)).as(text).isEqualTo(Times.NONE);
  }

  @Test
  void littleNumbersAreNotTakenForTimes() {
    assertThat(Times.looksLikeOne("881250949")).isTrue();
    assertThat(Times.looksLikeOne("881250949000")).isTrue();
    assertThat(Times.looksLikeOne("2024-01-31")).isTrue();
    for (String text :
        new String[] {"", "5", "1997", "20240131", "88125094", "0881250949", "fiction"}) {
      assertThat(Times.looksLikeOne(text)).as(text).isFalse();
    }
  }
}
