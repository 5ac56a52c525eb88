package io.github.peccary.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.parallel.Workers;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrincipalAxesTest {
  @ParameterizedTest
  @CsvSource({"1, 1", "3, 2", "5, 14", "300, 30", "1000, 62", "700, 81"})
  void turnedRowsHaveADiagonalGramMatrixAndTheSameProducts(int rows, int rank) {
    try (Arena arena = Arena.ofShared();
        Workers workers = new Workers(2)) {
      FactorMatrix before = random(rows, rank, arena);
      FactorMatrix after = random(rows, rank, arena);
      double[] diagonal = new PrincipalAxes(rank, workers, arena).turn(after);
      double[][] gram = gram(after);
      double trace = 0;
      for (int i = 0; i < rank; i++) {
        trace += gram[i][i];
      }
      for (int i = 0; i < rank; i++) {
        for (int j = 0; j < rank; j++) {
          double expected = i == j ? diagonal[i] : 0;
          assertThat(gram[i][j]).isCloseTo(expected, Offset.offset(1e-6 * trace));
        }
      }
      for (int row = 0; row < Math.min(rows, 20); row++) {
        assertThat(product(after, row, rows - 1))
            .isCloseTo(product(before, row, rows - 1), Offset.offset(1e-5 * rank));
        for (int column = rank; column < after.stride(); column++) {
          assertThat(after.get(row, column)).isZero();
        }
      }
    }
  }

  @Test
  void theNumberOfThreadsChangesNoBit() {
    try (Arena arena = Arena.ofShared();
        Workers one = new Workers(1);
        Workers three = new Workers(3)) {
      FactorMatrix byOne = random(1000, 30, arena);
      FactorMatrix byThree = random(1000, 30, arena);
      double[] diagonal = new PrincipalAxes(30, one, arena).turn(byOne);
      assertThat(new PrincipalAxes(30, three, arena).turn(byThree)).isEqualTo(diagonal);
      assertThat(byThree.segment().mismatch(byOne.segment())).isEqualTo(-1);
    }
  }

  @Test
  void rowsOfZerosStayZerosAndNothingIsNegative() {
    try (Arena arena = Arena.ofShared();
        Workers workers = new Workers(1)) {
      FactorMatrix rows = FactorMatrix.allocate(arena, 10, 5);
      assertThat(new PrincipalAxes(5, workers, arena).turn(rows)).containsOnly(0);
      assertThat(rows.segment().mismatch(FactorMatrix.allocate(arena, 10, 5).segment()))
          .isEqualTo(-1);
    }
  }

  static FactorMatrix random(int rows, int rank, Arena arena) {
    SplittableRandom random = new SplittableRandom(31L * rows + rank);
    FactorMatrix matrix = FactorMatrix.allocate(arena, rows, rank);
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < rank; column++) {
        matrix.set(row, column, (float) (random.nextDouble(-1, 1) + (column == 0 ? 1 : 0)));
      }
    }
    return matrix;
  }

  static double[][] gram(FactorMatrix matrix) {
    int rank = matrix.rank();
    double[][] gram = new double[rank][rank];
    for (int row = 0; row < matrix.rows(); row++) {
      for (int i = 0; i < rank; i++) {
        for (int j = 0; j < rank; j++) {
          gram[i][j] += (double) matrix.get(row, i) * matrix.get(row, j);
        }
      }
    }
    return gram;
  }

  private static double product(FactorMatrix matrix, int a, int b) {
    double sum = 0;
    for (int column = 0; column < matrix.rank(); column++) {
      sum += (double) matrix.get(a, column) * matrix.get(b, column);
    }
    return sum;
  }
}
