package io.github.peccary.engine.kernel;

/// Elementary functions as polynomials in fma steps: the same bits on every machine and by every
/// compiler, which `Math.exp` does not promise.
public final class Elementary {
  private static final float LOG2_E = 1.442695f;

  /// The logarithm of 2 in two parts; the first has few bits, so that its multiples are exact.
  private static final float LN2_HIGH = 0x1.63p-1f;

  private static final float LN2_LOW = -2.1219444e-4f;

  /// Beyond, the result is infinite or 0.
  private static final float MAX_EXPONENT = 89f;

  private static final float MIN_EXPONENT = -104f;

  /// Adding and subtracting it rounds to a whole number.
  private static final float ROUNDER = 0x1.8p23f;

  private static final double LN2 = 0.6931471805599453;

  private Elementary() {}

  /// `eˣ`, to 1.1 units in the last place; to the smallest number above 0 where that is more.
  public static float exp(float x) {
    float bounded = Math.max(MIN_EXPONENT, Math.min(MAX_EXPONENT, x));
    float twos = (bounded * LOG2_E + ROUNDER) - ROUNDER;
    float r = Math.fma(twos, -LN2_LOW, Math.fma(twos, -LN2_HIGH, bounded));
    float sum = Math.fma(1.9875691e-4f, r, 1.3981999e-3f); // Cephes, expf
    sum = Math.fma(sum, r, 8.333452e-3f);
    sum = Math.fma(sum, r, 4.1665796e-2f);
    sum = Math.fma(sum, r, 0.16666666f);
    sum = Math.fma(sum, r, 0.5f);
    sum = Math.fma(sum, r * r, r) + 1f;
    int half = (int) twos >> 1;
    return sum * powerOfTwo(half) * powerOfTwo((int) twos - half);
  }

  private static float powerOfTwo(int exponent) {
    return Float.intBitsToFloat((exponent + 127) << 23);
  }

  /// `ln x` of a normal number above 0, to a relative error of 4e-13; NaN of NaN.
  public static double log(double x) {
    // With m from √½ to √2 and s = (m − 1) / (m + 1), ln m = 2 (s + s³/3 + s⁵/5 + …).
    long bits = Double.doubleToRawLongBits(x);
    long exponent = (bits - 0x3FE6A09E667F3BCDL) >> 52;
    double m = Double.longBitsToDouble(bits - (exponent << 52));
    double s = (m - 1) / (m + 1);
    double square = s * s;
    double sum = 2.0 / 15;
    for (int n = 13; n > 0; n -= 2) {
      sum = Math.fma(sum, square, 2.0 / n);
    }
    return Math.fma((double) exponent, LN2, Math.fma(sum, s, 0 * x)); // so that NaN stays NaN
  }
}
