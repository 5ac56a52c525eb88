package io.github.peccary.loader;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NumbersTest {
  @ParameterizedTest
  @CsvSource({
    "0,0",
    "7,7",
    "10,10",
    "-3,-3",
    "+3,3",
    "3.5,3.5",
    "0.1,0.1",
    ".5,0.5",
    "5.,5",
    "007,7",
    "1e1,10",
    "1.5E+2,150",
    "25e-1,2.5",
    "1.0e+20,1e20",
    "' 8\t',8",
    "'\u00A08',8",
    "16777217,16777217",
    "3.4028235e38,3.4028235e38",
    "1e-46,0",
    "4.35000000001,4.35000000001",
  })
  void numbersAreRead(String text, float expected) {
    assertThat(parse(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", " ", "abc", "3,5", "1.000,5", "--1", "1-", "+-1", ".", "-", "+", "e5", "1e", "1e+",
        "1 2", "0x1p3", "0x10", "1f", "1d", "5*", "five", "１", "1.2.3", "'5'", "null", "1e5.5",
        "in", "nano"
      })
  void whatIsNoDecimalNumberIsNot(String text) {
    assertThat(parse(text)).isNaN();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NaN",
        "nan",
        "-NaN",
        "Inf",
        "-inf",
        "+Infinity",
        "INFINITY",
        "1e39",
        "-1e999",
        "3.5e38"
      })
  void numbersThatAreNotFiniteAreTold(String text) {
    assertThat(parse(text)).isInfinite();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-0", "-0.0", "-0e5", "-.0", "-1e-99"})
  void zeroHasNoSign(String text) {
    assertThat(Float.floatToRawIntBits(parse(text))).isZero();
  }

  @Test
  void theFastPathRoundsAsThePlatformDoes() {
    for (int mantissa = 0; mantissa < 10_000_000; mantissa += 37) {
      int decimals = mantissa % 8;
      String digits = "%08d".formatted(mantissa).substring(1);
      String text =
          digits.substring(0, 7 - decimals % 8) + "." + digits.substring(7 - decimals % 8);
      assertThat(parse(text)).as(text).isEqualTo(Float.parseFloat(text));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void anyDecimalNumberIsWhatThePlatformReads(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 100_000; i++) {
      float number = Float.intBitsToFloat(random.nextInt());
      if (!Float.isFinite(number)) {
        continue;
      }
      String text = random.nextBoolean() ? Float.toString(number) : "%.9f".formatted(number);
      assertThat(parse(text))
          .as("seed=%d, text=%s", seed, text)
          .isEqualTo(Float.parseFloat(text) + 0f);
    }
  }

  private static float parse(String text) {
    byte[] bytes = ("1" + text + "1").getBytes(StandardCharsets.UTF_8);
    return Numbers.parse(bytes, 1, bytes.length - 2);
  }
}
