package io.github.peccary.engine.kernel;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// How far a step on an error `e` moves the row of a user and that of an item, which have `n` and
/// `m` ratings, and how much of them is kept. With `c` the [#PRIOR_COUNT] and the reach
/// `f(n) = √(c / (n + c))` of a row:
///
/// ```
/// factors   p ← p + f(n) · (rate · e · q − (priorRate / n + varianceRate · f(m)²) · p)
/// bias      b ← b + f(n)² · biasRate · (e − damping / n · b)
/// ```
///
/// and the same for the item, `n` and `m` exchanged. Of the pull towards zero, `priorRate / n` is
/// the prior of the row itself, spread over its ratings. The other term is how uncertain the other
/// row is: a fit that takes `q` for certain makes as much too much of `p`. After Lim and Teh,
/// "Variational Bayesian Approach to Movie Rating Prediction" (KDD Cup 2007), with the posterior
/// variance of a row taken to depend on its count only, as `c / (n + c)`. The reach is the root of
/// that, the step size that Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online
/// Learning and Stochastic Optimization" (JMLR 2011), find by summing gradients.
///
/// Not thread-safe while rates are being set.
public final class StepSizes {
  /// The number of ratings that tell as much about a row as its prior does.
  public static final float PRIOR_COUNT = 60;

  private final MemorySegment users;
  private final MemorySegment items;
  private final float userDamping;
  private final float itemDamping;
  private float rate;
  private float priorRate;
  private float varianceRate;
  private float biasRate;

  /// Steps of size zero that keep everything.
  ///
  /// @param userCounts the number of ratings of each user; users without any never move
  /// @param itemCounts the number of ratings of each item
  public StepSizes(
      Arena arena, int[] userCounts, float userDamping, int[] itemCounts, float itemDamping) {
    this.users = pack(arena, userCounts);
    this.items = pack(arena, itemCounts);
    this.userDamping = userDamping;
    this.itemDamping = itemDamping;
  }

  /// One long for each row, so that its numbers are one access: the reach in the lower half, `1 /
  /// n` in the upper one.
  private static MemorySegment pack(Arena arena, int[] counts) {
    long[] rows = new long[counts.length];
    for (int row = 0; row < rows.length; row++) {
      if (counts[row] > 0) {
        double reach = Math.sqrt(PRIOR_COUNT / ((double) counts[row] + PRIOR_COUNT));
        int reachBits = Float.floatToRawIntBits((float) reach);
        int inverseCountBits = Float.floatToRawIntBits(1f / counts[row]);
        rows[row] = (long) inverseCountBits << Integer.SIZE | reachBits;
      }
    }
    return arena.allocateFrom(JAVA_LONG, rows);
  }

  /// `√(c / (n + c))` of a row.
  static float reach(long row) {
    return Float.intBitsToFloat((int) row);
  }

  /// `1 / n` of a row.
  static float inverseCount(long row) {
    return Float.intBitsToFloat((int) (row >>> Integer.SIZE));
  }

  /// The numbers of an epoch.
  public void setRates(float rate, float priorRate, float varianceRate, float biasRate) {
    this.rate = rate;
    this.priorRate = priorRate;
    this.varianceRate = varianceRate;
    this.biasRate = biasRate;
  }

  float rate() {
    return rate;
  }

  float priorRate() {
    return priorRate;
  }

  float varianceRate() {
    return varianceRate;
  }

  float biasRate() {
    return biasRate;
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
