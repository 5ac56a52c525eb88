package io.github.peccary.engine.train;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.parallel.Workers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Turns rows of factors so that their Gram matrix `Σ x xᵀ` is diagonal.
///
/// Whoever solves against these rows may take the matrix for its diagonal. Nothing has to be turned
/// back where the rows of the other side are all solved anew: products are the same in any axes.
///
/// The matrix is summed up in fixed parts, of blocks in single precision, added in double in the
/// order of the rows, so that it does not depend on the number of threads. Its axes come from the
/// cyclic Jacobi method (Golub and Van Loan, "Matrix Computations", 8.5): slower than a tridiagonal
/// form, but short, exact, and the faster the closer to diagonal the matrix is already, as it is
/// after some iterations.
final class PrincipalAxes {
  /// Of the sum: more than there are threads, mostly.
  private static final int PARTS = 64;

  /// Rows summed up in single precision; few enough to stay in the L1 cache at the usual strides.
  private static final int BLOCK = 128;

  /// Off the diagonal, what is smaller than this part of the trace is zero: rows have 24 bits.
  private static final double NEGLIGIBLE = 1e-11;

  private static final int MAX_SWEEPS = 50;

  private final int rank;
  private final long rowBytes;
  private final Kernels kernels;
  private final Workers workers;
  private final MemorySegment axes;
  private final MemorySegment[] scratch;

  /// @param arena of what is wanted beside the rows
  PrincipalAxes(int rank, Workers workers, Arena arena) {
    this.rank = rank;
    this.workers = workers;
    rowBytes = (long) Kernels.strideFor(rank) * Float.BYTES;
    kernels = Kernels.forRank(rank);
    axes = arena.allocate(rank * rowBytes, 64);
    scratch = new MemorySegment[workers.threads()];
    for (int worker = 0; worker < scratch.length; worker++) {
      scratch[worker] = arena.allocate(Math.max(rank, BLOCK) * rowBytes, 64);
    }
  }

  /// Turns `rows` in place; columns after the factors must be zero, and stay so.
  ///
  /// @return the diagonal of their Gram matrix, none negative
  double[] turn(FactorMatrix rows) {
    double[][] gram = gram(rows);
    double[][] vectors = diagonalize(gram);
    double[] diagonal = new double[rank];
    for (int axis = 0; axis < rank; axis++) {
      diagonal[axis] = Math.max(0, gram[axis][axis]);
      for (int column = 0; column < rank; column++) {
        axes.set(
            JAVA_FLOAT,
            column * rowBytes + (long) axis * Float.BYTES,
            (float) vectors[axis][column]);
      }
    }
    int blocks = (rows.rows() + BLOCK - 1) / BLOCK;
    workers.run(
        worker -> {
          for (int block = worker; block < blocks; block += workers.threads()) {
            int first = block * BLOCK;
            turn(rows, first, Math.min(BLOCK, rows.rows() - first), scratch[worker]);
          }
        });
    return diagonal;
  }

  private void turn(FactorMatrix rows, int first, int count, MemorySegment turned) {
    turned.asSlice(0, count * rowBytes).fill((byte) 0);
    for (int row = 0; row < count; row++) {
      kernels.sumRows(
          rows.segment(),
          rows.rowOffset(first + row),
          Float.BYTES,
          axes,
          0,
          rank,
          turned,
          row * rowBytes);
    }
    MemorySegment.copy(turned, 0, rows.segment(), rows.rowOffset(first), count * rowBytes);
  }

  /// `Σ x xᵀ` over all rows.
  double[][] gram(FactorMatrix rows) {
    double[][][] parts = new double[PARTS][rank][rank];
    workers.run(
        worker -> {
          for (int part = worker; part < PARTS; part += workers.threads()) {
            int end = (int) ((part + 1L) * rows.rows() / PARTS);
            for (int first = (int) ((long) part * rows.rows() / PARTS);
                first < end;
                first += BLOCK) {
              addGram(rows, first, Math.min(BLOCK, end - first), parts[part], scratch[worker]);
            }
          }
        });
    double[][] sum = parts[0];
    for (int part = 1; part < PARTS; part++) {
      for (int i = 0; i < rank; i++) {
        for (int j = 0; j < rank; j++) {
          sum[i][j] += parts[part][i][j];
        }
      }
    }
    return sum;
  }

  private void addGram(
      FactorMatrix rows, int first, int count, double[][] sum, MemorySegment block) {
    block.asSlice(0, rank * rowBytes).fill((byte) 0);
    float[] values = new float[rank];
    for (int i = 0; i < rank; i++) {
      kernels.sumRows(
          rows.segment(),
          rows.rowOffset(first) + (long) i * Float.BYTES,
          (int) rowBytes,
          rows.segment(),
          rows.rowOffset(first),
          count,
          block,
          i * rowBytes);
      MemorySegment.copy(block, JAVA_FLOAT, i * rowBytes, values, 0, rank);
      for (int j = 0; j < rank; j++) {
        sum[i][j] += values[j];
      }
    }
  }

  /// Leaves a symmetric matrix diagonal.
  ///
  /// @return the eigenvectors, one a row, of length 1
  static double[][] diagonalize(double[][] matrix) {
    int size = matrix.length;
    double[][] vectors = new double[size][size];
    double trace = 0;
    for (int i = 0; i < size; i++) {
      vectors[i][i] = 1;
      trace += matrix[i][i];
    }
    boolean turned = true;
    for (int sweep = 0; turned && sweep < MAX_SWEEPS; sweep++) {
      turned = false;
      for (int p = 0; p < size; p++) {
        for (int q = p + 1; q < size; q++) {
          if (Math.abs(matrix[p][q]) > NEGLIGIBLE * trace) {
            annihilate(matrix, vectors, p, q);
            turned = true;
          }
        }
      }
    }
    return vectors;
  }

  private static void annihilate(double[][] matrix, double[][] vectors, int p, int q) {
    double theta = (matrix[q][q] - matrix[p][p]) / (2 * matrix[p][q]);
    double tangent = Math.copySign(1 / (Math.abs(theta) + Math.sqrt(theta * theta + 1)), theta);
    double cosine = 1 / Math.sqrt(tangent * tangent + 1);
    double sine = tangent * cosine;
    rotate(matrix[p], matrix[q], cosine, sine);
    for (double[] row : matrix) {
      double atP = row[p];
      double atQ = row[q];
      row[p] = cosine * atP - sine * atQ;
      row[q] = sine * atP + cosine * atQ;
    }
    rotate(vectors[p], vectors[q], cosine, sine);
  }

  private static void rotate(double[] p, double[] q, double cosine, double sine) {
    for (int i = 0; i < p.length; i++) {
      double atP = p[i];
      double atQ = q[i];
      p[i] = cosine * atP - sine * atQ;
      q[i] = sine * atP + cosine * atQ;
    }
  }
}
