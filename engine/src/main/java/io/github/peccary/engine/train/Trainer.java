package io.github.peccary.engine.train;

import io.github.peccary.engine.metric.RatingMetrics;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.train.EpochListener.EpochReport;
import java.util.Arrays;

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
  /// Epochs without a new best before training stops: factors start so small that held-out errors
  /// may rise a little before they fall.
  private static final int PATIENCE = 10;

  private static final int MAX_DIVERGENCES = 3;

  /// An epoch that multiplies the lowest error by this has diverged. Long before a number in a row
  /// overflows, errors of its ratings are huge, so the rows that training keeps are finite.
  private static final double DIVERGING_GROWTH = 4;

  /// By how large a part of the error factors may lose to the biases alone before they are dropped:
  /// less than splits differ by, and biases alone recommend the same to everybody.
  private static final double WORTH_OF_FACTORS = 5e-4;

  private final TrainConfig config;
  private final EpochListener listener;
  private final double[] epochSeconds;
  private int epochsRun;
  private double ratingsPerSecond;
  private double biasesRmse;

  private Trainer(TrainConfig config, EpochListener listener) {
    this.config = config;
    this.listener = listener;
    epochSeconds = new double[config.epochs()];
  }

  /// Trains on the explicit ratings of a rating matrix.
  ///
  /// @param listener hears of every epoch
  /// @return the factors, off the heap: to be closed
  /// @throws IllegalArgumentException if there is no rating to train on
  /// @throws TrainingDivergedException if errors stay infinite at an eighth of the learning rate
  public static TrainingResult train(
      RatingMatrix ratings, TrainConfig config, EpochListener listener) {
    return new Trainer(config, listener).train(ratings);
  }

  private TrainingResult train(RatingMatrix ratings) {
    Holdout holdout =
        switch (config.holdout()) {
          case TrainConfig.HoldoutRule.Fraction(double fraction) when fraction == 0 ->
              Holdout.none();
          case TrainConfig.HoldoutRule.Fraction(double fraction) ->
              Holdout.random(fraction, config.seed());
          case TrainConfig.HoldoutRule.LeaveOut(int k) ->
              Holdout.leaveOut(ratings, k, config.seed());
        };
    try (Workers workers = new Workers(config.threads())) {
      Fit fit = newFit(ratings, holdout, workers);
      try {
        RatingMetrics baseline = fit.measureBaseline();
        RatingMetrics globalMean = fit.measureGlobalMean();
        biasesRmse = baseline.rmse();
        int bestEpoch = run(fit, config.epochs(), false);
        RatingMetrics heldOut = fit.measureHeldOut();
        ratingsPerSecond = fit.ratings() / median(epochSeconds, epochsRun);
        if (config.refit() && fit.heldOutRatings() > 0) {
          fit.close();
          fit = newFit(ratings, Holdout.none(), workers);
          run(fit, bestEpoch, true);
        }
        RatingMetrics training = fit.measureTraining();
        return new TrainingResult(
            config,
            fit,
            holdout,
            bestEpoch,
            Arrays.copyOf(epochSeconds, epochsRun),
            ratingsPerSecond,
            training,
            heldOut,
            baseline,
            globalMean);
      } catch (Throwable t) {
        fit.close();
        throw t;
      }
    }
  }

  private Fit newFit(RatingMatrix ratings, Holdout holdout, Workers workers) {
    Fit fit;
    try (WarmUp _ = new WarmUp(config.rank())) {
      fit = new Fit(ratings, config, holdout, workers);
    }
    if (fit.ratings() == 0) {
      fit.close();
      throw new IllegalArgumentException(
          "there must be ratings to train on: ratings=%d, holdout=%s; all events may be implicit, or all held out"
              .formatted(ratings.ratings(), holdout));
    }
    return fit;
  }

  /// The training loop. Returns the number of the best epoch, whose rows `fit` then holds; 0 when
  /// the biases alone were best.
  private int run(Fit fit, int epochs, boolean refit) {
    LearningRate learningRate = new LearningRate(config.learningRate());
    boolean heldOut = fit.heldOutRatings() > 0;
    double bestError =
        heldOut && config.biases()
            ? fit.measureStart().rmse() * (1 + WORTH_OF_FACTORS)
            : Double.POSITIVE_INFINITY;
    double lowestTrainError = fit.easyError();
    int bestEpoch = 0;
    int divergences = 0;
    fit.saveBest();
    for (int epoch = 1; epoch <= epochs; epoch++) {
      long start = System.nanoTime();
      double trainError = Math.sqrt(fit.epoch(learningRate, epoch));
      double seconds = (System.nanoTime() - start) / 1e9;
      double error = heldOut ? fit.measureHeldOut().rmse() : Double.NaN;
      boolean diverged = !(trainError <= DIVERGING_GROWTH * lowestTrainError); // so is a NaN
      report(fit, epoch, epochs, refit, trainError, error, seconds, diverged);
      if (diverged) {
        if (++divergences > MAX_DIVERGENCES) {
          throw new TrainingDivergedException(learningRate.at(epoch), epoch);
        }
        fit.restoreBest();
        learningRate.halve();
        epoch = bestEpoch;
        continue;
      }
      lowestTrainError = Math.min(lowestTrainError, trainError);
      if (error < bestError || !heldOut) {
        bestError = error;
        bestEpoch = epoch;
        fit.saveBest();
      } else if (epoch - bestEpoch >= PATIENCE) {
        break;
      }
    }
    fit.restoreBest();
    if (bestEpoch == 0 && config.biases()) {
      fit.clearFactors();
    }
    return bestEpoch;
  }

  private void report(
      Fit fit,
      int epoch,
      int epochs,
      boolean refit,
      double trainError,
      double error,
      double seconds,
      boolean diverged) {
    if (!refit && !diverged) {
      epochSeconds[epoch - 1] = seconds;
      epochsRun = epoch;
    }
    listener.epoch(
        new EpochReport(
            epoch,
            epochs,
            refit,
            trainError,
            error,
            Double.isNaN(error) ? Double.NaN : biasesRmse,
            fit.ratings() / seconds,
            seconds * (epochs - epoch),
            diverged));
  }

  private static double median(double[] values, int count) {
    double[] sorted = Arrays.copyOf(values, count);
    Arrays.sort(sorted);
    return count == 0 ? Double.NaN : (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
  }
}
