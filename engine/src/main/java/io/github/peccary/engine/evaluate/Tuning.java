package io.github.peccary.engine.evaluate;

import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.train.RankingSettings;
import io.github.peccary.engine.train.TrainConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Seeks settings that are better than the defaults, within a budget of time.
///
/// The plain algorithm: draw settings at random, train each, keep the best. What makes more of the
/// time is successive halving: candidates are trained for a ninth of the epochs at first, the best
/// third of them again for a third, and the best third of those for all. There is always something
/// to do: whoever is in the best third of its rung and has not gone on does so, the highest rung
/// first; else there is a new candidate. After Jamieson and Talwalkar, "Non-stochastic Best Arm
/// Identification and Hyperparameter Optimization" (AISTATS 2016), without waiting for a rung to
/// fill, as in Li et al., "A System for Massively Parallel Hyperparameter Tuning" (MLSys 2020).
///
/// The defaults are tried first and for all epochs, so that the best is never worse than they are
/// on what it is measured on: a part held out apart from the test part, which nothing here looks
/// at. What is drawn depends on the seed only, and all trainings are deterministic; how far the
/// search comes depends on the machine.
///
/// @param <S> the settings of a training
public final class Tuning<S> {
  private final S defaults;
  private final Draw<S> draw;
  private final Scoring<S> scoring;
  private final String measure;
  private final boolean higherIsBetter;
  private final String validation;
  private final LongSupplier nanoTime;
  private final SplittableRandom random;
  private final List<Rung<S>> rungs = new ArrayList<>();
  private final List<Trial<S>> trials = new ArrayList<>();
  private int candidates;

  /// Draws settings.
  interface Draw<S> {
    S draw(SplittableRandom random);
  }

  /// Trains, and measures on the validation part.
  interface Scoring<S> {
    /// Trains and measures; null if `stop` asked to end early.
    @Nullable Score score(S settings, int epochs, BooleanSupplier stop) throws IOException;
  }

  /// What settings are worth.
  ///
  /// @param score on the validation part; NaN if training diverged
  /// @param epochs that led to it: the best one, where that was sought
  /// @param seconds of the training
  record Score(double score, int epochs, double seconds) {}

  /// A training of some settings.
  ///
  /// @param candidate whose settings these are, from 0, the defaults
  /// @param epochs that led to the score
  /// @param score on the validation part; NaN if training diverged
  /// @param seconds of the training, without scoring
  public record Trial<S>(int candidate, S settings, int epochs, double score, double seconds) {}

  /// What a search has found.
  ///
  /// @param candidates how many settings were tried
  /// @param trials every training, in order; that of the defaults is the first one
  /// @param best of the best score; the defaults, unless another one is better
  /// @param frontier trials that have a better score than any faster one, by rising seconds
  public record Report<S>(
      int candidates, List<Trial<S>> trials, Trial<S> best, List<Trial<S>> frontier) {
    /// The training of the defaults.
    public Trial<S> defaults() {
      return trials.getFirst();
    }
  }

  private record Rung<S>(int epochs, List<Trial<S>> trials) {}

  /// @param epochs of the last rung, 1 or more
  /// @param nanoTime the clock
  Tuning(
      S defaults,
      Draw<S> draw,
      Scoring<S> scoring,
      String measure,
      boolean higherIsBetter,
      String validation,
      int epochs,
      long seed,
      LongSupplier nanoTime) {
    if (epochs < 1) {
      throw new IllegalArgumentException("epochs must be 1 or more to tune: epochs=" + epochs);
    }
    this.defaults = defaults;
    this.draw = draw;
    this.scoring = scoring;
    this.measure = measure;
    this.higherIsBetter = higherIsBetter;
    this.validation = validation;
    this.nanoTime = nanoTime;
    random = new SplittableRandom(seed);
    TreeSet<Integer> steps = new TreeSet<>();
    for (int share : new int[] {9, 3, 1}) {
      steps.add(Math.max(1, Math.round((float) epochs / share)));
    }
    steps.forEach(step -> rungs.add(new Rung<>(step, new ArrayList<>())));
  }

  /// A search for settings with a low RMSE.
  ///
  /// @param defaults settings with which a training for ratings would test; deterministic
  public static Tuning<TrainConfig> ofRatings(RatingMatrix ratings, TrainConfig defaults) {
    ValidationScores.OfRatings scores = ValidationScores.OfRatings.of(ratings, defaults);
    return new Tuning<>(
        defaults,
        random -> SearchSpace.draw(defaults, random),
        scores,
        "rmse",
        false,
        scores.text(),
        defaults.epochs(),
        defaults.seed(),
        System::nanoTime);
  }

  /// A search for settings with a high NDCG@10 of rankings by the factors alone.
  ///
  /// @param defaults settings with which a training for rankings would test; deterministic
  /// @param maxRankedUsers how many users are ranked at most, the same ones every time
  public static Tuning<RankingSettings> ofRankings(
      RatingMatrix ratings, RankingSettings defaults, int maxRankedUsers) {
    ValidationScores.OfRankings scores =
        ValidationScores.OfRankings.of(ratings, defaults, maxRankedUsers);
    return new Tuning<>(
        defaults,
        random -> SearchSpace.draw(defaults, random),
        scores,
        "ndcg@" + ValidationScores.K,
        true,
        scores.text(),
        defaults.iterations(),
        defaults.seed(),
        System::nanoTime);
  }

  /// What a score is: `rmse` or `ndcg@10`.
  public String measure() {
    return measure;
  }

  /// How the validation part was held out.
  public String validation() {
    return validation;
  }

  /// How much better a score is than another one, in the measure; negative if it is worse.
  public double gain(double score, double other) {
    return higherIsBetter ? score - other : other - score;
  }

  /// Searches, once. A training that is on when the time is over is broken off and does not count;
  /// that of the defaults never is.
  ///
  /// @param stop whether to end before the time is over
  /// @param listener hears of every training: what has been found so far
  /// @throws IllegalArgumentException if there is nothing to train or to validate on
  /// @throws IOException if a model, which is kept in a file to be measured, cannot be written
  public Report<S> search(double budgetSeconds, BooleanSupplier stop, Consumer<Report<S>> listener)
      throws IOException {
    long start = nanoTime.getAsLong();
    BooleanSupplier over =
        () -> stop.getAsBoolean() || (nanoTime.getAsLong() - start) * 1e-9 >= budgetSeconds;
    boolean goesOn = attempt(candidates++, defaults, rungs.getLast(), () -> false);
    while (goesOn) {
      listener.accept(report());
      goesOn = !over.getAsBoolean() && next(over);
    }
    return report();
  }

  /// Returns false if that was stopped.
  private boolean next(BooleanSupplier over) throws IOException {
    for (int rung = rungs.size() - 2; rung >= 0; rung--) {
      Trial<S> promoted = promoted(rungs.get(rung), rungs.get(rung + 1));
      if (promoted != null) {
        return attempt(promoted.candidate, promoted.settings, rungs.get(rung + 1), over);
      }
    }
    S drawn = draw.draw(random);
    boolean tried = attempt(candidates, drawn, rungs.getFirst(), over);
    candidates += tried ? 1 : 0;
    return tried;
  }

  /// The best of the best third that has not gone on; null if all have.
  private @Nullable Trial<S> promoted(Rung<S> rung, Rung<S> above) {
    return rung.trials.stream()
        .sorted(Comparator.comparingDouble(this::loss))
        .limit(rung.trials.size() / 3)
        .filter(trial -> loss(trial) < Double.POSITIVE_INFINITY)
        .filter(trial -> above.trials.stream().noneMatch(gone -> gone.candidate == trial.candidate))
        .findFirst()
        .orElse(null);
  }

  private boolean attempt(int candidate, S settings, Rung<S> rung, BooleanSupplier stop)
      throws IOException {
    Score score = scoring.score(settings, rung.epochs, stop);
    if (score == null) {
      return false;
    }
    Trial<S> trial = new Trial<>(candidate, settings, score.epochs, score.score, score.seconds);
    rung.trials.add(trial);
    trials.add(trial);
    return true;
  }

  /// Lower is better.
  private double loss(Trial<S> trial) {
    if (Double.isNaN(trial.score)) {
      return Double.POSITIVE_INFINITY;
    }
    return higherIsBetter ? -trial.score : trial.score;
  }

  private Report<S> report() {
    Trial<S> best = trials.getFirst();
    for (Trial<S> trial : trials) {
      best = loss(trial) < loss(best) ? trial : best;
    }
    List<Trial<S>> frontier = new ArrayList<>();
    double lowest = Double.POSITIVE_INFINITY;
    List<Trial<S>> bySeconds = new ArrayList<>(trials);
    bySeconds.sort(
        Comparator.comparingDouble((Trial<S> trial) -> trial.seconds)
            .thenComparingDouble(this::loss));
    for (Trial<S> trial : bySeconds) {
      if (loss(trial) < lowest) {
        lowest = loss(trial);
        frontier.add(trial);
      }
    }
    return new Report<>(candidates, List.copyOf(trials), best, List.copyOf(frontier));
  }
}
