package io.github.peccary.engine.evaluate;

import io.github.peccary.engine.model.Blend;
import io.github.peccary.engine.model.Blend.Weights;
import io.github.peccary.engine.model.HistoryLength;
import io.github.peccary.engine.model.ItemNeighbors;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.Interactions;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.recommend.NeighborSearch;
import io.github.peccary.engine.train.RankingResult;
import io.github.peccary.engine.train.RankingSettings;
import io.github.peccary.engine.train.RankingTrainer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/// Learns a [Blend] for a training to come, from its training events alone: what that holds out to
/// be measured on has no part in it.
///
/// One more event of some users is left out for validation. A short training on the rest shows how
/// much its factors, neighbours and popularity are worth for them ([BlendFit]). These weights are
/// kept; neighbours and popularity are then counted from all training events.
public final class BlendTraining {
  /// Users with an event left out, at most: enough for the weights, few enough to be missed.
  private static final int MAX_USERS = 4000;

  private static final int ITERATIONS = 8;

  private BlendTraining() {}

  /// Learns the blend.
  ///
  /// @param config of the training to come
  /// @param holdout what it leaves out
  /// @param stop whether to make the short training even shorter; asked after every iteration
  /// @throws IllegalArgumentException if there is no event to train on
  public static Blend learn(
      RatingMatrix ratings,
      RankingSettings config,
      Holdout holdout,
      Workers workers,
      BooleanSupplier stop) {
    try (Interactions had = Interactions.of(ratings, holdout)) {
      Map<HistoryLength, Weights> weights =
          weights(ratings, config, holdout, leftOut(had, config.seed()), workers, stop);
      int[] events = new int[had.items()];
      Arrays.setAll(events, had::users);
      return Blend.of(weights, neighbors(had, workers), events);
    }
  }

  /// One of at least two items of each user, or of as many users as are enough.
  private static int[] leftOut(Interactions had, long seed) {
    int[] leftOut = new int[had.users()];
    Arrays.fill(leftOut, -1);
    int eligible = 0;
    for (int user = 0; user < leftOut.length; user++) {
      eligible += had.itemCount(user) >= 2 ? 1 : 0;
    }
    SplittableRandom random = new SplittableRandom(seed);
    for (int user = 0; user < leftOut.length; user++) {
      int count = had.itemCount(user);
      if (count >= 2 && random.nextInt(eligible) < MAX_USERS) {
        leftOut[user] = had.item(had.start(user) + random.nextLong(count));
      }
    }
    return leftOut;
  }

  private static Map<HistoryLength, Weights> weights(
      RatingMatrix ratings,
      RankingSettings config,
      Holdout holdout,
      int[] leftOut,
      Workers workers,
      BooleanSupplier stop) {
    Holdout more = Holdout.chosen(leftOut).apartFrom(holdout);
    RankingSettings shorter = config.withIterations(Math.min(ITERATIONS, config.iterations()));
    try (RankingResult result =
            new RankingTrainer(ratings, shorter, report -> {})
                .holdingOut(more)
                .stopWhen(stop)
                .train();
        Interactions had = Interactions.of(ratings, more)) {
      return BlendFit.fit(
          result.users(), result.items(), had, neighbors(had, workers), leftOut, workers);
    }
  }

  private static ItemNeighbors neighbors(Interactions had, Workers workers) {
    BitSet all = new BitSet();
    all.set(0, had.items());
    return NeighborSearch.find(had, all, workers);
  }
}
