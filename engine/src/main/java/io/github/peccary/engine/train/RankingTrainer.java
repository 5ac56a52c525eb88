package io.github.peccary.engine.train;

import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.train.Ials.IterationListener;
import java.util.function.BooleanSupplier;

/// A training for rankings by whatever method the settings name: [Ials] or [RankingSgd].
public final class RankingTrainer {
  private final RatingMatrix ratings;
  private final RankingSettings settings;
  private final IterationListener listener;
  private Holdout holdout;
  private BooleanSupplier stop = () -> false;

  /// A training to come, on the events of a rating matrix.
  public RankingTrainer(
      RatingMatrix ratings, RankingSettings settings, IterationListener listener) {
    this.ratings = ratings;
    this.settings = settings;
    this.listener = listener;
    holdout = settings.holdoutOf(ratings);
  }

  /// Leaves out this, and not what the settings say.
  public RankingTrainer holdingOut(Holdout other) {
    holdout = other;
    return this;
  }

  /// Lets `stop` end the training early: it is asked after every iteration.
  public RankingTrainer stopWhen(BooleanSupplier wanted) {
    stop = wanted;
    return this;
  }

  /// Trains, once.
  ///
  /// @return the factors, off the heap: to be closed
  /// @throws IllegalArgumentException if there is no event to train on
  /// @throws TrainingDivergedException if the loss does not stay finite
  public RankingResult train() {
    return switch (settings) {
      case RankingConfig ials -> new Ials(ratings, ials, holdout, listener, stop).train();
      case SamplingConfig sampling ->
          new RankingSgd(ratings, sampling, holdout, listener, stop).train();
    };
  }
}
