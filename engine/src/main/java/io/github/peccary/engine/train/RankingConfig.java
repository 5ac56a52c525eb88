package io.github.peccary.engine.train;

import static io.github.peccary.engine.train.SettingsCheck.require;

import io.github.peccary.engine.model.ModelFormat;
import io.github.peccary.engine.ratings.HoldoutRule;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/// The settings of one training for rankings. Start from [#defaults].
///
/// @param rank factors of each user and item, from 1 to [#MAX_RANK]
/// @param iterations how often all users and all items are solved, 1 or more
/// @param threads workers, 1 or more
/// @param seed of the split and of the initial factors
/// @param holdout what is left out of the training, to measure on: events, rated or not
/// @param l2 penalty of a factor's square for each event of its row, and for each pair of its row
/// in the measure that pairs have weight; above 0
/// @param unobservedWeight weight of all pairs together, events or not, at the target 0, as a
/// multiple of the number of events; above 0. Empty: `8 / ∛density`, where the density is the
/// share of events in all pairs
/// @param ratingWeight what each point of a rating adds to the weight 1 of its event at the target
/// 1; 0 or more
public record RankingConfig(
    int rank,
    int iterations,
    int threads,
    long seed,
    HoldoutRule holdout,
    double l2,
    OptionalDouble unobservedWeight,
    double ratingWeight)
    implements RankingSettings {
  /// A system of so many unknowns is solved for each row.
  public static final int MAX_RANK = 1024;

  /// The sparser the events are, the more do all pairs have to weigh. At an `l2` of 0.005, 20 times
  /// the events are best on ml-100k (density 0.06), 100 to 200 times on a slice of Book-Crossing
  /// (0.0001).
  private static final double SPARSITY_WEIGHT = 8;

  public RankingConfig {
    SettingsCheck.requireRanking(rank, iterations, threads);
    requireWeight("l2", "l2", l2);
    unobservedWeight.ifPresent(
        weight -> requireWeight("the weight of unobserved pairs", "unobservedWeight", weight));
    require(
        ratingWeight >= 0 && ratingWeight <= 1e6,
        "the weight of a rating must be from 0 to 1e6: ratingWeight=" + ratingWeight);
  }

  /// Rank 30, 16 iterations, a thread per processor, nothing held out.
  public static RankingConfig defaults() {
    return new RankingConfig(
        30,
        16,
        Runtime.getRuntime().availableProcessors(),
        42,
        new HoldoutRule.Fraction(0),
        0.005,
        OptionalDouble.empty(),
        0);
  }

  @Override
  public RankingMethod method() {
    return RankingMethod.IALS;
  }

  @Override
  public RankingConfig withIterations(int value) {
    return new RankingConfig(
        rank, value, threads, seed, holdout, l2, unobservedWeight, ratingWeight);
  }

  @Override
  public Map<String, String> metadata(long events, int users, int items) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(SavedSettings.L2, Double.toString(l2));
    metadata.put(
        SavedSettings.UNOBSERVED_WEIGHT, Double.toString(unobservedWeight(events, users, items)));
    metadata.put(SavedSettings.RATING_WEIGHT, Double.toString(ratingWeight));
    return metadata;
  }

  static RankingConfig parse(SavedSettings saved, int threads) {
    return new RankingConfig(
        saved.integer(ModelFormat.RANK),
        saved.integer(SavedSettings.EPOCHS),
        threads,
        saved.longInteger(SavedSettings.SEED),
        saved.holdout(),
        saved.decimal(SavedSettings.L2),
        OptionalDouble.of(saved.decimal(SavedSettings.UNOBSERVED_WEIGHT)),
        saved.decimal(SavedSettings.RATING_WEIGHT));
  }

  /// The weight of all pairs together, as a multiple of the number of events.
  private double unobservedWeight(long events, int users, int items) {
    double density = events / ((double) users * items);
    return unobservedWeight.orElse(SPARSITY_WEIGHT / StrictMath.cbrt(density));
  }

  /// `w₀`, the weight of each pair.
  double pairWeight(long events, int users, int items) {
    return unobservedWeight(events, users, items) * events / ((double) users * items);
  }

  private static void requireWeight(String words, String name, double value) {
    require(
        value >= 1e-9 && value <= 1e6,
        "%s must be from 1e-9 to 1e6: %s=%s".formatted(words, name, value));
  }
}
