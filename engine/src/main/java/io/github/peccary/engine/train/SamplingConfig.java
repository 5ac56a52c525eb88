package io.github.peccary.engine.train;

import static io.github.peccary.engine.train.SettingsCheck.require;

import io.github.peccary.engine.model.ModelFormat;
import io.github.peccary.engine.ratings.HoldoutRule;
import java.util.LinkedHashMap;
import java.util.Map;

/// The settings of one training for rankings by sampled negatives. Start from [#defaults].
///
/// @param method [RankingMethod#BPR] or [RankingMethod#SOFTMAX]
/// @param rank factors of each user and item, from 1 to [RankingConfig#MAX_RANK]
/// @param iterations passes over all events, 1 or more
/// @param threads workers, 1 or more
/// @param seed of the split, of the initial factors, of what is sampled and of the order of tiles
/// @param holdout what is left out of the training, to measure on
/// @param l2 how strongly rows are pulled towards zero, in the measure that little is known about
/// the other row; by each step the less, by the root of their number, the more steps an event
/// makes; 0 or more
/// @param learningRate step size of the first half of the epochs, above 0; then it falls in a line
/// to 0. Where the loss goes out of bounds, training starts over with half of it, three times at
/// most
/// @param negatives items that each event is set against, from 1 to [#MAX_NEGATIVES]; 1 for BPR
/// @param deterministic whether the result may depend on data, settings and seed only
public record SamplingConfig(
    RankingMethod method,
    int rank,
    int iterations,
    int threads,
    long seed,
    HoldoutRule holdout,
    double l2,
    double learningRate,
    int negatives,
    boolean deterministic)
    implements RankingSettings {
  /// More are drawn from no stripe.
  public static final int MAX_NEGATIVES = 1024;

  public SamplingConfig {
    require(
        method != RankingMethod.IALS, "negatives must be sampled by bpr or softmax: method=ials");
    SettingsCheck.requireRanking(rank, iterations, threads);
    SettingsCheck.requireSteps(l2, learningRate);
    require(
        negatives >= 1 && negatives <= MAX_NEGATIVES,
        "negatives must be from 1 to %d: negatives=%d".formatted(MAX_NEGATIVES, negatives));
    require(
        method != RankingMethod.BPR || negatives == 1,
        "bpr must have one negative: negatives=" + negatives);
  }

  /// What a method does best with on data of any kind; a thread per processor, nothing held out.
  public static SamplingConfig defaults(RankingMethod method) {
    boolean bpr = method == RankingMethod.BPR;
    return new SamplingConfig(
        method,
        30,
        20,
        Runtime.getRuntime().availableProcessors(),
        42,
        new HoldoutRule.Fraction(0),
        bpr ? 3 : 7.5,
        0.25,
        bpr ? 1 : 4,
        false);
  }

  /// How workers share tiles: `Strata` where deterministic, else `Hogwild`.
  public String schedule() {
    return scheduleOfTiles().getClass().getSimpleName();
  }

  Schedule scheduleOfTiles() {
    return deterministic ? new Schedule.Strata() : new Schedule.Hogwild();
  }

  @Override
  public SamplingConfig withIterations(int value) {
    return new SamplingConfig(
        method, rank, value, threads, seed, holdout, l2, learningRate, negatives, deterministic);
  }

  @Override
  public Map<String, String> metadata(long events, int users, int items) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(SavedSettings.L2, Double.toString(l2));
    metadata.put(SavedSettings.LEARNING_RATE, Double.toString(learningRate));
    metadata.put(SavedSettings.NEGATIVES, Integer.toString(negatives));
    metadata.put(SavedSettings.SCHEDULE, schedule());
    return metadata;
  }

  static SamplingConfig parse(RankingMethod method, SavedSettings saved, int threads) {
    return new SamplingConfig(
        method,
        saved.integer(ModelFormat.RANK),
        saved.integer(SavedSettings.EPOCHS),
        threads,
        saved.longInteger(SavedSettings.SEED),
        saved.holdout(),
        saved.decimal(SavedSettings.L2),
        saved.decimal(SavedSettings.LEARNING_RATE),
        saved.integer(SavedSettings.NEGATIVES),
        saved.text(SavedSettings.SCHEDULE).equals("Strata"));
  }
}
