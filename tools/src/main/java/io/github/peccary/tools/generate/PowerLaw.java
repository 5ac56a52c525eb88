package io.github.peccary.tools.generate;

/// Numbers of events that fall with the rank as a power (Zipf–Mandelbrot), exact in every total:
/// `size(rank) = max(1, ⌊largest · ((1 + shift) / (rank + shift))^a⌋)`, the exponent found by
/// bisection, what rounding leaves over spread over the ranks after the first.
final class PowerLaw {
  private PowerLaw() {}

  /// Returns `count` numbers, the first one `largest`, none above it or below 1, their sum `total`.
  ///
  /// @param shift flattens the first ranks and steepens the rest
  static int[] sizes(int count, long total, int largest, double shift) {
    double low = 0; // all of them the largest: a sum too large, or just enough
    double high = 64; // all but the first 1: a sum too small
    for (int i = 0; i < 60; i++) {
      double middle = (low + high) / 2;
      if (sum(count, largest, shift, middle) > total) {
        low = middle;
      } else {
        high = middle;
      }
    }
    int[] sizes = new int[count];
    long rest = total;
    for (int rank = 1; rank <= count; rank++) {
      sizes[rank - 1] = size(rank, largest, shift, high);
      rest -= sizes[rank - 1];
    }
    while (rest > 0) {
      long before = rest;
      for (int rank = 1; rank < count && rest > 0; rank++) {
        if (sizes[rank] < largest) {
          sizes[rank]++;
          rest--;
        }
      }
      if (rest == before) {
        break;
      }
    }
    if (rest != 0) {
      throw new IllegalArgumentException(
          "no such numbers: count=%d, total=%d, largest=%d".formatted(count, total, largest));
    }
    return sizes;
  }

  private static long sum(int count, int largest, double shift, double exponent) {
    long sum = 0;
    for (int rank = 1; rank <= count; rank++) {
      int size = size(rank, largest, shift, exponent);
      if (size == 1) {
        return sum + count - rank + 1; // so are all that follow
      }
      sum += size;
    }
    return sum;
  }

  private static int size(int rank, int largest, double shift, double exponent) {
    return Math.max(1, (int) (largest * Math.pow((1 + shift) / (rank + shift), exponent)));
  }
}
