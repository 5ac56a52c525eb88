package io.github.peccary.engine.train;

import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.train.Ials.IterationListener;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/// A training for rankings by whatever method the settings name: [Ials] or [RankingSgd].
public final class RankingTrainer {
  private final RatingMatrix ratings;
  private final RankingSettings settings;
  private final RankingProgress progress;
  private Holdout holdout;

  /// A training to come, on the events of a rating matrix.
  public RankingTrainer(
      RatingMatrix ratings, RankingSettings settings, IterationListener listener) {
    this.ratings = ratings;
    this.settings = settings;
    progress =
        new RankingProgress(
            settings.iterations(), TrainingIdentity.of(ratings, settings), listener);
    holdout = settings.holdoutOf(ratings);
  }

  /// Leaves out this, and not what the settings say. A checkpoint does not tell of it.
  public RankingTrainer holdingOut(Holdout other) {
    holdout = other;
    return this;
  }

  /// Lets `stop` end the training early: it is asked after every iteration.
  public RankingTrainer stopWhen(BooleanSupplier wanted) {
    progress.stopWhen(wanted);
    return this;
  }

  /// Keeps the state of the training in a file, which is replaced every so many iterations and at
  /// the end, an early one included.
  ///
  /// @param every iterations, 1 or more
  public RankingTrainer checkpoint(Path file, int every) {
    progress.checkpoint(file, every);
    return this;
  }

  /// Goes on where a checkpoint ended. The listener hears of the iterations before at once. The
  /// result is, to the bit, that of a training which was never interrupted: that of iALS always,
  /// the others' if `deterministic`. The threads may be others, and the iterations of iALS
  /// more; the rate of the other methods depends on how many are planned.
  ///
  /// @param checkpoint open until [#train()] returns
  /// @throws IllegalArgumentException if it is not of this training
  public RankingTrainer resume(Checkpoint checkpoint) {
    progress.resume(checkpoint, settings.method() == RankingMethod.IALS);
    return this;
  }

  /// Trains, once.
  ///
  /// @return the factors, off the heap: to be closed
  /// @throws IllegalArgumentException if there is no event to train on
  /// @throws TrainingDivergedException if the loss does not stay finite
  /// @throws java.io.UncheckedIOException if a checkpoint cannot be written
  public RankingResult train() {
    return switch (settings) {
      case RankingConfig ials -> new Ials(ratings, ials, holdout, progress).train();
      case SamplingConfig sampling -> new RankingSgd(ratings, sampling, holdout, progress).train();
    };
  }
}
