package io.github.peccary.engine.kernel;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// How far a step on an error `e` moves a row with `n` ratings, and how much of it is kept.
/// Factors: `c ← (1 − decayRate / √n) · c + rate · e · other`. The bias, as a ridge with this
/// `damping`: `b ← b + biasPace · (e − damping / n · b) / (n + damping)`.
///
/// Not thread-safe while rates are being set.
public final class StepSizes {
  private final MemorySegment users;
  private final MemorySegment items;
  private final float userDamping;
  private final float itemDamping;
  private float rate;
  private float decayRate;
  private float biasPace;

  /// Steps of size zero that keep everything.
  ///
  /// @param userCounts the number of ratings of each user; users without any never move
  /// @param itemCounts the number of ratings of each item
  public StepSizes(
      Arena arena, int[] userCounts, float userDamping, int[] itemCounts, float itemDamping) {
    this.users = pack(arena, userCounts, userDamping);
    this.items = pack(arena, itemCounts, itemDamping);
    this.userDamping = userDamping;
    this.itemDamping = itemDamping;
  }

  /// One long for each row, so that its numbers are one access: `1 / √n` in the lower half,
  /// `1 / (n + damping)` in the upper one.
  private static MemorySegment pack(Arena arena, int[] counts, float damping) {
    MemorySegment rows = arena.allocate((long) counts.length * Long.BYTES, 64);
    for (int row = 0; row < counts.length; row++) {
      if (counts[row] > 0) {
        int inverseRoot = Float.floatToRawIntBits((float) (1 / Math.sqrt(counts[row])));
        int biasRate = Float.floatToRawIntBits(1 / (counts[row] + damping));
        rows.setAtIndex(JAVA_LONG, row, (long) biasRate << Integer.SIZE | inverseRoot);
      }
    }
    return rows;
  }

  /// `1 / √n` of a row.
  static float inverseRoot(long row) {
    return Float.intBitsToFloat((int) row);
  }

  /// `1 / (n + damping)` of a row.
  static float biasRate(long row) {
    return Float.intBitsToFloat((int) (row >>> Integer.SIZE));
  }

  /// The numbers of an epoch.
  public void setRates(float rate, float decayRate, float biasPace) {
    this.rate = rate;
    this.decayRate = decayRate;
    this.biasPace = biasPace;
  }

  float rate() {
    return rate;
  }

  float decayRate() {
    return decayRate;
  }

  float biasPace() {
    return biasPace;
  }

  float userDamping() {
    return userDamping;
  }

  float itemDamping() {
    return itemDamping;
  }

  /// i64 [users], as packed.
  MemorySegment users() {
    return users;
  }

  /// i64 [items], as packed.
  MemorySegment items() {
    return items;
  }
}
