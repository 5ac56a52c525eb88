package io.github.peccary.engine.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Where the loop over epochs stands. All of it follows from the errors of the epochs so far: a
/// checkpoint keeps these and the rows, and a resumed training adds them up again.
final class Progress {
  /// Epochs without a new best before training stops: factors start so small that held-out errors
  /// may rise a little before they fall.
  private static final int PATIENCE = 10;

  private static final int MAX_DIVERGENCES = 3;

  /// An epoch that multiplies the lowest error by this has diverged. Long before a number in a row
  /// overflows, errors of its ratings are huge, so the rows that training keeps are finite.
  private static final double DIVERGING_GROWTH = 4;

  private final int epochs;
  private final LearningRate learningRate;
  private final boolean heldOut;
  private final List<Epoch> history = new ArrayList<>();
  private final Epoch[] standing;
  private double bestError;
  private double lowestTrainError;
  private int epoch;
  private int bestEpoch;
  private int historyToBest;
  private int divergences;

  /// The end of an epoch.
  ///
  /// @param trainRmse error over its ratings, each measured before its own update
  /// @param holdoutRmse error over the held-out ratings; NaN when there are none
  /// @param seconds of its updates
  record Epoch(double trainRmse, double holdoutRmse, double seconds) {}

  /// What is to be done with the rows after an epoch.
  enum Verdict {
    /// They are to be kept.
    BEST,
    /// Training goes on from them, the best ones stay.
    WORSE,
    /// They are to be the best ones again; the learning rate was halved.
    DIVERGED
  }

  /// Before the first epoch.
  ///
  /// @param epochs how many are planned
  /// @param heldOut whether the best epoch is that of the lowest held-out error, or else the last
  /// @param startError what a held-out error must stay below to be the first best
  /// @param easyError a training error that is easily reached
  Progress(
      int epochs, LearningRate learningRate, boolean heldOut, double startError, double easyError) {
    this.epochs = epochs;
    this.learningRate = learningRate;
    this.heldOut = heldOut;
    standing = new Epoch[epochs];
    bestError = startError;
    lowestTrainError = easyError;
  }

  /// Whether an epoch is to follow.
  boolean goesOn() {
    return epoch < epochs && epoch - bestEpoch < PATIENCE;
  }

  /// The number of the epoch to come, from 1.
  int next() {
    return epoch + 1;
  }

  /// Epochs behind the rows as they are, without those undone.
  int epoch() {
    return epoch;
  }

  /// How many are planned.
  int epochs() {
    return epochs;
  }

  /// The epoch whose rows are kept; 0 for those before the first.
  int bestEpoch() {
    return bestEpoch;
  }

  /// The rates of the epoch to come.
  LearningRate learningRate() {
    return learningRate;
  }

  /// Every epoch so far, those undone included.
  List<Epoch> history() {
    return List.copyOf(history);
  }

  /// The history that ends with the best epoch.
  List<Epoch> historyToBest() {
    return List.copyOf(history.subList(0, historyToBest));
  }

  /// Whether an epoch is one to be undone; so is one whose error is NaN.
  boolean diverges(Epoch done) {
    return !(done.trainRmse <= DIVERGING_GROWTH * lowestTrainError);
  }

  /// Counts an epoch.
  ///
  /// @throws TrainingDivergedException if too many have diverged
  Verdict add(Epoch done) {
    history.add(done);
    if (diverges(done)) {
      if (++divergences > MAX_DIVERGENCES) {
        throw new TrainingDivergedException(learningRate.at(next()), next());
      }
      learningRate.halve();
      epoch = bestEpoch;
      return Verdict.DIVERGED;
    }
    standing[epoch++] = done;
    lowestTrainError = Math.min(lowestTrainError, done.trainRmse);
    if (done.holdoutRmse < bestError || !heldOut) {
      bestError = done.holdoutRmse;
      bestEpoch = epoch;
      historyToBest = history.size();
      return Verdict.BEST;
    }
    return Verdict.WORSE;
  }

  /// Every epoch, without those undone.
  List<Epoch> standing() {
    return List.of(Arrays.copyOf(standing, epoch));
  }
}
