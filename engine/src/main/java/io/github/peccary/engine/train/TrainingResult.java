package io.github.peccary.engine.train;

import io.github.peccary.engine.metric.RatingMetrics;
import io.github.peccary.engine.model.DampedBiases;
import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.model.ModelFormat;
import io.github.peccary.engine.model.UserRidge;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.PairFilter;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// What training has learnt, and how. Owns the memory of the factors: close it once they are
/// written.
public final class TrainingResult implements AutoCloseable {
  private final Summary summary;
  private final Arena arena = Arena.ofShared();
  private final FactorMatrix users;
  private final FactorMatrix items;
  private final float globalMean;
  private final DampedBiases baseline;
  private final @Nullable UserRidge ridge;
  private final RatingMetrics training;
  private final boolean refit;
  private final boolean stopped;

  /// What the training with a held-out part has shown.
  ///
  /// @param from fingerprint of the model that training started from, or [Checkpoint#NO_MODEL]
  /// @param epochs every one, without those undone
  /// @param earlier see [#earlier]
  /// @param ratings trained on in each epoch
  /// @param setAside held out, but perhaps seen by the model that training started from
  record Summary(
      TrainConfig config,
      String from,
      Holdout holdout,
      int bestEpoch,
      List<Progress.Epoch> epochs,
      @Nullable PairFilter earlier,
      long ratings,
      long setAside,
      RatingMetrics heldOut,
      RatingMetrics heldOutBaseline,
      RatingMetrics heldOutGlobalMean) {}

  /// Takes the rows out of `fit` and closes it.
  ///
  /// @param training errors of the rows over the ratings they were trained on
  /// @param refit whether the rows are those of the second training
  /// @param stopped whether training was ended early from outside
  TrainingResult(Summary summary, Fit fit, RatingMetrics training, boolean refit, boolean stopped) {
    this.summary = summary;
    this.training = training;
    this.refit = refit;
    this.stopped = stopped;
    fit.endTraining();
    globalMean = fit.globalMean();
    baseline = fit.baseline();
    ridge = fit.ridge();
    users = fit.users(arena);
    items = fit.items(arena);
    fit.close();
  }

  /// The settings it was trained with.
  public TrainConfig config() {
    return summary.config;
  }

  /// What was held out to find the best epoch; with `refit`, it was trained on in the end.
  public Holdout holdout() {
    return summary.holdout;
  }

  /// Rows of users: `users × stride`.
  public FactorMatrix users() {
    return users;
  }

  /// Rows of items: `items × stride`.
  public FactorMatrix items() {
    return items;
  }

  /// What scores are counted from: the rating to expect where neither user nor item had any in
  /// training, or 0 for plain `U·Vᵀ`.
  public float globalMean() {
    return globalMean;
  }

  /// What training makes of the row of a user while the items stand still; null without an l2, as
  /// few ratings do not determine a row then.
  public @Nullable UserRidge ridge() {
    return ridge;
  }

  /// The damped biases of the ratings that the factors were trained on.
  public DampedBiases baseline() {
    return baseline;
  }

  /// Epochs run until early stopping, without those of a refit and those undone.
  public int epochs() {
    return summary.epochs.size();
  }

  /// Whether training was ended early from outside, before all was done.
  public boolean stopped() {
    return stopped;
  }

  /// Whether the factors were trained again on all ratings, the held-out ones included.
  public boolean refit() {
    return refit;
  }

  /// The epoch whose factors these are, from 1; 0 when no epoch was better than the biases alone.
  public int bestEpoch() {
    return summary.bestEpoch;
  }

  /// Seconds of each epoch's updates, without measuring.
  public double[] epochSeconds() {
    return summary.epochs.stream().mapToDouble(Progress.Epoch::seconds).toArray();
  }

  /// Updates per second of the median epoch.
  public double ratingsPerSecond() {
    double[] sorted = epochSeconds();
    Arrays.sort(sorted);
    int count = sorted.length;
    double median = count == 0 ? Double.NaN : (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
    return summary.ratings / median;
  }

  /// Errors of the final factors over the ratings they were trained on.
  public RatingMetrics training() {
    return training;
  }

  /// Errors of the best epoch over the held-out ratings; of none when nothing was held out.
  public RatingMetrics heldOut() {
    return summary.heldOut;
  }

  /// Held-out ratings that were not measured, as an earlier model may have been trained on them.
  public long setAside() {
    return summary.setAside;
  }

  /// The pairs that the model which training started from, or one before it, may have been trained
  /// on; null if training started from scratch.
  public @Nullable PairFilter earlier() {
    return summary.earlier;
  }

  /// Errors of the damped biases alone over the held-out ratings.
  public RatingMetrics heldOutBaseline() {
    return summary.heldOutBaseline;
  }

  /// Errors of the mean of the training ratings over the held-out ratings.
  public RatingMetrics heldOutGlobalMean() {
    return summary.heldOutGlobalMean;
  }

  /// `Hogwild` or `Strata`.
  public String schedule() {
    return summary.config.schedule();
  }

  /// Settings and metrics as a model file keeps them. Nothing here tells of threads, machine or
  /// time, so that a deterministic training writes the same bytes everywhere.
  public Map<String, String> metadata() {
    RatingMetrics heldOut = heldOut();
    Map<String, String> metadata = new LinkedHashMap<>(config().metadata());
    metadata.put(ModelFormat.OBJECTIVE, ModelFormat.RATING);
    metadata.put("peccary.holdout", holdout().toString());
    metadata.put("peccary.refit", Boolean.toString(refit));
    metadata.put("peccary.train.bestEpoch", Integer.toString(bestEpoch()));
    if (!summary.from.equals(Checkpoint.NO_MODEL)) {
      metadata.put(Checkpoint.FROM, summary.from);
    }
    if (stopped) {
      metadata.put("peccary.train.stoppedAfterEpoch", Integer.toString(epochs()));
    }
    metadata.put("peccary.metric.trainRmse", Double.toString(training.rmse()));
    metadata.put("peccary.curve.trainRmse", curve(Progress.Epoch::trainRmse));
    if (heldOut.count() > 0) {
      metadata.put("peccary.curve.holdoutRmse", curve(Progress.Epoch::holdoutRmse));
      metadata.put("peccary.metric.holdoutRmse", Double.toString(heldOut.rmse()));
      metadata.put("peccary.metric.holdoutMae", Double.toString(heldOut.mae()));
      metadata.put("peccary.metric.holdoutBiasesRmse", Double.toString(heldOutBaseline().rmse()));
    }
    return metadata;
  }

  private String curve(ToDoubleFunction<Progress.Epoch> error) {
    return ModelFormat.curve(summary.epochs.stream().mapToDouble(error));
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
