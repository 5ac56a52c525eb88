package io.github.peccary.engine.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// How far a step moves the factors of a row, and how much of them is kept:
/// `c ← (1 − decayRate · decay) · c + rate · e · other`, where `decay` is a number of the row's
/// own, as a row with many ratings needs a weaker pull towards zero at each of them.
///
/// The columns behind the factors, which hold biases and constants, stay what they are: a lane of
/// zeros and ones says which is which, so that no branch has to. Not thread-safe while it is being
/// set.
public final class StepSizes {
  private final MemorySegment factorLanes;
  private final MemorySegment userDecays;
  private final MemorySegment itemDecays;
  private float rate;
  private float decayRate;

  /// Steps of size zero that keep everything.
  ///
  /// @param rank factor columns, with room for two more in the stride
  /// @param stride floats in a row
  public StepSizes(Arena arena, int rank, int stride, int users, int items) {
    if (rank < 1 || rank + 2 > stride || stride % Kernels.SPECIFIED_LANES != 0) {
      throw new IllegalArgumentException(
          "the stride must be a multiple of 16 that holds rank + 2 columns: rank=%d, stride=%d"
              .formatted(rank, stride));
    }
    userDecays = arena.allocate((long) users * Float.BYTES, 64);
    itemDecays = arena.allocate((long) items * Float.BYTES, 64);
    factorLanes = arena.allocate((long) stride * Float.BYTES, 64);
    for (int column = 0; column < rank; column++) {
      factorLanes.setAtIndex(JAVA_FLOAT, column, 1f);
    }
  }

  /// The numbers of an epoch, for all rows.
  public void setRates(float rate, float decayRate) {
    this.rate = rate;
    this.decayRate = decayRate;
  }

  /// The decay of one user's row.
  public void setUserDecay(int row, float decay) {
    userDecays.setAtIndex(JAVA_FLOAT, row, decay);
  }

  /// The decay of one item's row.
  public void setItemDecay(int row, float decay) {
    itemDecays.setAtIndex(JAVA_FLOAT, row, decay);
  }

  float rate() {
    return rate;
  }

  float decayRate() {
    return decayRate;
  }

  MemorySegment userDecays() {
    return userDecays;
  }

  MemorySegment itemDecays() {
    return itemDecays;
  }

  /// One row of `stride` floats: 1 in factor columns, 0 behind them.
  MemorySegment factorLanes() {
    return factorLanes;
  }
}
