package io.github.peccary.engine.train;

import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.parallel.Workers;
import java.lang.foreign.Arena;

/// The rows before the first epoch. With biases: the damped biases in their columns, and factors so
/// small and random that they break symmetry and predict next to nothing. Without: factors whose
/// products lie near the mean rating. Rows without training ratings get no noise.
///
/// Numbers depend on seed and position only, so rows may be filled in any order.
final class InitialFactors {
  private static final int GRAIN = 256;

  private final TrainConfig config;
  private final double mean;
  private final double spread;
  private final Arena arena;
  private final Workers workers;

  /// @param mean of the training ratings
  /// @param residualDeviation standard deviation of the ratings around the biases
  InitialFactors(
      TrainConfig config, double mean, double residualDeviation, Arena arena, Workers workers) {
    this.config = config;
    this.mean = mean;
    // A uniform number from −1 to 1 has the variance 1/3.
    spread = LearningRate.INITIAL_DEVIATION * Math.sqrt(3 * residualDeviation / config.rank());
    this.arena = arena;
    this.workers = workers;
  }

  FactorMatrix users(BiasFit.Side side) {
    return matrix(side, config.rank(), 2 * config.seed(), 1);
  }

  FactorMatrix items(BiasFit.Side side) {
    return matrix(side, config.rank() + 1, 2 * config.seed() + 1, Math.signum(mean));
  }

  /// @param biasColumn the column of the biases; of `rank` and `rank + 1`, the other is constant
  private FactorMatrix matrix(BiasFit.Side side, int biasColumn, long seed, double sign) {
    float[] biases = side.biases();
    int[] ratings = side.counts();
    int rank = config.rank();
    int constantColumn = 2 * rank + 1 - biasColumn;
    FactorMatrix matrix = FactorMatrix.allocate(arena, ratings.length, rank);
    double level = config.biases() ? 0 : sign * Math.sqrt(Math.abs(mean) / rank);
    int stride = matrix.stride();
    workers.forRange(
        ratings.length,
        GRAIN,
        (from, to) -> {
          float[] rows = new float[(to - from) * stride];
          for (int row = from; row < to; row++) {
            int start = (row - from) * stride;
            fill(rows, start, level, ratings[row] > 0 ? spread : 0, seed, (long) row * rank);
            if (config.biases()) {
              rows[start + constantColumn] = 1f;
              rows[start + biasColumn] = biases[row];
            }
          }
          matrix.setRows(from, rows);
        });
    return matrix;
  }

  private void fill(
      float[] rows, int start, double level, double rowSpread, long seed, long position) {
    for (int column = 0; column < config.rank(); column++) {
      double noise = rowSpread * uniform(seed, position + column);
      rows[start + column] = (float) (level + noise);
    }
  }

  /// A number from −1 to 1.
  static double uniform(long seed, long position) {
    return (mix(seed, position) >> 10) * 0x1p-53;
  }

  /// Random bits: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) at a position.
  static long mix(long seed, long position) {
    long z = seed * 0xD1342543DE82EF95L + position * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
