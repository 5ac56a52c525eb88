package io.github.peccary.engine.evaluate;

import io.github.peccary.engine.evaluate.Tuning.Score;
import io.github.peccary.engine.evaluate.Tuning.Scoring;
import io.github.peccary.engine.model.DampedBiases;
import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.FactorModelWriter;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.CompressedRows;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.HoldoutRule;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.train.RankingResult;
import io.github.peccary.engine.train.RankingSettings;
import io.github.peccary.engine.train.RankingTrainer;
import io.github.peccary.engine.train.TrainConfig;
import io.github.peccary.engine.train.Trainer;
import io.github.peccary.engine.train.TrainingDivergedException;
import io.github.peccary.engine.train.TrainingResult;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// What settings are worth on a validation part, which lies apart from the test part and is held
/// out by the same rule: by chance of another seed, or the latest of what the test part leaves.
final class ValidationScores {
  /// The length of the rankings.
  static final int K = 10;

  private static final double CUSTOMARY_SHARE = 0.1;

  private ValidationScores() {}

  /// A rule that, apart from the test part, holds out about as much as that is.
  static HoldoutRule apartFrom(HoldoutRule test, RatingMatrix ratings, Holdout.Scope scope) {
    return switch (test) {
      case HoldoutRule.Fraction(double fraction) ->
          new HoldoutRule.Fraction(fraction == 0 ? CUSTOMARY_SHARE : fraction);
      case HoldoutRule.LeaveOut rule -> rule;
      case HoldoutRule.Latest rule -> rule;
      case HoldoutRule.Newest(double share) -> newestBefore(share);
      case HoldoutRule.Since rule ->
          newestBefore(share(rule.of(ratings, scope, 0), ratings, scope));
    };
  }

  /// What is new enough to be in twice the share, but not in the test part.
  private static HoldoutRule newestBefore(double share) {
    return new HoldoutRule.Newest(
        share == 0 ? CUSTOMARY_SHARE : Math.min(2 * share, (1 + share) / 2));
  }

  /// The share of what is in the scope that is held out.
  private static double share(Holdout held, RatingMatrix ratings, Holdout.Scope scope) {
    CompressedRows rows = ratings.byUser();
    long all = 0;
    long part = 0;
    for (int user = 0; user < rows.rows(); user++) {
      for (long at = rows.start(user); at < rows.end(user); at++) {
        float value = rows.value(at);
        all += scope == Holdout.Scope.EVENTS || ratings.isRating(value) ? 1 : 0;
        part += held.contains(user, rows.index(at), value) ? 1 : 0;
      }
    }
    return all == 0 ? 0 : Math.min((double) part / all, 1 - 1e-9);
  }

  /// Of the validation part and all that is drawn in training.
  private static long seed(long ofTest) {
    return ofTest + 1;
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) * 1e-9;
  }

  private static IllegalArgumentException nothing(String what, String validation) {
    return new IllegalArgumentException(
        "there must be %s to validate on: validation=%s; hold out others with --holdout"
            .formatted(what, validation));
  }

  /// The RMSE at the best epoch.
  ///
  /// @param rule of the validation part
  record OfRatings(RatingMatrix ratings, HoldoutRule rule, Holdout test, String text)
      implements Scoring<TrainConfig> {
    static OfRatings of(RatingMatrix ratings, TrainConfig defaults) {
      Holdout.Scope scope = Holdout.Scope.RATINGS;
      HoldoutRule rule = apartFrom(defaults.holdout(), ratings, scope);
      Holdout test = defaults.holdout().of(ratings, scope, defaults.seed());
      Holdout validation = rule.of(ratings, scope, seed(defaults.seed())).apartFrom(test);
      return new OfRatings(ratings, rule, test, validation.toString());
    }

    @Override
    public @Nullable Score score(TrainConfig settings, int epochs, BooleanSupplier stop) {
      long start = System.nanoTime();
      TrainConfig config =
          settings.withEpochs(epochs).withHoldout(rule).withSeed(seed(settings.seed()));
      try (TrainingResult result =
          new Trainer(ratings, config, _ -> {}).apartFrom(test).stopWhen(stop).train()) {
        if (result.heldOut().count() == 0) {
          throw nothing("ratings", text);
        }
        return result.stopped()
            ? null
            : new Score(result.heldOut().rmse(), result.bestEpoch(), secondsSince(start));
      } catch (TrainingDivergedException e) {
        return new Score(Double.NaN, epochs, secondsSince(start));
      }
    }
  }

  /// NDCG@10 of rankings of all items by the factors alone.
  record OfRankings(RatingMatrix ratings, Holdout validation, int maxRankedUsers)
      implements Scoring<RankingSettings> {
    static OfRankings of(RatingMatrix ratings, RankingSettings defaults, int maxRankedUsers) {
      Holdout.Scope scope = Holdout.Scope.EVENTS;
      HoldoutRule rule = apartFrom(defaults.holdout(), ratings, scope);
      Holdout validation =
          rule.of(ratings, scope, seed(defaults.seed())).apartFrom(defaults.holdoutOf(ratings));
      return new OfRankings(ratings, validation, maxRankedUsers);
    }

    String text() {
      return validation.toString();
    }

    @Override
    public @Nullable Score score(RankingSettings settings, int epochs, BooleanSupplier stop)
        throws IOException {
      long start = System.nanoTime();
      try (RankingResult result =
          new RankingTrainer(ratings, settings.withIterations(epochs), report -> {})
              .holdingOut(validation)
              .stopWhen(stop)
              .train()) {
        double seconds = secondsSince(start);
        return result.stopped() || stop.getAsBoolean()
            ? null
            : new Score(ndcg(result, settings.threads()), epochs, seconds);
      } catch (TrainingDivergedException e) {
        return new Score(Double.NaN, epochs, secondsSince(start));
      }
    }

    /// Nothing is compared with the biases here.
    private DampedBiases unmeasured() {
      return new DampedBiases(0, new float[ratings.users()], new float[ratings.items()]);
    }

    private double ndcg(RankingResult result, int threads) throws IOException {
      try (Workers workers = new Workers(threads);
          FactorModel model =
              UnnamedModel.map(
                  file ->
                      new FactorModelWriter(
                              ratings,
                              result.users(),
                              result.items(),
                              unmeasured(),
                              result.metadata())
                          .seen(false)
                          .write(file))) {
        double ndcg = Evaluation.ndcg(model, ratings, K, maxRankedUsers, workers);
        if (Double.isNaN(ndcg)) {
          throw nothing("events", text());
        }
        return ndcg;
      }
    }
  }
}
