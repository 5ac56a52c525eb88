package io.github.peccary.engine.train;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.model.FactorMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Solves the rows of one side for [Ials], one after the other: a worker's own.
///
/// The plain algorithm: the best row `x` of a user with events of weights `c` on items `q` is the
/// solution of `(w₀ G + λ I + Σ c q qᵀ) x = Σ c q`, where `G` is the Gram matrix of all items.
///
/// What makes it fast: the items are turned so that `G` is diagonal ([PrincipalAxes]), and with it
/// `D = w₀ G + λ I`. With the events as the rows `√c D^(−½) q` of a matrix `C`, and `s` their `√c`,
/// `x = D^(−½) y` where
///
/// 1. `(I + CᵀC) y = Cᵀs`, a system of as many unknowns as there are factors; or
/// 2. `y = Cᵀz` and `(I + CCᵀ) z = s`, one of as many unknowns as there are events: most rows have
///    few. (Both sides of the push-through identity, as in ridge regression and its dual: Saunders,
///    Gammerman and Vovk, ICML 1998.)
///
/// Neither eigenvalue is below 1, so single precision will do.
final class RankingRows {
  /// Events that are held at a time.
  private static final int CHUNK = 256;

  private final int rank;
  private final long rowBytes;
  private final Kernels kernels;
  private final double pairWeight;

  /// Rows of up to so many events are solved in events, the others in factors.
  private final int fewEvents;

  private final MemorySegment events;
  private final MemorySegment roots; // √c of the events
  private final MemorySegment system; // I + CᵀC, and behind the factors' columns Cᵀs
  private final MemorySegment weights; // of sums of rows
  private final MemorySegment scale; // D^(−½)
  private final MemorySegment solution;
  private final MemorySegment one;
  private final double[][] small; // I + CCᵀ
  private final double[] smallSolution;
  private final float[] inverses;
  private double scaledFor = Double.NaN;

  /// The side that rows are solved against.
  ///
  /// @param rows turned
  /// @param diagonal of their Gram matrix
  record Others(FactorMatrix rows, double[] diagonal) {}

  /// @param pairWeight `w₀`
  RankingRows(int rank, double pairWeight, Arena arena) {
    this.rank = rank;
    this.pairWeight = pairWeight;
    rowBytes = (long) Kernels.strideFor(rank) * Float.BYTES;
    kernels = Kernels.forRank(rank);
    fewEvents = Math.min(CHUNK, Math.max(1, rank / 2));
    events = arena.allocate(CHUNK * rowBytes, 64);
    roots = arena.allocate((long) CHUNK * Float.BYTES, 64);
    system = arena.allocate(rank * rowBytes, 64);
    weights = arena.allocate(Math.max(rowBytes, (long) CHUNK * Float.BYTES), 64);
    scale = arena.allocate(rowBytes, 64);
    solution = arena.allocate(rowBytes, 64);
    one = arena.allocateFrom(JAVA_FLOAT, 1f);
    small = new double[fewEvents][fewEvents];
    smallSolution = new double[fewEvents];
    inverses = new float[rank];
  }

  /// Forgets what was derived from the other side: its rows have changed.
  void begin() {
    scaledFor = Double.NaN;
  }

  /// Solves for a row and stores it.
  ///
  /// @param count of the row's events, 1 or more
  /// @return what the row leaves of the loss: of its events, its share of the weight of all pairs,
  ///     and its own penalty
  double solve(
      Others others, RankingEvents of, int count, double penalty, FactorMatrix rows, int row) {
    scaleFor(others.diagonal, penalty);
    double loss;
    if (count <= fewEvents) {
      int gathered = gather(others.rows, of);
      loss = solveInEvents(gathered);
    } else {
      loss = solveInFactors(others.rows, of);
    }
    kernels.scale(solution, 0, scale, 0, one, 0, rows.segment(), rows.rowOffset(row));
    return loss;
  }

  /// Rows of as many events share their scale, and mostly come one after the other.
  private void scaleFor(double[] diagonal, double penalty) {
    if (penalty == scaledFor) {
      return;
    }
    scaledFor = penalty;
    for (int column = 0; column < rank; column++) {
      double d = pairWeight * diagonal[column] + penalty;
      scale.setAtIndex(JAVA_FLOAT, column, (float) (1 / Math.sqrt(d)));
    }
  }

  /// Fills the next chunk of `C` and of `s`.
  private int gather(FactorMatrix others, RankingEvents of) {
    int count = 0;
    while (count < CHUNK && of.next()) {
      long at = (long) count * Float.BYTES;
      roots.set(JAVA_FLOAT, at, (float) Math.sqrt(of.weight()));
      kernels.scale(
          others.segment(),
          others.rowOffset(of.other()),
          scale,
          0,
          roots,
          at,
          events,
          count * rowBytes);
      count++;
    }
    return count;
  }

  private double solveInEvents(int count) {
    for (int i = 0; i < count; i++) {
      kernels.dots(events, i * rowBytes, events, 0, i + 1, weights, 0);
      for (int j = 0; j <= i; j++) {
        small[i][j] = weights.getAtIndex(JAVA_FLOAT, j);
      }
      small[i][i] += 1;
      smallSolution[i] = roots.getAtIndex(JAVA_FLOAT, i);
    }
    solve(small, smallSolution, count);
    double loss = 0;
    for (int i = 0; i < count; i++) {
      loss += smallSolution[i] * roots.getAtIndex(JAVA_FLOAT, i);
      weights.setAtIndex(JAVA_FLOAT, i, (float) smallSolution[i]);
    }
    solution.fill((byte) 0);
    kernels.sumRows(weights, 0, Float.BYTES, events, 0, count, solution, 0);
    return loss;
  }

  /// Cholesky's method on the lower triangle, which is overwritten.
  private static void solve(double[][] matrix, double[] solution, int size) {
    for (int i = 0; i < size; i++) {
      double[] row = matrix[i];
      double right = solution[i];
      for (int j = 0; j <= i; j++) {
        double[] other = matrix[j];
        double sum = row[j];
        for (int k = 0; k < j; k++) {
          sum -= row[k] * other[k];
        }
        row[j] = i == j ? Math.sqrt(sum) : sum / other[j];
        right -= i == j ? 0 : row[j] * solution[j];
      }
      solution[i] = right / row[i];
    }
    for (int i = size - 1; i >= 0; i--) {
      solution[i] /= matrix[i][i];
      for (int j = 0; j < i; j++) {
        solution[j] -= matrix[i][j] * solution[i];
      }
    }
  }

  /// `s` is one more column of `C`, in a place of the rows that is free, so that the right side is
  /// summed up and eliminated with the matrix.
  private double solveInFactors(FactorMatrix others, RankingEvents of) {
    system.fill((byte) 0);
    for (int i = 0; i < rank; i++) {
      system.set(JAVA_FLOAT, i * rowBytes + (long) i * Float.BYTES, 1f);
    }
    double loss = 0;
    for (int count = gather(others, of); count > 0; count = gather(others, of)) {
      for (int event = 0; event < count; event++) {
        float root = roots.getAtIndex(JAVA_FLOAT, event);
        events.set(JAVA_FLOAT, event * rowBytes + (long) rank * Float.BYTES, root);
        loss += (double) root * root;
      }
      for (int i = 0; i < rank; i++) {
        long column = (long) i * Float.BYTES;
        kernels.sumRows(events, column, (int) rowBytes, events, 0, count, system, i * rowBytes);
      }
    }
    loss -= eliminate();
    solution.fill((byte) 0);
    solution.setAtIndex(JAVA_FLOAT, rank, -1f); // takes the right side from each product
    for (int i = rank - 1; i >= 0; i--) {
      float product = kernels.dot(system, i * rowBytes, solution, 0);
      solution.setAtIndex(JAVA_FLOAT, i, -product * inverses[i]);
    }
    return loss; // the scale of the column that holds −1 is 0
  }

  /// Gauss's elimination without pivots, which a positive definite matrix does not need. What is
  /// left of the diagonal is inverted on the way.
  ///
  /// @return the product of the right side and the solution
  private double eliminate() {
    double product = 0;
    for (int i = 0; i < rank; i++) {
      for (int above = 0; above < i; above++) {
        float factor = system.get(JAVA_FLOAT, above * rowBytes + (long) i * Float.BYTES);
        weights.setAtIndex(JAVA_FLOAT, above, -factor * inverses[above]);
      }
      kernels.sumRows(weights, 0, Float.BYTES, system, 0, i, system, i * rowBytes);
      inverses[i] = 1 / system.get(JAVA_FLOAT, i * rowBytes + (long) i * Float.BYTES);
      double right = system.get(JAVA_FLOAT, i * rowBytes + (long) rank * Float.BYTES);
      product += right * right * inverses[i];
    }
    return product;
  }
}
