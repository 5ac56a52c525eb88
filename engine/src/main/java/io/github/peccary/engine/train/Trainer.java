package io.github.peccary.engine.train;

import io.github.peccary.engine.metric.RatingMetrics;
import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.train.EpochListener.EpochReport;
import io.github.peccary.engine.train.Progress.Epoch;
import io.github.peccary.engine.train.Progress.Verdict;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Learns factors from ratings by parallel stochastic gradient descent.
///
/// The plain algorithm: for each rating `r` of user `u` and item `i`, with `e = r − μ − ⟨user row,
/// item row⟩`, move `p_u` by `η (e q_i / s − λ p_u)` and `q_i` by `η (e p_u / s − λ q_i)`, where
/// `s` is the deviation of ratings around the biases, and both biases by some of `e`; how far and
/// how strongly, depends on how many ratings the rows have ([LearningRate]). Go on until the error
/// on held-out ratings no longer falls; keep the best epoch. After Koren, Bell and Volinsky,
/// "Matrix Factorization Techniques for Recommender Systems" (Computer, 2009).
///
/// What makes it good and fast:
/// 1. It starts from the damped biases ([BiasFit]) and lets the factors learn what is left.
/// 2. Ratings lie in tiles ([TileLayout], [Grid]) whose item rows stay in a core's L2 cache.
/// 3. Workers visit the tiles on diagonals ([Schedule]), off each other's rows.
/// 4. One kernel, specialised for the stride, does the arithmetic ([TileKernel]).
/// 5. Step sizes ([LearningRate]) follow the scale of the data and need no tuning.
public final class Trainer {
  /// By how large a part of the error factors may lose to the biases alone before they are dropped:
  /// less than splits differ by, and biases alone recommend the same to everybody.
  private static final double WORTH_OF_FACTORS = 5e-4;

  private final RatingMatrix ratings;
  private final TrainConfig config;
  private final EpochListener listener;
  private BooleanSupplier stop = () -> false;
  private @Nullable FactorModel from;
  private @Nullable Predecessor predecessor;
  private @Nullable Checkpoint resumed;
  private @Nullable Path checkpointFile;
  private int checkpointEvery = 1;
  private @Nullable CheckpointWriter checkpoints;
  private double biasesRmse;
  private boolean stopped;
  private Holdout test = Holdout.none();

  /// A training to come, on the explicit ratings of a rating matrix.
  ///
  /// @param listener hears of every epoch
  public Trainer(RatingMatrix ratings, TrainConfig config, EpochListener listener) {
    this.ratings = ratings;
    this.config = config;
    this.listener = listener;
  }

  /// Trains with nothing more to say: [#train()] of a new trainer.
  public static TrainingResult train(
      RatingMatrix ratings, TrainConfig config, EpochListener listener) {
    return new Trainer(ratings, config, listener).train();
  }

  /// Lets `stop` end the training early: it is asked by every worker before each tile, a thousandth
  /// of an epoch. What comes out is the best epoch so far, as if no more had been planned; where
  /// the second training of `refit` was broken off, it is the first one's.
  public Trainer stopWhen(BooleanSupplier stop) {
    this.stop = stop;
    return this;
  }

  /// Leaves what `held` holds out of everything, a refit too. A checkpoint does not tell of it.
  public Trainer apartFrom(Holdout held) {
    test = held;
    return this;
  }

  /// Starts from a model on newer ratings. Users and items that it knows, by id, begin with its
  /// rows, the others as ever, all at a quarter of the learning rate. Scores are counted from
  /// what fits the new ratings; half of the difference to the old goes to the biases of either
  /// side, so that at first known users and items have the model's scores.
  ///
  /// Held-out ratings that the model, or one that it started from, may have been trained on would
  /// tell nothing: they are set aside, neither trained on nor measured. So are all between those it
  /// knows, if it does not hold what they have seen. Where none is left, all epochs are run, as if
  /// nothing were held out.
  ///
  /// @param model of the same rank, with biases if the training has them; open until [#train()]
  ///     returns
  public Trainer startFrom(FactorModel model) {
    from = model;
    return this;
  }

  /// Keeps the state of the training in a file, which is replaced every so many epochs and at the
  /// end. Where training is stopped in an epoch, the file has the last multiple or the best epoch,
  /// whichever is later.
  ///
  /// @param every epochs, 1 or more
  public Trainer checkpoint(Path file, int every) {
    checkpointFile = file;
    checkpointEvery = CheckpointWriter.requireInterval(every);
    return this;
  }

  /// Goes on where a checkpoint ended. The listener hears of the epochs before at once. With
  /// `deterministic` the result is, to the bit, that of a training which was never interrupted.
  ///
  /// @param checkpoint open until [#train()] returns
  public Trainer resume(Checkpoint checkpoint) {
    resumed = checkpoint;
    return this;
  }

  /// Trains, once.
  ///
  /// @return the factors, off the heap: to be closed
  /// @throws IllegalArgumentException if there is no rating to train on, or the checkpoint or the
  ///     model to start from are not of this training
  /// @throws TrainingDivergedException if errors stay infinite at an eighth of the learning rate
  /// @throws UncheckedIOException if a checkpoint cannot be written
  public TrainingResult train() {
    String origin = from == null ? Checkpoint.NO_MODEL : from.fingerprint();
    Map<String, String> identity = TrainingIdentity.of(ratings, config, origin);
    if (resumed != null) {
      resumed.requireSame(identity, true);
    }
    if (checkpointFile != null) {
      checkpoints = new CheckpointWriter(checkpointFile, checkpointEvery, identity);
    }
    Holdout holdout =
        config.holdout().of(ratings, Holdout.Scope.RATINGS, config.seed()).apartFrom(test);
    try (Workers workers = new Workers(config.threads());
        Fit fit = newFit(holdout, workers)) {
      RatingMetrics baseline = fit.measureBaseline();
      RatingMetrics globalMean = fit.measureGlobalMean();
      biasesRmse = baseline.rmse();
      Progress progress = progress(fit, config.epochs());
      if (resumed != null) {
        replay(resumed.history(), progress, fit, false);
        fit.restore(resumed.refitting() ? resumed.best() : resumed.rows(), resumed.best());
      }
      run(fit, progress, false);
      var summary =
          new TrainingResult.Summary(
              config,
              origin,
              holdout,
              progress.bestEpoch(),
              progress.standing(),
              predecessor == null ? null : predecessor.earlier(),
              fit.ratings(),
              ratings.ratings() - fit.ratings() - fit.heldOutRatings(),
              fit.measureHeldOut(),
              baseline,
              globalMean);
      if (!config.refit() || fit.heldOutRatings() == 0 || stopped) {
        return new TrainingResult(
            summary, fit, fit.measureTraining(), config.refit() && !stopped, stopped);
      }
      RatingMetrics training = fit.measureTraining();
      fit.endTraining();
      try (Fit second = newFit(Holdout.none().apartFrom(test), workers)) {
        refit(fit, progress, second);
        return stopped
            ? new TrainingResult(summary, fit, training, false, true)
            : new TrainingResult(summary, second, second.measureTraining(), true, false);
      }
    }
  }

  private Fit newFit(Holdout holdout, Workers workers) {
    Fit fit;
    try (WarmUp _ = new WarmUp(config.rank(), false)) {
      if (from != null && predecessor == null) {
        predecessor = new Predecessor(from, ratings, config, workers);
      }
      fit = new Fit(ratings, config, holdout, predecessor, workers);
    }
    if (fit.ratings() == 0) {
      fit.close();
      throw new IllegalArgumentException(
          "there must be ratings to train on: ratings=%d, holdout=%s; all events may be implicit, or all held out"
              .formatted(ratings.ratings(), holdout));
    }
    return fit;
  }

  /// The second training, on all ratings, for as many epochs as the first one found best.
  private void refit(Fit first, Progress found, Fit fit) {
    Progress progress = progress(fit, found.bestEpoch());
    if (checkpoints != null) {
      checkpoints.beginRefit(found, first);
    }
    if (resumed != null && resumed.refitting()) {
      replay(resumed.refitHistory(), progress, fit, true);
      fit.restore(resumed.rows(), resumed.rows());
    }
    run(fit, progress, true);
  }

  private Progress progress(Fit fit, int epochs) {
    double share = from == null ? 1 : LearningRate.SHARE_FROM_MODEL;
    LearningRate rate = new LearningRate(share * config.learningRate());
    boolean heldOut = fit.heldOutRatings() > 0;
    double startError = Double.POSITIVE_INFINITY;
    if (heldOut && from != null) {
      startError = fit.measureHeldOut().rmse();
    } else if (heldOut && config.biases()) {
      startError = fit.measureStart().rmse() * (1 + WORTH_OF_FACTORS);
    }
    return new Progress(epochs, rate, heldOut, startError, fit.easyError());
  }

  /// Counts the epochs of a checkpoint.
  private void replay(List<Epoch> history, Progress progress, Fit fit, boolean refit) {
    for (Epoch epoch : history) {
      fit.skipEpoch();
      report(fit, progress, epoch, refit);
      Verdict _ = progress.add(epoch);
    }
    if (checkpoints != null) {
      checkpoints.resumed(progress);
    }
  }

  /// The training loop. At its end `fit` holds the rows of the best epoch; of none, when the biases
  /// alone were best.
  private void run(Fit fit, Progress progress, boolean refit) {
    while (progress.goesOn() && !stopped) {
      long start = System.nanoTime();
      OptionalDouble squares = fit.epoch(progress.learningRate(), progress.next(), stop);
      if (squares.isEmpty()) {
        stopped = true;
        break;
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      double error = fit.heldOutRatings() > 0 ? fit.measureHeldOut().rmse() : Double.NaN;
      Epoch epoch = new Epoch(Math.sqrt(squares.getAsDouble()), error, seconds);
      report(fit, progress, epoch, refit);
      switch (progress.add(epoch)) {
        case BEST -> fit.saveBest();
        case WORSE -> {}
        case DIVERGED -> fit.restoreBest();
      }
      if (checkpoints != null) {
        checkpoints.epochEnded(progress, fit);
      }
    }
    if (checkpoints != null) {
      checkpoints.trainingEnded(progress, fit, stopped);
    }
    fit.restoreBest();
    if (progress.bestEpoch() == 0 && config.biases() && from == null) {
      fit.clearFactors();
    }
  }

  private void report(Fit fit, Progress progress, Epoch epoch, boolean refit) {
    double error = epoch.holdoutRmse();
    listener.epoch(
        new EpochReport(
            progress.next(),
            progress.epochs(),
            refit,
            epoch.trainRmse(),
            error,
            Double.isNaN(error) ? Double.NaN : biasesRmse,
            fit.ratings() / epoch.seconds(),
            epoch.seconds() * (progress.epochs() - progress.next()),
            progress.diverges(epoch)));
  }
}
