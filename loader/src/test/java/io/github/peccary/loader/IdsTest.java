package io.github.peccary.loader;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdsTest {
  /// The property White_Space of Unicode 17, all of it.
  private static final String WHITE_SPACE =
      "\t\n\u000B\f\r \u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
          + "\u2009\u200A\u2028\u2029\u202F\u205F\u3000";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "034545104X|034545104X",
        "034545104x|034545104X",
        "0-345-45104-x|034545104X",
        "' 0 345\u00A045104 X\t'|034545104X",
        "'--'|''",
        "'\u3000'|''",
        "''|''",
        "x-Ray-é\u2003日本|XRayé日本",
        "0–345|0–345", // an en dash is no hyphen
      })
  void anIsbnLosesHyphensAndWhiteSpace(String typed, String expected) {
    assertThat(isbn(typed)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "276725|276725",
        "' 276725\n'|276725",
        "'\u00A0a b\u2009c x-y \u3000'|a b\u2009c x-y",
        "' \t '|''",
        "''|''",
      })
  void aUserIdLosesTheWhiteSpaceAroundIt(String typed, String expected) {
    assertThat(strip(typed)).isEqualTo(expected);
  }

  @Test
  void whiteSpaceIsWhatUnicodeSaysItIs() {
    List<String> wrong = new ArrayList<>();
    for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
      if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
        continue;
      }
      byte[] bytes = Character.toString(codePoint).getBytes(StandardCharsets.UTF_8);
      int expected = WHITE_SPACE.indexOf(codePoint) >= 0 ? bytes.length : 0;
      if (Ids.whiteSpace(bytes, 0, bytes.length) != expected
          || !Ids.validUtf8(bytes, 0, bytes.length)) {
        wrong.add("U+%04X".formatted(codePoint));
      }
    }
    assertThat(wrong).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void cleaningIsWhatTheRuleSaysOfCodePoints(long seed) {
    Random random = new Random(seed);
    String alphabet = WHITE_SPACE + "xXé日0123-\uD83D\uDC17";
    for (int i = 0; i < 4_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(12); length > 0; length--) {
        text.appendCodePoint(
            alphabet.codePointAt(
                alphabet.offsetByCodePoints(
                    0, random.nextInt(alphabet.codePointCount(0, alphabet.length())))));
      }
      String typed = text.toString();
      String drop = "[-" + WHITE_SPACE + "]";
      String around = "^[" + WHITE_SPACE + "]+|[" + WHITE_SPACE + "]+$";
      String message = "seed=%d, i=%d, typed='%s'".formatted(seed, i, typed);
      assertThat(isbn(typed)).as(message).isEqualTo(typed.replaceAll(drop, "").replace('x', 'X'));
      assertThat(strip(typed)).as(message).isEqualTo(typed.replaceAll(around, ""));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void utf8IsValidWhereTheDecoderOfThePlatformSaysSo(long seed) {
    Random random = new Random(seed);
    byte[] interesting = {
      'a',
      (byte) 0x80,
      (byte) 0x8F,
      (byte) 0x90,
      (byte) 0x9F,
      (byte) 0xA0,
      (byte) 0xBF,
      (byte) 0xC0,
      (byte) 0xC1,
      (byte) 0xC2,
      (byte) 0xDF,
      (byte) 0xE0,
      (byte) 0xE1,
      (byte) 0xED,
      (byte) 0xEF,
      (byte) 0xF0,
      (byte) 0xF1,
      (byte) 0xF4,
      (byte) 0xF5,
      (byte) 0xFF
    };
    List<String> wrong = new ArrayList<>();
    int valid = 0;
    for (int i = 0; i < 60_000; i++) {
      byte[] bytes = new byte[1 + random.nextInt(5)];
      for (int j = 0; j < bytes.length; j++) {
        bytes[j] = interesting[random.nextInt(interesting.length)];
      }
      boolean expected = decodes(bytes);
      valid += expected ? 1 : 0;
      if (Ids.validUtf8(bytes, 0, bytes.length) != expected) {
        wrong.add("seed=%d, bytes=%s".formatted(seed, HexFormat.of().formatHex(bytes)));
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(valid).as("both kinds occur").isBetween(1_000, 199_000);
  }

  private static boolean decodes(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /// Between other bytes, which must stay as they are.
  private static String isbn(String typed) {
    byte[] bytes = ("<" + typed + ">").getBytes(StandardCharsets.UTF_8);
    int length = Ids.isbn(bytes, 1, bytes.length - 2);
    return around(bytes, length);
  }

  private static String strip(String typed) {
    byte[] bytes = ("<" + typed + ">").getBytes(StandardCharsets.UTF_8);
    int length = Ids.strip(bytes, 1, bytes.length - 2);
    return around(bytes, length);
  }

  private static String around(byte[] bytes, int length) {
    assertThat(bytes[0]).isEqualTo((byte) '<');
    assertThat(bytes[bytes.length - 1]).isEqualTo((byte) '>');
    return new String(bytes, 1, length, StandardCharsets.UTF_8);
  }
}
