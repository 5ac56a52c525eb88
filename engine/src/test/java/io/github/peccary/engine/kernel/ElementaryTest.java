package io.github.peccary.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class ElementaryTest {
  /// Every 97th float there is, and all near where something changes.
  @Test
  void expIsCloseOverTheWholeRange() {
    for (long bits = Integer.MIN_VALUE; bits <= Integer.MAX_VALUE; bits += 97) {
      checkExp(Float.intBitsToFloat((int) bits));
    }
    for (float from : new float[] {-103.98f, -87.4f, -1f, 0f, 1f, 88.72f}) {
      float x = from;
      for (int n = 0; n < 10_000; n++) {
        checkExp(x);
        x = Math.nextUp(x);
      }
    }
  }

  private static void checkExp(float x) {
    float found = Elementary.exp(x);
    double exact = Math.exp(x);
    boolean close =
        Float.isNaN(x)
            ? Float.isNaN(found)
            : exact > Float.MAX_VALUE
                ? found >= Math.nextDown(Float.MAX_VALUE)
                : Math.abs(found - exact) <= 1.1 * Math.ulp((float) exact);
    if (!close) { // a description for each of so many would take long
      assertThat((double) found).as("x=%s", x).isEqualTo(exact);
    }
  }

  @Test
  void expIsExactWhereItIsPlain() {
    assertThat(Elementary.exp(0f)).isEqualTo(1f);
    assertThat(Elementary.exp(-0f)).isEqualTo(1f);
    assertThat(Elementary.exp(Float.NEGATIVE_INFINITY)).isZero();
    assertThat(Elementary.exp(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Elementary.exp(Float.NaN)).isNaN();
  }

  @Test
  void logIsCloseOverTheWholeRange() {
    SplittableRandom random = new SplittableRandom(1);
    for (int n = 0; n < 200_000; n++) {
      double x = Double.longBitsToDouble(random.nextLong(0x10000000000000L, 0x7FF0000000000000L));
      checkLog(x);
      checkLog(1 + random.nextDouble(-0.5, 1));
      checkLog(1 + random.nextDouble(-1e-6, 1e-6));
    }
    assertThat(Elementary.log(1)).isZero();
    assertThat(Elementary.log(Double.NaN)).isNaN();
  }

  private static void checkLog(double x) {
    assertThat(Elementary.log(x))
        .as("x=%s", x)
        .isCloseTo(Math.log(x), Percentage.withPercentage(4e-11));
  }
}
