package io.github.peccary.loader;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowOrderTest {
  /// Rows of every short length and some long ones, with many equal numbers and with few, in order
  /// and not.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aRowIsSortedStably(long seed) {
    Random random = new Random(seed);
    RowOrder order = new RowOrder();
    for (int size = 0; size < 400; size++) {
      int length = size < 390 ? size : random.nextInt(100_000);
      int numbers = 1 + random.nextInt(random.nextBoolean() ? 5 : Integer.MAX_VALUE);
      long[] row = new long[length + 4];
      for (int i = 0; i < row.length; i++) {
        row[i] = (long) random.nextInt() << Integer.SIZE | random.nextInt(numbers);
      }
      if (random.nextInt(3) == 0) {
        order.sort(row, 0, row.length);
      }
      long[] expected =
          Arrays.stream(row, 2, row.length - 2)
              .boxed()
              .sorted(Comparator.comparingInt(Long::intValue))
              .mapToLong(Long::longValue)
              .toArray();
      long[] sorted = row.clone();
      order.sort(sorted, 2, sorted.length - 2);
      assertThat(Arrays.copyOfRange(sorted, 2, sorted.length - 2))
          .as("seed=%d, size=%d", seed, length)
          .isEqualTo(expected);
      assertThat(sorted[1]).isEqualTo(row[1]);
      assertThat(sorted[sorted.length - 2]).isEqualTo(row[row.length - 2]);
    }
  }
}
