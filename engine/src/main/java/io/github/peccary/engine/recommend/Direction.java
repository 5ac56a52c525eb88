package io.github.peccary.engine.recommend;

import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.model.ItemIndex;

/// The factors of a row as an [ItemIndex] compares them with those of its items: a norm, and a
/// direction in codes.
///
/// @param norm `‖p‖`
/// @param codes of `p / ‖p‖`, one a column
/// @param step what a code of 1 is worth
/// @param codedNorm the norm of the codes, times the step
/// @param error the distance of the direction from its codes times the step
record Direction(double norm, short[] codes, double step, double codedNorm, double error) {

  static Direction of(FactorMatrix rows, int row) {
    int rank = rows.rank();
    double norm = Math.sqrt(rows.squaredNorm(row));
    double length = ItemIndex.codedLength(rank);
    short[] codes = new short[rank];
    double squaredError = 0;
    double squaredCodes = 0;
    for (int column = 0; norm > 0 && column < rank; column++) {
      double coded = rows.get(row, column) / norm * length;
      double code = Math.rint(coded);
      codes[column] = (short) code;
      squaredError += (coded - code) * (coded - code);
      squaredCodes += code * code;
    }
    double step = 1 / length;
    return new Direction(
        norm, codes, step, Math.sqrt(squaredCodes) * step, Math.sqrt(squaredError) * step);
  }
}
