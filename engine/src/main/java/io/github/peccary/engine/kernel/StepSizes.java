package io.github.peccary.engine.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// How far each column of a row moves in one step, and how much of it is kept: four rows of
/// `stride` floats outside the heap (user rate, user decay, item rate, item decay).
///
/// Rates and decays are lanes instead of branches, so that a bias column may learn at another pace
/// than the factors and a constant column (rate 0, decay 1) stays what it is. All factor columns
/// share one rate and one decay.
public final class StepSizes {
  private final MemorySegment lanes;
  private final int stride;
  private final int rank;

  /// Steps of size zero that keep everything, for rows of `rank` factor columns and `stride`
  /// floats.
  public StepSizes(Arena arena, int rank, int stride) {
    if (rank < 1 || rank + 2 > stride || stride % Kernels.SPECIFIED_LANES != 0) {
      throw new IllegalArgumentException(
          "the stride must be a multiple of 16 that holds rank + 2 columns: rank=%d, stride=%d"
              .formatted(rank, stride));
    }
    this.stride = stride;
    this.rank = rank;
    lanes = arena.allocate(4L * stride * Float.BYTES, 64);
    setFactors(0f, 1f);
    setBiases(0f, 1f);
  }

  /// The rate and the decay of every factor column, of users and items alike; the columns behind
  /// the biases keep their zeros.
  public void setFactors(float rate, float decay) {
    for (int column = 0; column < stride; column++) {
      if (column < rank || column > rank + 1) {
        set(0, column, rate, decay);
        set(2, column, rate, decay);
      }
    }
  }

  /// The rate and the decay of the bias columns: `rank` of a user row, `rank + 1` of an item row.
  /// Their counterparts, the constant columns, never move.
  public void setBiases(float rate, float decay) {
    set(0, rank, rate, decay);
    set(0, rank + 1, 0f, 1f);
    set(2, rank, 0f, 1f);
    set(2, rank + 1, rate, decay);
  }

  private void set(int row, int column, float rate, float decay) {
    lanes.setAtIndex(ValueLayout.JAVA_FLOAT, (long) row * stride + column, rate);
    lanes.setAtIndex(ValueLayout.JAVA_FLOAT, (long) (row + 1) * stride + column, decay);
  }

  MemorySegment lanes() {
    return lanes;
  }

  long userRateOffset() {
    return 0;
  }

  long userDecayOffset() {
    return (long) stride * Float.BYTES;
  }

  long itemRateOffset() {
    return 2L * stride * Float.BYTES;
  }

  long itemDecayOffset() {
    return 3L * stride * Float.BYTES;
  }
}
