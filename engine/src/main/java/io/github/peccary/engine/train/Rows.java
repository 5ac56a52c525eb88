package io.github.peccary.engine.train;

import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.parallel.Workers;
import java.lang.foreign.Arena;

/// The rows of all users and items that have ratings: `rows × stride` each, of one rank.
record Rows(FactorMatrix users, FactorMatrix items) {
  private static final int GRAIN = 4096;

  /// Rows of zeros, as many as these.
  Rows allocateAlike(Arena arena) {
    return new Rows(
        FactorMatrix.allocate(arena, users.rows(), users.rank()),
        FactorMatrix.allocate(arena, items.rows(), items.rank()));
  }

  /// Makes these rows equal to others of the same shape.
  void set(Rows from, Workers workers) {
    copy(from.users, users, workers);
    copy(from.items, items, workers);
  }

  private static void copy(FactorMatrix from, FactorMatrix to, Workers workers) {
    workers.forRange(from.rows(), GRAIN, (first, end) -> to.copyRows(from, first, end));
  }
}
