package io.github.peccary.engine.evaluate;

import io.github.peccary.engine.model.Blend;
import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.FactorModelWriter;
import io.github.peccary.engine.model.ModelFormat;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.train.Checkpoint;
import io.github.peccary.engine.train.RankingResult;
import io.github.peccary.engine.train.RankingSettings;
import io.github.peccary.engine.train.RankingTrainer;
import io.github.peccary.engine.train.TrainConfig;
import io.github.peccary.engine.train.Trainer;
import io.github.peccary.engine.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/// What a model's settings are worth on ratings: the ratings, or the events for a model of
/// rankings, are dealt out to folds, and for each fold a model is trained without it, from nothing,
/// and scored on it beside the baselines.
///
/// What a training for ratings holds out to stop early is held out of the other folds, so that no
/// model has seen its fold in any way. A training for rankings holds out to be measured only: there
/// the fold takes that place.
public final class CrossValidation {
  private final RatingMatrix ratings;
  private final int folds;
  private final Holdout.Scope scope;
  private final long seed;
  private final Training training;

  /// Trains without a fold, and writes the model.
  private interface Training {
    void write(Path file, Holdout fold, Workers workers) throws IOException;
  }

  /// What it has found.
  ///
  /// @param split how the folds were made, in words
  /// @param folds the evaluation of each
  /// @param means over the folds, by model and measure, of measures that all folds have
  /// @param deviations the standard deviations of the same, as of a sample
  public record Report(
      String split,
      List<EvaluationReport> folds,
      Map<String, Map<String, Double>> means,
      Map<String, Map<String, Double>> deviations) {}

  /// A validation to come.
  ///
  /// @param model whose settings are used; nothing else of it is
  /// @param folds how many, 2 or more
  /// @throws IllegalArgumentException if the model was not trained from nothing, or does not tell
  ///     its settings
  public CrossValidation(FactorModel model, RatingMatrix ratings, int folds, int threads) {
    if (folds < 2) {
      throw new IllegalArgumentException("there must be 2 folds or more: folds=" + folds);
    }
    String from = model.metadata().get(Checkpoint.FROM);
    if (from != null) {
      throw new IllegalArgumentException(
          "the model must have been trained from nothing, as the one that it started from may have seen every fold: from=%s; give a model of train without --from"
              .formatted(from));
    }
    this.ratings = ratings;
    this.folds = folds;
    if (model.ranksOnly()) {
      RankingSettings settings = RankingSettings.parse(model.metadata(), threads);
      boolean blended = model.blend() != null;
      scope = Holdout.Scope.EVENTS;
      seed = settings.seed();
      training = (file, fold, workers) -> write(file, fold, settings, blended, workers);
    } else {
      TrainConfig settings = TrainConfig.parse(model.metadata(), threads);
      scope = Holdout.Scope.RATINGS;
      seed = settings.seed();
      training = (file, fold, workers) -> write(file, fold, settings);
    }
  }

  /// How many folds there are.
  public int folds() {
    return folds;
  }

  /// Trains and scores one model after the other.
  ///
  /// @param k the length of the rankings, at least 1
  /// @param maxRankedUsers how many users of each fold to rank at most
  /// @param listener hears of every fold, by its number from 1
  /// @throws IOException if a model, which is kept in a file for so long, cannot be written
  public Report evaluate(
      int k, int maxRankedUsers, Workers workers, BiConsumer<Integer, EvaluationReport> listener)
      throws IOException {
    List<EvaluationReport> reports = new ArrayList<>();
    for (int number = 1; number <= folds; number++) {
      Holdout fold = Holdout.fold(ratings, scope, number, folds, seed);
      try (FactorModel model = UnnamedModel.map(file -> training.write(file, fold, workers))) {
        reports.add(Evaluation.evaluate(model, ratings, k, maxRankedUsers, workers));
      }
      listener.accept(number, reports.getLast());
    }
    String split =
        "%d folds of all %s of %s, seed=%d"
            .formatted(
                folds,
                scope == Holdout.Scope.EVENTS ? "events" : "ratings",
                ratings.path().getFileName(),
                seed);
    return summarize(split, List.copyOf(reports));
  }

  private void write(Path file, Holdout fold, TrainConfig settings) throws IOException {
    try (TrainingResult result = new Trainer(ratings, settings, _ -> {}).apartFrom(fold).train()) {
      new FactorModelWriter(
              ratings,
              result.users(),
              result.items(),
              result.baseline(),
              metadata(result.metadata(), fold))
          .globalMean(result.globalMean())
          .seen(false)
          .write(file);
    }
  }

  private void write(
      Path file, Holdout fold, RankingSettings settings, boolean blended, Workers workers)
      throws IOException {
    Blend blend =
        blended ? BlendTraining.learn(ratings, settings, fold, workers, () -> false) : null;
    try (RankingResult result =
        new RankingTrainer(ratings, settings, report -> {}).holdingOut(fold).train()) {
      new FactorModelWriter(
              ratings,
              result.users(),
              result.items(),
              result.baseline(),
              metadata(result.metadata(), fold))
          .seen(blended)
          .blend(blend)
          .write(file);
    }
  }

  /// To evaluation, the fold is what was held out, after a refit too.
  private static Map<String, String> metadata(Map<String, String> training, Holdout fold) {
    Map<String, String> metadata = new HashMap<>(training);
    metadata.put(ModelFormat.HOLDOUT, fold.toString());
    metadata.put(ModelFormat.REFIT, "false");
    return metadata;
  }

  private static Report summarize(String split, List<EvaluationReport> reports) {
    Map<String, Map<String, Double>> means = new LinkedHashMap<>();
    Map<String, Map<String, Double>> deviations = new LinkedHashMap<>();
    reports
        .getFirst()
        .models()
        .forEach(
            (model, measures) -> {
              Map<String, Double> ofMeans = new LinkedHashMap<>();
              Map<String, Double> ofDeviations = new LinkedHashMap<>();
              for (String measure : measures.keySet()) {
                double[] values = values(reports, model, measure);
                if (values.length == reports.size()) {
                  double mean = mean(values);
                  ofMeans.put(measure, mean);
                  ofDeviations.put(measure, deviation(values, mean));
                }
              }
              means.put(model, ofMeans);
              deviations.put(model, ofDeviations);
            });
    return new Report(split, reports, means, deviations);
  }

  private static double[] values(List<EvaluationReport> reports, String model, String measure) {
    return reports.stream()
        .map(report -> report.models().getOrDefault(model, Map.of()))
        .filter(measures -> measures.containsKey(measure))
        .mapToDouble(measures -> measures.getOrDefault(measure, Double.NaN))
        .toArray();
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  private static double deviation(double[] values, double mean) {
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return Math.sqrt(squares / (values.length - 1));
  }
}
