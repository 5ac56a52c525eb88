package io.github.peccary.engine.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Sizes about those of the blocks that tensors are read in, with wrong numbers anywhere.
class NumberRulesTest {
  private final Random random = new Random(1);

  private static long first(int from, int size, IntPredicate wrong) {
    return IntStream.range(from, size).filter(wrong).findFirst().orElse(-1);
  }

  /// -1 for no place, the ends more often than their share.
  private int anyPlace(int size) {
    int[] places = {-1, 0, size - 1, size / 2, random.nextInt(Math.max(1, size))};
    return Math.min(size - 1, places[random.nextInt(places.length)]);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 4095, 4096, 4097, 8191, 8192, 8193, 20_000})
  void intsOutsideOfTheirRangeAreFound(int size) {
    for (int repeat = 0; repeat < 20; repeat++) {
      int[] ints = random.ints(size, -5, 8).toArray();
      for (int wrong = 0; wrong < 2; wrong++) {
        int place = anyPlace(size);
        if (place >= 0) {
          ints[place] = random.nextBoolean() ? 8 : Integer.MIN_VALUE;
        }
      }
      assertThat(NumberRules.firstOutside(MemorySegment.ofArray(ints), -5, 7))
          .isEqualTo(first(0, size, i -> ints[i] < -5 || ints[i] > 7));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4095, 4096, 4097, 8190, 8191, 8192, 20_000})
  void offsetsThatFallOrRiseTooFarAreFound(int size) {
    for (int repeat = 0; repeat < 20; repeat++) {
      long[] longs = random.longs(size, 0, 4).toArray();
      Arrays.parallelPrefix(longs, Long::sum);
      for (int wrong = 0; wrong < 2; wrong++) {
        int place = anyPlace(size);
        if (place > 0) {
          longs[place] = random.nextBoolean() ? longs[place - 1] - 1 : Long.MAX_VALUE;
        }
      }
      for (long rise : new long[] {3, Long.MAX_VALUE}) {
        assertThat(NumberRules.firstMisstep(MemorySegment.ofArray(longs), rise))
            .isEqualTo(
                first(1, size, i -> longs[i] < longs[i - 1] || longs[i] - longs[i - 1] > rise));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 4095, 4096, 4097, 8193, 20_000})
  void floatsThatAreNoNumbersAreFound(int size) {
    float[] infinite = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
    for (int repeat = 0; repeat < 20; repeat++) {
      float[] floats = new float[size];
      for (int i = 0; i < size; i++) {
        floats[i] = random.nextBoolean() ? -Float.MAX_VALUE : random.nextFloat();
      }
      for (int wrong = 0; wrong < 2; wrong++) {
        int place = anyPlace(size);
        if (place >= 0) {
          floats[place] = infinite[random.nextInt(infinite.length)];
        }
      }
      assertThat(NumberRules.firstInfinite(MemorySegment.ofArray(floats)))
          .isEqualTo(first(0, size, i -> !Float.isFinite(floats[i])));
    }
  }
}
