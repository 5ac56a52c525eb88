package io.github.peccary.tools.command;

import io.github.peccary.engine.evaluate.CrossValidation;
import io.github.peccary.engine.evaluate.Evaluation;
import io.github.peccary.engine.evaluate.EvaluationReport;
import io.github.peccary.engine.evaluate.HistoryClass;
import io.github.peccary.engine.metric.Bootstrap;
import io.github.peccary.engine.metric.Bootstrap.Interval;
import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.IdDictionary;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.recommend.Recommender;
import io.github.peccary.engine.storage.Verify;
import io.github.peccary.tools.Console;
import io.github.peccary.tools.Format;
import io.github.peccary.tools.Refusal;
import io.github.peccary.tools.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "evaluate",
    showDefaultValues = true,
    description = {
      "Measure a model beside the baselines that it must beat.",
      "On the model's own held-out part if these are the ratings it was trained from, else on every",
      "rating of the file, or every event for a model of rankings. Held-out ratings that a model before it (train --from) may have been",
      "trained on are set aside. Rankings are of all items but those that the user had before.",
      "With --folds, it is the model's settings that are measured, not the model: as many models are",
      "trained, each without its fold, scored on that, and means and deviations over folds printed."
    },
    footer = {
      "  peccary evaluate model.safetensors ratings.safetensors",
      "  peccary evaluate model.safetensors test.safetensors --k 20 --json",
      "  peccary evaluate model.safetensors ratings.safetensors --folds 5",
    })
final class EvaluateCommand implements Callable<Integer> {
  private static final Map<String, String> NAMES =
      Map.of("globalMean", "global mean", "itemKnn", "item kNN");

  private final Console console;

  @Spec private CommandSpec spec;

  @Mixin private ModelFile file;

  @Parameters(index = "1", paramLabel = "RATINGS", description = "A ratings file.")
  private Path ratingsPath;

  @Option(names = "--k", paramLabel = "N", description = "Length of the rankings.")
  private int k = 10;

  @Option(
      names = "--ranked-users",
      paramLabel = "N",
      description = "How many users are ranked at most, the same ones every time.")
  private int rankedUsers = Evaluation.DEFAULT_RANKED_USERS;

  @Option(
      names = "--no-blend",
      description = "Rank by the factors alone, not by neighbours and popularity too.")
  private boolean noBlend;

  @Option(
      names = "--folds",
      paramLabel = "N",
      description = "Cross-validate the model's settings on so many parts of the ratings.")
  private @Nullable Integer folds;

  @Option(names = "--threads", paramLabel = "N", description = "Workers.")
  private int threads = Runtime.getRuntime().availableProcessors();

  EvaluateCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    Settings.requireCount(spec, k);
    if (rankedUsers < 0) {
      throw new ParameterException(
          spec.commandLine(), "ranked-users must be 0 or more: ranked-users=" + rankedUsers);
    }
    if (folds != null && folds < 2) {
      throw new ParameterException(spec.commandLine(), "folds must be 2 or more: folds=" + folds);
    }
    try (Workers workers = Settings.valid(spec, () -> new Workers(threads));
        FactorModel model = file.open();
        RatingMatrix ratings = RatingMatrix.open(ratingsPath, Verify.CHECKSUMS)) {
      if (folds != null) {
        new FoldsOutput(console)
            .evaluate(new CrossValidation(model, ratings, folds, threads), k, rankedUsers, workers);
        return 0;
      }
      if (!share(ratings.userIds(), model.userIds())
          && !share(ratings.itemIds(), model.itemIds())) {
        throw new Refusal(
            "the ratings must have users or items of the model: model=%s, ratings=%s; evaluate on ratings of the same people or books"
                .formatted(model.path(), ratings.path()));
      }
      long start = System.nanoTime();
      Recommender recommender = noBlend ? Recommender.withoutBlend(model) : new Recommender(model);
      EvaluationReport report = Evaluation.evaluate(recommender, ratings, k, rankedUsers, workers);
      double seconds = (System.nanoTime() - start) * 1e-9;
      print(report, seconds);
      if (!model.ranksOnly() && report.rankedUsers() > 0) {
        console.line(
            "the model was trained for ratings, and ranks by them: train --objective ranking learns what"
                + " users choose");
      }
      if (model.ranksOnly()) {
        console.line(
            "the model was trained for rankings: its scores are no ratings, without errors");
      }
      console.result(fields(report, seconds));
    }
    return 0;
  }

  private static boolean share(IdDictionary ids, IdDictionary others) {
    return IntStream.range(0, ids.size()).anyMatch(index -> others.indexOf(ids.id(index)) >= 0);
  }

  private void print(EvaluationReport report, double seconds) {
    String ratings = Format.count(report.ratings(), "rating");
    console.line(
        "%s: %s, %s without user or item in training"
            .formatted(
                report.split(),
                report.events() == report.ratings()
                    ? ratings
                    : "%s, %s among them"
                        .formatted(Format.count(report.events(), "event"), ratings),
                Format.count(report.coldRatings())));
    console.line("");
    if (report.events() == 0) {
      console.line("There is nothing to measure on.");
      return;
    }
    measures(report).lines().forEach(console::line);
    console.line("");
    if (!report.history().isEmpty()) {
      console.line("ndcg@%d by the number of items that the user had before".formatted(report.k()));
      console.line("");
      byHistory(report).lines().forEach(console::line);
      console.line("");
    }
    if (!report.intervals().isEmpty()) {
      console.line(
          "from, to: 95 %% intervals over users, bootstrap of %s, seed %d"
              .formatted(Format.count(Bootstrap.RESAMPLES, "resample"), Bootstrap.SEED));
    }
    console.line(
        "rankings of %s of %s; %s"
            .formatted(
                Format.count(report.rankedUsers()),
                Format.count(report.rankableUsers(), "user"),
                Format.seconds(seconds)));
  }

  private static Table measures(EvaluationReport report) {
    Table table = table(List.of("<"), report.models().keySet());
    Set<String> measures = new LinkedHashSet<>();
    report.models().values().forEach(values -> measures.addAll(values.keySet()));
    for (String measure : measures) {
      List<String> first = List.of(measure);
      addRows(table, first, report.models(), report.intervals(), measure);
    }
    return table;
  }

  /// A measure, and under it the bounds, where there are any.
  private static void addRows(
      Table table,
      List<String> first,
      Map<String, Map<String, Double>> models,
      Map<String, Map<String, Interval>> intervals,
      String measure) {
    table.row(row(first, models, measure));
    if (intervals.values().stream().anyMatch(of -> of.containsKey(measure))) {
      table.row(bounds("  from", first, models, intervals, measure, Interval::low));
      table.row(bounds("  to", first, models, intervals, measure, Interval::high));
    }
  }

  private static List<String> bounds(
      String title,
      List<String> first,
      Map<String, Map<String, Double>> models,
      Map<String, Map<String, Interval>> intervals,
      String measure,
      ToDoubleFunction<Interval> bound) {
    Map<String, Map<String, Double>> bounds = new LinkedHashMap<>();
    for (String model : models.keySet()) {
      Interval interval = intervals.getOrDefault(model, Map.of()).get(measure);
      bounds.put(
          model, interval == null ? Map.of() : Map.of(measure, bound.applyAsDouble(interval)));
    }
    List<String> titles = new ArrayList<>(Collections.nCopies(first.size(), ""));
    titles.set(0, title);
    return row(titles, bounds, measure);
  }

  private static Table byHistory(EvaluationReport report) {
    Table table = table(List.of("items<", "users"), report.history().getFirst().models().keySet());
    for (HistoryClass users : report.history()) {
      List<String> first = List.of(users.history().toString(), Format.count(users.users()));
      addRows(table, first, users.models(), users.intervals(), "ndcg@" + report.k());
    }
    return table;
  }

  static Table table(List<String> first, Set<String> models) {
    List<String> headers = new ArrayList<>(first);
    models.forEach(name -> headers.add(NAMES.getOrDefault(name, name)));
    return new Table(headers.toArray(String[]::new));
  }

  static List<String> row(
      List<String> first, Map<String, Map<String, Double>> models, String measure) {
    List<String> row = new ArrayList<>(first);
    models
        .values()
        .forEach(values -> row.add(Format.metric(values.getOrDefault(measure, Double.NaN))));
    return row;
  }

  static Map<String, Object> fields(EvaluationReport report, double seconds) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("split", report.split());
    fields.put("k", report.k());
    fields.put("events", report.events());
    fields.put("ratings", report.ratings());
    fields.put("setAside", report.setAside());
    fields.put("coldRatings", report.coldRatings());
    fields.put("rankableUsers", report.rankableUsers());
    fields.put("rankedUsers", report.rankedUsers());
    fields.put("models", report.models());
    fields.put("intervals", fields(report.intervals()));
    Map<String, Object> history = new LinkedHashMap<>();
    for (HistoryClass users : report.history()) {
      Map<String, Object> ofUsers = new LinkedHashMap<>();
      ofUsers.put("users", users.users());
      ofUsers.put("models", users.models());
      ofUsers.put("intervals", fields(users.intervals()));
      history.put(users.history().toString(), ofUsers);
    }
    fields.put("history", history);
    fields.put("seconds", seconds);
    return fields;
  }

  private static Map<String, Object> fields(Map<String, Map<String, Interval>> intervals) {
    Map<String, Object> fields = new LinkedHashMap<>();
    intervals.forEach(
        (model, ofModel) -> {
          Map<String, Object> bounds = new LinkedHashMap<>();
          ofModel.forEach((name, of) -> bounds.put(name, List.of(of.low(), of.high())));
          fields.put(model, bounds);
        });
    return fields;
  }
}
