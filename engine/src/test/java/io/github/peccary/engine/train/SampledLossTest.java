package io.github.peccary.engine.train;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.kernel.StepSizes;
import io.github.peccary.engine.model.FactorMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SampledLossTest {
  private static final int EVENTS = 3;
  private static final int RANK = 5;
  private static final double RATE = 0x1p-12;

  /// A step is rounded to about 2⁻²⁴ of the factor, which is 2⁻¹² in units of the rate. To it comes
  /// some of the rate: a user's row moves between the steps of an event's candidates.
  private static final double TOLERANCE = 1e-3;

  /// With one negative it is BPR.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 17})
  void aStepGoesDownTheSlopeOfTheLossInEveryFactor(int negatives) {
    SplittableRandom random = new SplittableRandom(negatives);
    try (Arena arena = Arena.ofShared()) {
      FactorMatrix users = random(arena, EVENTS, random);
      FactorMatrix items = random(arena, EVENTS * (negatives + 1), random);
      long[] records = records(negatives);
      double[][] before = values(users);
      double[][] itemsBefore = values(items);
      double loss = loss(before, itemsBefore, negatives);
      assertThat(step(users, items, records, negatives, arena))
          .isCloseTo(loss, Offset.offset(1e-5));

      for (boolean ofUsers : new boolean[] {true, false}) {
        double[][] matrix = ofUsers ? before : itemsBefore;
        for (int row = 0; row < matrix.length; row++) {
          for (int column = 0; column < RANK; column++) {
            double slope = slope(before, itemsBefore, negatives, matrix, row, column);
            double moved = (ofUsers ? users : items).get(row, column) - matrix[row][column];
            assertThat(-moved / RATE)
                .as("negatives=%d, users=%s, row=%d", negatives, ofUsers, row)
                .isCloseTo(slope, Offset.offset(TOLERANCE + 10 * RATE));
          }
        }
      }
    }
  }

  private static FactorMatrix random(Arena arena, int rows, SplittableRandom random) {
    FactorMatrix matrix = FactorMatrix.allocate(arena, rows, RANK);
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < RANK + 2; column++) {
        matrix.set(row, column, (float) random.nextDouble(-1.5, 1.5));
      }
    }
    return matrix;
  }

  /// Every candidate of every event has an item of its own.
  private static long[] records(int negatives) {
    long[] records = new long[EVENTS * (negatives + 1)];
    for (int place = 0; place < records.length; place++) {
      records[place] = Kernels.record(place % EVENTS, place, 0f);
    }
    return records;
  }

  private static double step(
      FactorMatrix users, FactorMatrix items, long[] records, int negatives, Arena arena) {
    Kernels kernels = Kernels.forRank(RANK);
    StepSizes steps = new StepSizes(arena, ones(users.rows()), 0, ones(items.rows()), 0);
    // a reach of √(60 / 61) is all that a row with one event loses of its step
    steps.setRates((float) (RATE / Math.sqrt(60 / 61.0)), 0, 0, 0);
    MemorySegment memory = arena.allocateFrom(JAVA_LONG, records);
    MemorySegment out = arena.allocate(4L * records.length, 64);
    kernels.errors(users.segment(), 0, items.segment(), 0, memory, 0, records.length, out);
    float[] errors = out.toArray(JAVA_FLOAT);
    SampledLoss loss = new SampledLoss(EVENTS, negatives + 1);
    double sum = loss.measure(errors, EVENTS);
    int count = loss.steps(records, EVENTS);
    assertThat(count).isEqualTo(records.length);
    MemorySegment.copy(records, 0, memory, JAVA_LONG, 0, count);
    kernels.step(users.segment(), 0, items.segment(), 0, memory, 0, count, steps);
    return sum;
  }

  private static int[] ones(int length) {
    int[] ones = new int[length];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static double[][] values(FactorMatrix matrix) {
    double[][] values = new double[matrix.rows()][RANK + 2];
    for (int row = 0; row < values.length; row++) {
      for (int column = 0; column < RANK + 2; column++) {
        values[row][column] = matrix.get(row, column);
      }
    }
    return values;
  }

  /// Central difference.
  private static double slope(
      double[][] users, double[][] items, int negatives, double[][] of, int row, int column) {
    double value = of[row][column];
    of[row][column] = value + 1e-5;
    double above = loss(users, items, negatives);
    of[row][column] = value - 1e-5;
    double below = loss(users, items, negatives);
    of[row][column] = value;
    return (above - below) / 2e-5;
  }

  private static double loss(double[][] users, double[][] items, int negatives) {
    double loss = 0;
    for (int event = 0; event < EVENTS; event++) {
      double sum = 0;
      for (int j = 0; j <= negatives; j++) {
        sum += Math.exp(dot(users[event], items[j * EVENTS + event]));
      }
      loss += Math.log(sum) - dot(users[event], items[event]);
    }
    return loss;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int column = 0; column < a.length; column++) {
      sum += a[column] * b[column];
    }
    return sum;
  }

  @Test
  void whatIsAbsentCountsForNothingAndIsLeftOut() {
    long[] records = records(2);
    float[] negated = {
      -1f, 3f, 0.5f, 0f, SampledLoss.ABSENT, SampledLoss.ABSENT, 2f, 1f, SampledLoss.ABSENT
    };
    SampledLoss loss = new SampledLoss(EVENTS, 3);
    double expected =
        Math.log(Math.exp(1) + 1 + Math.exp(-2)) - 1 + Math.log(Math.exp(-3) + Math.exp(-1)) + 3;
    assertThat(loss.measure(negated, EVENTS)).isCloseTo(expected, Offset.offset(1e-5));
    long third = records[6];
    assertThat(loss.steps(records, EVENTS)).isEqualTo(6);
    assertThat(Kernels.value(records[2])).isZero(); // nothing to be set against
    assertThat(Kernels.localItem(records[4])).isEqualTo(Kernels.localItem(third));
  }

  /// However far scores are apart, weights are numbers.
  @Test
  void scoresOfAnySizeHaveFiniteSlopes() {
    SampledLoss loss = new SampledLoss(1, 3);
    for (float score : new float[] {0f, 1e-30f, 100f, 1e30f}) {
      long[] records = records(2);
      double sum = loss.measure(new float[] {score, -score, 0f}, 1);
      assertThat(sum).as("score=%s", score).isFinite().isNotNegative();
      int count = loss.steps(records, 1);
      for (int n = 0; n < count; n++) {
        assertThat(Kernels.value(records[n])).isBetween(-1f, 1f);
      }
    }
    assertThat(loss.measure(new float[] {Float.NaN, 0f, 0f}, 1)).isNaN();
  }
}
