package io.github.peccary.engine.evaluate;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.train.RankingConfig;
import io.github.peccary.engine.train.RankingMethod;
import io.github.peccary.engine.train.RankingSettings;
import io.github.peccary.engine.train.SamplingConfig;
import io.github.peccary.engine.train.TrainConfig;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/// What settings [Tuning] draws: each number from its range, evenly in its logarithm, apart from
/// the others. Ranges reach about as far to either side of the defaults. Numbers have two digits,
/// so that a command line with them is short and exact; ranks fill their rows, as a smaller one
/// would take as long.
final class SearchSpace {
  private static final int MIN_RANK = 14;
  private static final int MAX_RANK = 126;
  private static final int MAX_NEGATIVES = 32;

  private SearchSpace() {}

  /// The settings of `base`, with another rank, l2 and learning rate.
  static TrainConfig draw(TrainConfig base, SplittableRandom random) {
    return base.withRank(rank(random))
        .withL2(logUniform(random, 0.4, 40))
        .withLearningRate(logUniform(random, 0.04, 0.64));
  }

  /// The settings of `base`, with another rank and l2 and what else its method has.
  static RankingSettings draw(RankingSettings base, SplittableRandom random) {
    return switch (base) {
      case RankingConfig config -> draw(config, random);
      case SamplingConfig config -> draw(config, random);
    };
  }

  /// Ratings have no weight half of the time.
  private static RankingConfig draw(RankingConfig base, SplittableRandom random) {
    int rank = rank(random);
    double l2 = logUniform(random, 0.0005, 0.2);
    double unobservedWeight = logUniform(random, 1, 1000);
    double ratingWeight = logUniform(random, 0.01, 1);
    return new RankingConfig(
        rank,
        base.iterations(),
        base.threads(),
        base.seed(),
        base.holdout(),
        l2,
        OptionalDouble.of(unobservedWeight),
        random.nextBoolean() ? ratingWeight : 0);
  }

  private static SamplingConfig draw(SamplingConfig base, SplittableRandom random) {
    int rank = rank(random);
    double l2 = logUniform(random, 0.3, 30);
    double learningRate = logUniform(random, 0.08, 1.2);
    int negatives = (int) drawn(random, 1, MAX_NEGATIVES + 1);
    return new SamplingConfig(
        base.method(),
        rank,
        base.iterations(),
        base.threads(),
        base.seed(),
        base.holdout(),
        l2,
        learningRate,
        base.method() == RankingMethod.BPR ? 1 : negatives,
        base.deterministic());
  }

  private static int rank(SplittableRandom random) {
    int rank = (int) drawn(random, MIN_RANK, MAX_RANK);
    return Kernels.strideFor(rank) - 2;
  }

  private static double logUniform(SplittableRandom random, double low, double high) {
    return new BigDecimal(drawn(random, low, high)).round(new MathContext(2)).doubleValue();
  }

  private static double drawn(SplittableRandom random, double low, double high) {
    return low * StrictMath.pow(high / low, random.nextDouble());
  }
}
