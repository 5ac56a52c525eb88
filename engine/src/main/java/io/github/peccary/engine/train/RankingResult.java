package io.github.peccary.engine.train;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.model.DampedBiases;
import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.model.ModelFormat;
import io.github.peccary.engine.model.UserRidge;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.train.Ials.IterationReport;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a training for rankings has learnt, and how. Owns the memory of the factors: close it once
/// they are written. A score is the product of two rows: there are no biases, and no mean.
public final class RankingResult implements AutoCloseable {
  private final RankingSettings config;
  private final RatingMatrix ratings;
  private final Holdout holdout;
  private final FactorMatrix users;
  private final FactorMatrix items;
  private final long events;
  private final RankingProgress progress;
  private @Nullable UserRidge ridge;
  private double loss = Double.NaN;
  private final Arena arena = Arena.ofShared();

  /// Rows of zeros, to be filled.
  RankingResult(
      RankingSettings config,
      RatingMatrix ratings,
      Holdout holdout,
      long events,
      RankingProgress progress) {
    this.config = config;
    this.ratings = ratings;
    this.holdout = holdout;
    this.events = events;
    this.progress = progress;
    users = FactorMatrix.allocate(arena, ratings.users(), config.rank());
    items = FactorMatrix.allocate(arena, ratings.items(), config.rank());
  }

  /// Says what the rows of the users were last solved with, and what was left then.
  void end(double lossAtEnd, UserRidge solvedWith) {
    loss = lossAtEnd;
    ridge = solvedWith;
  }

  /// What the rows of the users were solved with, the items as they are; null if they were not.
  public @Nullable UserRidge ridge() {
    return ridge;
  }

  /// What was left out of the training.
  public Holdout holdout() {
    return holdout;
  }

  /// Rows of users: `users × stride`.
  public FactorMatrix users() {
    return users;
  }

  /// Rows of items: `items × stride`.
  public FactorMatrix items() {
    return items;
  }

  /// The customary damped biases of the training ratings, which evaluation compares with; zeros
  /// where there are none. They have no part in the factors and are found when they are asked for,
  /// as long as the ratings are open.
  public DampedBiases baseline() {
    try (Workers workers = new Workers(config.threads());
        Arena scratch = Arena.ofShared()) {
      RatedRows ratedUsers = RatedRows.users(ratings, workers);
      RatedRows ratedItems = RatedRows.items(ratings, workers);
      int stride = Kernels.strideFor(config.rank());
      TileLayout.Split split =
          new TileLayout.Builder(
                  ratings,
                  holdout,
                  (_, _) -> false,
                  ratedUsers,
                  ratedItems,
                  stride,
                  workers,
                  scratch)
              .build(true);
      if (split.training().ratings() == 0) {
        return new DampedBiases(0, new float[ratings.users()], new float[ratings.items()]);
      }
      DampedBiases biases = BiasFit.adaptive(split, workers).customary().biases();
      return new DampedBiases(
          biases.globalMean(),
          ratedUsers.scatter(biases.user()),
          ratedItems.scatter(biases.item()));
    }
  }

  /// Events trained on.
  public long events() {
    return events;
  }

  /// Every iteration.
  public List<IterationReport> history() {
    return progress.history();
  }

  /// The loss after the last iteration; that of iALS is of the rows as they are, for which the
  /// users were solved once more.
  public double loss() {
    return ridge == null ? history().getLast().loss() : loss;
  }

  /// Whether training was ended early from outside.
  public boolean stopped() {
    return history().size() < config.iterations();
  }

  /// Events per second of the median iteration; each is used twice in one.
  public double eventsPerSecond() {
    double[] sorted = history().stream().mapToDouble(IterationReport::seconds).sorted().toArray();
    return events / ((sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2);
  }

  /// Settings as a model file keeps them. Nothing here tells of threads, machine or time.
  public Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(ModelFormat.OBJECTIVE, ModelFormat.RANKING);
    metadata.put(ModelFormat.BIASES, Boolean.toString(config.method() != RankingMethod.IALS));
    metadata.put(ModelFormat.HOLDOUT, holdout.toString());
    metadata.put(ModelFormat.REFIT, "false");
    metadata.put(SavedSettings.METHOD, config.method().toString());
    metadata.put(SavedSettings.EPOCHS, Integer.toString(config.iterations()));
    metadata.put(SavedSettings.SEED, Long.toString(config.seed()));
    metadata.putAll(config.metadata(events, users.rows(), items.rows()));
    if (progress.startsOver() > 0) {
      metadata.put("peccary.train.startsOver", Integer.toString(progress.startsOver()));
    }
    if (stopped()) {
      metadata.put("peccary.train.stoppedAfterEpoch", Integer.toString(history().size()));
    }
    metadata.put("peccary.metric.loss", Double.toString(loss()));
    metadata.put(
        "peccary.curve.loss",
        ModelFormat.curve(history().stream().mapToDouble(IterationReport::loss)));
    return metadata;
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
