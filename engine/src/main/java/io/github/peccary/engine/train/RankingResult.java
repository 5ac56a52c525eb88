package io.github.peccary.engine.train;

import io.github.peccary.engine.model.DampedBiases;
import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.model.ModelFormat;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.train.Ials.IterationReport;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a training for rankings has learnt, and how. Owns the memory of the factors: close it once
/// they are written. A score is the product of two rows: there are no biases, and no mean.
public final class RankingResult implements AutoCloseable {
  private final RankingConfig config;
  private final Holdout holdout;
  private final FactorMatrix users;
  private final FactorMatrix items;
  private final DampedBiases baseline;
  private final long events;
  private final List<IterationReport> history = new ArrayList<>();
  private final Arena arena = Arena.ofShared();

  /// Rows of zeros, to be filled.
  RankingResult(
      RankingConfig config,
      Holdout holdout,
      DampedBiases baseline,
      int userRows,
      int itemRows,
      long events) {
    this.config = config;
    this.holdout = holdout;
    this.baseline = baseline;
    this.events = events;
    users = FactorMatrix.allocate(arena, userRows, config.rank());
    items = FactorMatrix.allocate(arena, itemRows, config.rank());
  }

  void add(IterationReport report) {
    history.add(report);
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

  /// The damped biases of the training ratings, zeros where there are none.
  public DampedBiases baseline() {
    return baseline;
  }

  /// Events trained on.
  public long events() {
    return events;
  }

  /// Every iteration.
  public List<IterationReport> history() {
    return Collections.unmodifiableList(history);
  }

  /// The loss after the last iteration.
  public double loss() {
    return history.getLast().loss();
  }

  /// Whether training was ended early from outside.
  public boolean stopped() {
    return history.size() < config.iterations();
  }

  /// Events per second of the median iteration; each is used twice in one.
  public double eventsPerSecond() {
    double[] sorted = history.stream().mapToDouble(IterationReport::seconds).sorted().toArray();
    return events / ((sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2);
  }

  /// Settings as a model file keeps them. Nothing here tells of threads, machine or time.
  public Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>(config.metadata());
    metadata.put(ModelFormat.OBJECTIVE, ModelFormat.RANKING);
    metadata.put(ModelFormat.BIASES, "false");
    metadata.put(ModelFormat.HOLDOUT, holdout.toString());
    metadata.put(ModelFormat.REFIT, "false");
    if (stopped()) {
      metadata.put("peccary.train.stoppedAfterEpoch", Integer.toString(history.size()));
    }
    metadata.put("peccary.metric.loss", Double.toString(loss()));
    return metadata;
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
