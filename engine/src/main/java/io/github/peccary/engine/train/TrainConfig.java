package io.github.peccary.engine.train;

import static io.github.peccary.engine.train.SettingsCheck.require;

import io.github.peccary.engine.model.ModelFormat;
import io.github.peccary.engine.ratings.HoldoutRule;
import java.util.LinkedHashMap;
import java.util.Map;

/// The settings of one training. Start from [#defaults], which need no tuning per data set.
///
/// @param rank factors of each user and item, 1 or more; the stride is `rank + 2` rounded up to 16
/// @param epochs passes over the training ratings at most, 0 or more; early stopping may save some
/// @param threads workers, 1 or more
/// @param seed of the split, of the initial factors and of the order of tiles
/// @param holdout what is held out to stop early and to measure
/// @param l2 penalty of a factor's square, once for each row, in units of the standard deviation of
/// what the biases leave over; how uncertain the other rows are adds to it; 0 or more
/// @param learningRate step size of the factors in the first epoch, of rows with few ratings, in
/// the same units; above 0
/// @param deterministic whether the result may depend on data, settings and seed only
/// @param refit whether to train again on all ratings for the number of epochs found best
/// @param biases whether rows carry biases and start from them; without, the model is plain `U·Vᵀ`
public record TrainConfig(
    int rank,
    int epochs,
    int threads,
    long seed,
    HoldoutRule holdout,
    double l2,
    double learningRate,
    boolean deterministic,
    boolean refit,
    boolean biases) {
  private static final String STRATA = "Strata";

  public TrainConfig {
    require(rank >= 1 && rank <= 1 << 16, "rank must be from 1 to 65536: rank=" + rank);
    require(epochs >= 0, "epochs must be 0 or more: epochs=" + epochs);
    SettingsCheck.requireThreads(threads);
    SettingsCheck.requireSteps(l2, learningRate);
  }

  /// Rank 30, up to 20 epochs, a thread per processor, a tenth of the ratings held out.
  public static TrainConfig defaults() {
    return new TrainConfig(
        30,
        20,
        Runtime.getRuntime().availableProcessors(),
        42,
        new HoldoutRule.Fraction(0.1),
        LearningRate.DEFAULT_L2,
        LearningRate.DEFAULT_RATE,
        false,
        false,
        true);
  }

  /// The settings as a model keeps them, but for its rank and its hold-out, which the file has
  /// anyway. Threads are not kept: nothing depends on them.
  Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(ModelFormat.BIASES, Boolean.toString(biases));
    metadata.put(SavedSettings.EPOCHS, Integer.toString(epochs));
    metadata.put(SavedSettings.SEED, Long.toString(seed));
    metadata.put(SavedSettings.L2, Double.toString(l2));
    metadata.put(SavedSettings.LEARNING_RATE, Double.toString(learningRate));
    metadata.put(SavedSettings.SCHEDULE, schedule());
    return metadata;
  }

  /// The settings that a model was trained with; without `refit` where it did not come to that.
  ///
  /// @param metadata of the model
  /// @throws IllegalArgumentException if one is missing or is no such setting
  public static TrainConfig parse(Map<String, String> metadata, int threads) {
    SavedSettings saved = new SavedSettings(metadata);
    return new TrainConfig(
        saved.integer(ModelFormat.RANK),
        saved.integer(SavedSettings.EPOCHS),
        threads,
        saved.longInteger(SavedSettings.SEED),
        saved.holdout(),
        saved.decimal(SavedSettings.L2),
        saved.decimal(SavedSettings.LEARNING_RATE),
        saved.text(SavedSettings.SCHEDULE).equals(STRATA),
        saved.flag(ModelFormat.REFIT),
        saved.flag(ModelFormat.BIASES));
  }

  /// `Hogwild` or `Strata`.
  String schedule() {
    return deterministic ? STRATA : "Hogwild";
  }

  /// These settings with another `rank`.
  public TrainConfig withRank(int value) {
    return new TrainConfig(
        value, epochs, threads, seed, holdout, l2, learningRate, deterministic, refit, biases);
  }

  /// These settings with another `epochs`.
  public TrainConfig withEpochs(int value) {
    return new TrainConfig(
        rank, value, threads, seed, holdout, l2, learningRate, deterministic, refit, biases);
  }

  /// These settings with another `threads`.
  public TrainConfig withThreads(int value) {
    return new TrainConfig(
        rank, epochs, value, seed, holdout, l2, learningRate, deterministic, refit, biases);
  }

  /// These settings with another `seed`.
  public TrainConfig withSeed(long value) {
    return new TrainConfig(
        rank, epochs, threads, value, holdout, l2, learningRate, deterministic, refit, biases);
  }

  /// These settings with another `holdout`.
  public TrainConfig withHoldout(HoldoutRule value) {
    return new TrainConfig(
        rank, epochs, threads, seed, value, l2, learningRate, deterministic, refit, biases);
  }

  /// These settings with another `l2`.
  public TrainConfig withL2(double value) {
    return new TrainConfig(
        rank, epochs, threads, seed, holdout, value, learningRate, deterministic, refit, biases);
  }

  /// These settings with another `learningRate`.
  public TrainConfig withLearningRate(double value) {
    return new TrainConfig(
        rank, epochs, threads, seed, holdout, l2, value, deterministic, refit, biases);
  }

  /// These settings with another `deterministic`.
  public TrainConfig withDeterministic(boolean value) {
    return new TrainConfig(
        rank, epochs, threads, seed, holdout, l2, learningRate, value, refit, biases);
  }

  /// These settings with another `refit`.
  public TrainConfig withRefit(boolean value) {
    return new TrainConfig(
        rank, epochs, threads, seed, holdout, l2, learningRate, deterministic, value, biases);
  }

  /// These settings with another `biases`.
  public TrainConfig withBiases(boolean value) {
    return new TrainConfig(
        rank, epochs, threads, seed, holdout, l2, learningRate, deterministic, refit, value);
  }
}
