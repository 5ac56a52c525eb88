package io.github.peccary.engine.model;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.peccary.engine.kernel.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Solves rows against those of the other side, one row after the other: a thread's own. Training
/// for rankings and the row of a user who is in no model ([FoldIn]) are the same system.
///
/// The plain algorithm: the best row `x` with events on the other rows `q`, of weights `c` and
/// targets `t`, is the solution of `(D + Σ c q qᵀ) x = Σ c t q` with a diagonal `D`: it makes
/// `Σ c (t − ⟨x, q⟩)² + Σ D x²` as small as can be.
///
/// What makes it fast: with the events as the rows `√c D^(−½) q` of a matrix `C`, and `s` their
/// `√c t`, `x = D^(−½) y` where
///
/// 1. `(I + CᵀC) y = Cᵀs`, a system of as many unknowns as the row has; or
/// 2. `y = Cᵀz` and `(I + CCᵀ) z = s`, one of as many unknowns as there are events: most rows have
///    few. (Both sides of the push-through identity, as in ridge regression and its dual: Saunders,
///    Gammerman and Vovk, ICML 1998.)
///
/// Neither eigenvalue is below 1, so single precision will do.
public final class RowSolver {
  /// Events that are held at a time.
  private static final int CHUNK = 256;

  private final int rank;
  private final int unknowns;
  private final long rowBytes;
  private final Kernels kernels;

  /// Rows of up to so many events are solved in events, the others in unknowns.
  private final int fewEvents;

  private final MemorySegment events;
  private final MemorySegment roots; // √c of the events
  private final MemorySegment system; // I + CᵀC, and behind the unknowns' columns Cᵀs
  private final MemorySegment weights; // of sums of rows
  private final MemorySegment scale; // D^(−½)
  private final MemorySegment solution;
  private final MemorySegment one;
  private final double[][] small; // I + CCᵀ
  private final double[] smallSolution;
  private final float[] inverses;
  private final float[] rightSides; // s
  private double scaledFor = Double.NaN;
  private FactorMatrix others;
  private double[] pulls = {};
  private boolean few;
  private int gathered;
  private double squares; // of s

  /// @param rank factors of a row
  /// @param unknowns `rank`, or one more if the bias after the factors is free, too
  /// @param arena of what is wanted beside the rows, about 400 rows; not confined
  public RowSolver(int rank, int unknowns, Arena arena) {
    this.rank = rank;
    this.unknowns = unknowns;
    rowBytes = (long) Kernels.strideFor(rank) * Float.BYTES;
    kernels = Kernels.forRank(rank);
    fewEvents = Math.min(CHUNK, Math.max(1, rank / 2));
    events = arena.allocate(CHUNK * rowBytes, 64);
    roots = arena.allocate((long) CHUNK * Float.BYTES, 64);
    system = arena.allocate(unknowns * rowBytes, 64);
    weights = arena.allocate(Math.max(rowBytes, (long) CHUNK * Float.BYTES), 64);
    scale = arena.allocate(rowBytes, 64);
    solution = arena.allocate(rowBytes, 64);
    one = arena.allocateFrom(JAVA_FLOAT, 1f);
    small = new double[fewEvents][fewEvents];
    smallSolution = new double[fewEvents];
    inverses = new float[unknowns];
    rightSides = new float[CHUNK];
    others = FactorMatrix.of(MemorySegment.NULL, 0, rank);
  }

  /// Says what rows are solved against from now on; it must not change until this is called again.
  ///
  /// @param rows of the other side; columns after the unknowns do not count
  /// @param diagonal of each unknown, its `D` but for the row's own penalty; none negative
  public void against(FactorMatrix rows, double[] diagonal) {
    others = rows;
    pulls = diagonal;
    scaledFor = Double.NaN;
  }

  /// Begins a row.
  ///
  /// @param penalty added to `D` of each factor, not to that of the bias
  /// @param count of the row's events, each to be added
  public void start(double penalty, int count) {
    scaleFor(penalty);
    few = count <= fewEvents;
    gathered = 0;
    squares = 0;
    if (!few) {
      system.fill((byte) 0);
      for (int i = 0; i < unknowns; i++) {
        system.set(JAVA_FLOAT, i * rowBytes + (long) i * Float.BYTES, 1f);
      }
    }
  }

  /// Adds an event: the next row of `C` and of `s`.
  ///
  /// @param other its row on the other side
  /// @param weight `c`, 0 or more
  /// @param target `t`, what the product of the rows should be
  public void add(int other, double weight, double target) {
    double root = Math.sqrt(weight);
    long at = (long) gathered * Float.BYTES;
    roots.set(JAVA_FLOAT, at, (float) root);
    rightSides[gathered] = (float) (root * target);
    long row = gathered * rowBytes;
    kernels.scale(others.segment(), others.rowOffset(other), scale, 0, roots, at, events, row);
    gathered++;
    if (gathered == CHUNK && !few) {
      addUp();
    }
  }

  /// Solves for the row that was begun and stores it; columns after the unknowns become zero.
  ///
  /// @return what the row leaves of `Σ c (t − ⟨x, q⟩)² + Σ D x²`
  public double solve(FactorMatrix rows, int row) {
    double loss;
    if (few) {
      loss = solveInEvents();
    } else {
      addUp();
      loss = solveInUnknowns();
    }
    kernels.scale(solution, 0, scale, 0, one, 0, rows.segment(), rows.rowOffset(row));
    return loss;
  }

  /// Rows of as many events share their scale, and mostly come one after the other.
  private void scaleFor(double penalty) {
    if (penalty == scaledFor) {
      return;
    }
    scaledFor = penalty;
    for (int column = 0; column < unknowns; column++) {
      double d = pulls[column] + (column < rank ? penalty : 0);
      scale.setAtIndex(JAVA_FLOAT, column, (float) (1 / Math.sqrt(d)));
    }
  }

  private double solveInEvents() {
    int count = gathered;
    for (int i = 0; i < count; i++) {
      kernels.dots(events, i * rowBytes, events, 0, i + 1, weights, 0);
      for (int j = 0; j <= i; j++) {
        small[i][j] = weights.getAtIndex(JAVA_FLOAT, j);
      }
      small[i][i] += 1;
      smallSolution[i] = rightSides[i];
    }
    solve(small, smallSolution, count);
    double loss = 0;
    for (int i = 0; i < count; i++) {
      loss += smallSolution[i] * rightSides[i];
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

  /// Adds the events gathered to the system. `s` is one more column of `C`, in a place of the rows
  /// that is free, so that the right side is summed up and eliminated with the matrix.
  private void addUp() {
    for (int event = 0; event < gathered; event++) {
      float right = rightSides[event];
      events.set(JAVA_FLOAT, event * rowBytes + (long) unknowns * Float.BYTES, right);
      squares += (double) right * right;
    }
    for (int i = 0; i < unknowns; i++) {
      long column = (long) i * Float.BYTES;
      kernels.sumRows(events, column, (int) rowBytes, events, 0, gathered, system, i * rowBytes);
    }
    gathered = 0;
  }

  private double solveInUnknowns() {
    double loss = squares - eliminate();
    solution.fill((byte) 0);
    solution.setAtIndex(JAVA_FLOAT, unknowns, -1f); // takes the right side from each product
    for (int i = unknowns - 1; i >= 0; i--) {
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
    for (int i = 0; i < unknowns; i++) {
      for (int above = 0; above < i; above++) {
        float factor = system.get(JAVA_FLOAT, above * rowBytes + (long) i * Float.BYTES);
        weights.setAtIndex(JAVA_FLOAT, above, -factor * inverses[above]);
      }
      kernels.sumRows(weights, 0, Float.BYTES, system, 0, i, system, i * rowBytes);
      inverses[i] = 1 / system.get(JAVA_FLOAT, i * rowBytes + (long) i * Float.BYTES);
      double right = system.get(JAVA_FLOAT, i * rowBytes + (long) unknowns * Float.BYTES);
      product += right * right * inverses[i];
    }
    return product;
  }
}
