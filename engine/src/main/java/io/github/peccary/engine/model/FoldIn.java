package io.github.peccary.engine.model;

import io.github.peccary.engine.kernel.Kernels;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Objects;

/// The row of a user who is not in the model, from the user's events: the exact solution of
/// [UserRidge] against the item rows of the model, as training would find it if only this row were
/// free.
///
/// Immutable, for all threads; it lives as long as the model.
public final class FoldIn {
  private final FactorModel model;
  private final UserRidge ridge;
  private final int[] items;
  private final int[] sortedItems;
  private final double[] weights;
  private final double[] targets;
  private final double penalty;
  private final FactorMatrix row;

  /// Solves for the row.
  ///
  /// @param items indexes of the user's items, 1 or more, each once
  /// @param values of each item, the user's rating; for a model for rankings 0 is an event without
  ///     one
  /// @throws IllegalStateException if the model does not hold what a row is solved with
  /// @throws IllegalArgumentException if there are no events, two of one item, or values that are
  ///     not finite
  public FoldIn(FactorModel model, int[] items, float[] values) {
    this.model = model;
    this.ridge = model.ridge();
    this.items = items.clone();
    sortedItems = items.clone();
    Arrays.sort(sortedItems);
    requireValid(values);
    weights = new double[items.length];
    targets = new double[items.length];
    double sum = 0;
    for (int event = 0; event < items.length; event++) {
      int item = items[event];
      float bias = model.hasBiases() ? model.itemFactors().get(item, model.rank() + 1) : 0;
      weights[event] = ridge.weight(values[event]);
      targets[event] = (model.ranksOnly() ? 1 : values[event] - model.globalMean()) - bias;
      sum += ridge.penaltyOfEvent(model.itemPopularity(item));
    }
    penalty = sum;
    row = FactorMatrix.allocate(Arena.ofAuto(), 1, model.rank());
    RowSolver solver = begin(items.length);
    for (int event = 0; event < items.length; event++) {
      solver.add(items[event], weights[event], targets[event]);
    }
    solver.solve(row, 0);
    if (model.hasBiases()) {
      row.set(0, model.rank() + 1, 1); // what an item's bias is multiplied by
    }
  }

  /// The row of a user of the model from all that the user has seen, each an event without rating.
  /// For a model for rankings that was trained on just this, it is the user's row.
  ///
  /// @throws IllegalStateException if the model does not hold what users have seen, or what a row
  ///     is solved with
  public static FoldIn ofSeen(FactorModel model, int user) {
    int[] items = model.seenItems(user);
    return new FoldIn(model, items, new float[items.length]);
  }

  private void requireValid(float[] values) {
    if (items.length < 1 || items.length != values.length) {
      throw new IllegalArgumentException(
          "there must be events, and a value of each: items=%d, values=%d"
              .formatted(items.length, values.length));
    }
    for (int event = 0; event < items.length; event++) {
      Objects.checkIndex(sortedItems[event], model.items());
      if (event > 0 && sortedItems[event] == sortedItems[event - 1]) {
        throw new IllegalArgumentException(
            "an item must have one event: item=" + sortedItems[event]);
      }
      if (!Float.isFinite(values[event])) {
        throw new IllegalArgumentException(
            "values must be finite: item=%d, value=%s".formatted(items[event], values[event]));
      }
    }
  }

  private RowSolver begin(int count) {
    RowSolver solver = new RowSolver(model.rank(), ridge.columns().length, Arena.ofAuto());
    double[] columns = new double[ridge.columns().length];
    for (int column = 0; column < columns.length; column++) {
      columns[column] = ridge.columns()[column];
    }
    solver.against(model.itemFactors(), columns);
    solver.start(penalty, count);
    return solver;
  }

  /// The model that the items are those of.
  public FactorModel model() {
    return model;
  }

  /// The row, a matrix of one: it is to be multiplied with the item rows as that of any user.
  public FactorMatrix row() {
    return row;
  }

  /// The items of the events, as they were given.
  public int[] items() {
    return items.clone();
  }

  /// Whether the item is one of the events'.
  public boolean hasEvent(int item) {
    return Arrays.binarySearch(sortedItems, item) >= 0;
  }

  /// `μ + ⟨row, item row⟩`, as it is: see [FactorModel#predict].
  public float predict(int item) {
    Objects.checkIndex(item, model.items());
    FactorMatrix rows = model.itemFactors();
    return model.globalMean()
        + Kernels.forRank(model.rank()).dot(row.segment(), 0, rows.segment(), rows.rowOffset(item));
  }

  /// What each event contributes to the score of an item: `c_j t_j ⟨A⁻¹ q, q_j⟩`, where `A` is the
  /// matrix of the system that the row solves. Together they are the score, less μ and the bias of
  /// the item. After Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback
  /// Datasets" (ICDM 2008), section 5.
  ///
  /// `A⁻¹ q` comes from the solver as it is: with an event of weight 1 on the item itself, the only
  /// one with a target, which is 1, the row is `x = A⁻¹ q / (1 + ⟨A⁻¹ q, q⟩)` (Sherman and
  /// Morrison), so that `A⁻¹ q = x / (1 − ⟨x, q⟩)`.
  ///
  /// @return one number for each event, in the order in which they were given
  public double[] contributions(int item) {
    Objects.checkIndex(item, model.items());
    RowSolver solver = begin(items.length + 1);
    for (int event = 0; event < items.length; event++) {
      solver.add(items[event], weights[event], 0);
    }
    solver.add(item, 1, 1);
    FactorMatrix influence = FactorMatrix.allocate(Arena.ofAuto(), 1, model.rank());
    solver.solve(influence, 0);
    double own = 1 - product(influence, item);
    double[] contributions = new double[items.length];
    for (int event = 0; event < items.length; event++) {
      contributions[event] =
          weights[event] * targets[event] * product(influence, items[event]) / own;
    }
    return contributions;
  }

  private double product(FactorMatrix influence, int item) {
    FactorMatrix rows = model.itemFactors();
    return Kernels.forRank(model.rank())
        .dot(influence.segment(), 0, rows.segment(), rows.rowOffset(item));
  }
}
