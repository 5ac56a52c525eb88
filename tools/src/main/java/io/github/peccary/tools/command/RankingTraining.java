package io.github.peccary.tools.command;

import io.github.peccary.engine.evaluate.BlendTraining;
import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.model.Blend;
import io.github.peccary.engine.model.FactorModelWriter;
import io.github.peccary.engine.model.HistoryLength;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.HoldoutRule;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.storage.Verify;
import io.github.peccary.engine.train.Checkpoint;
import io.github.peccary.engine.train.Ials.IterationListener;
import io.github.peccary.engine.train.Ials.IterationReport;
import io.github.peccary.engine.train.RankingConfig;
import io.github.peccary.engine.train.RankingMethod;
import io.github.peccary.engine.train.RankingResult;
import io.github.peccary.engine.train.RankingSettings;
import io.github.peccary.engine.train.RankingTrainer;
import io.github.peccary.engine.train.SamplingConfig;
import io.github.peccary.tools.Console;
import io.github.peccary.tools.Format;
import io.github.peccary.tools.Interruption;
import io.github.peccary.tools.ProgressBar;
import io.github.peccary.tools.command.TrainCommand.Objective;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// A training for rankings: the options that only it has, and what it prints.
final class RankingTraining {
  private static final RankingConfig DEFAULTS = RankingConfig.defaults();
  private static final String METHOD = "--method";
  private static final String UNOBSERVED = "--unobserved-weight";
  private static final String RATING = "--rating-weight";
  private static final String NEGATIVES = "--negatives";
  private static final String LEARNING_RATE = "--learning-rate";
  private static final String NO_BLEND = "--no-blend";
  private static final List<String> OF_RANKINGS =
      List.of(METHOD, UNOBSERVED, RATING, NEGATIVES, NO_BLEND);
  private static final List<String> OF_RATINGS = List.of("--refit", "--no-biases", "--from");

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = METHOD,
      paramLabel = "NAME",
      description = {
        "How rankings are learnt: ials, least squares over all pairs; softmax, each event against",
        "items drawn by popularity; or bpr, against one item drawn from all alike."
      })
  private RankingMethod method = RankingMethod.IALS;

  @Option(
      names = NEGATIVES,
      paramLabel = "N",
      description = "For softmax: items that each event is set against.")
  private int negatives = SamplingConfig.defaults(RankingMethod.SOFTMAX).negatives();

  @Option(
      names = UNOBSERVED,
      paramLabel = "X",
      description = {
        "For ials: weight of all pairs together at 0, in events at 1; by default it follows",
        "from how sparse the events are: 8 / ∛(events / pairs)."
      })
  private @Nullable Double unobservedWeight;

  @Option(
      names = RATING,
      paramLabel = "X",
      description = "For ials: what each point of a rating adds to the weight of its event.")
  private double ratingWeight = DEFAULTS.ratingWeight();

  @Option(
      names = NO_BLEND,
      description = "For rankings: go by the factors alone, not by neighbours and popularity too.")
  private boolean noBlend;

  /// Refuses options of the other objective, or of another method.
  void requireFit(Objective objective) {
    if (objective == Objective.RATING) {
      refuse(OF_RANKINGS, "objective", Objective.RANKING, objective);
      return;
    }
    refuse(OF_RATINGS, "objective", Objective.RATING, objective);
    if (method == RankingMethod.IALS) {
      refuse(List.of(LEARNING_RATE), "method", "softmax or bpr", method);
    } else {
      refuse(List.of(UNOBSERVED, RATING), "method", RankingMethod.IALS, method);
    }
    if (method != RankingMethod.SOFTMAX) {
      refuse(List.of(NEGATIVES), "method", RankingMethod.SOFTMAX, method);
    }
  }

  private void refuse(List<String> options, String kind, Object fitting, Object found) {
    for (String option : options) {
      if (given(option)) {
        throw new ParameterException(
            spec.commandLine(),
            "%s must go with the %s %s: %s=%s; leave it out"
                .formatted(option, kind, fitting, kind, found));
      }
    }
  }

  private boolean given(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  /// The settings of the chosen method.
  RankingSettings config(
      int rank,
      int epochs,
      int threads,
      long seed,
      HoldoutRule holdout,
      double l2,
      double learningRate,
      boolean deterministic) {
    if (method == RankingMethod.IALS) {
      double penalty = given("--l2") ? l2 : DEFAULTS.l2();
      return new RankingConfig(
          rank,
          epochs,
          threads,
          seed,
          holdout,
          penalty,
          unobservedWeight == null ? OptionalDouble.empty() : OptionalDouble.of(unobservedWeight),
          ratingWeight);
    }
    SamplingConfig defaults = SamplingConfig.defaults(method);
    return new SamplingConfig(
        method,
        rank,
        epochs,
        threads,
        seed,
        holdout,
        given("--l2") ? l2 : defaults.l2(),
        given(LEARNING_RATE) ? learningRate : defaults.learningRate(),
        method == RankingMethod.SOFTMAX ? negatives : defaults.negatives(),
        deterministic);
  }

  /// Trains, writes and prints. What to blend is no part of a checkpoint: it is learnt again,
  /// and is the same.
  ///
  /// @param start of the command, in nanoseconds
  /// @return the exit code
  int train(
      Console console,
      Path input,
      Path output,
      RankingSettings config,
      boolean withSeen,
      Continuation continuation,
      long start)
      throws IOException {
    try (Interruption interruption = new Interruption(() -> noteNoModel(console));
        RatingMatrix ratings = RatingMatrix.open(input, Verify.CHECKSUMS);
        Checkpoint checkpoint = continuation.openCheckpoint();
        ProgressBar progress = console.progress()) {
      IterationListener listener = listener(console, progress, interruption);
      RankingTrainer trainer = new RankingTrainer(ratings, config, listener);
      continuation.apply(trainer, checkpoint);
      Blend blend = noBlend || !withSeen ? null : blend(progress, ratings, config, interruption);
      try (RankingResult result = trainer.stopWhen(interruption::requested).train()) {
        progress.clear();
        new FactorModelWriter(
                ratings,
                result.users(),
                result.items(),
                result.baseline(),
                TrainCommand.metadata(ratings, result.metadata()))
            .seen(withSeen)
            .ridge(result.ridge())
            .blend(blend)
            .write(output);
        double seconds = TrainCommand.secondsSince(start);
        print(console, output, ratings, config, result, blend, seconds);
        console.result(fields(output, config, result, blend, seconds));
        if (!interruption.requested()) {
          return 0;
        }
        console.note(
            "peccary: interrupted after %s: %s holds the last%s"
                .formatted(
                    Format.count(result.history().size(), "epoch"), output, continuation.hint()));
        return Interruption.EXIT_CODE;
      }
    }
  }

  private static Blend blend(
      ProgressBar progress,
      RatingMatrix ratings,
      RankingSettings config,
      Interruption interruption) {
    try (Workers workers = new Workers(config.threads())) {
      progress.update(0, 1, () -> "learning what to blend");
      return BlendTraining.learn(
          ratings, config, config.holdoutOf(ratings), workers, interruption::requested);
    }
  }

  private static void noteNoModel(Console console) {
    console.note("peccary: interrupted before the first epoch was complete: no model is written");
  }

  private static IterationListener listener(
      Console console, ProgressBar progress, Interruption interruption) {
    return new IterationListener() {
      @Override
      public void iteration(IterationReport report) {
        interruption.worthwhile();
        progress.update(report.iteration(), report.iterations(), () -> words(report));
      }

      @Override
      public void startedOver(int iteration, double learningRate) {
        progress.clear();
        console.note(
            "peccary: epoch %d diverged; training starts over at half of the learning rate, %s"
                .formatted(iteration, learningRate));
      }
    };
  }

  private static String words(IterationReport report) {
    int left = report.iterations() - report.iteration();
    return "%d/%d loss %s %s left"
        .formatted(
            report.iteration(),
            report.iterations(),
            loss(report.loss()),
            Format.seconds(left * report.seconds()));
  }

  /// That of iALS is a sum over all pairs, that of sampled methods a mean over the events.
  private static String loss(double value) {
    return value < 1000 ? Format.metric(value) : Format.scaled(value);
  }

  private static void print(
      Console console,
      Path output,
      RatingMatrix ratings,
      RankingSettings config,
      RankingResult result,
      @Nullable Blend blend,
      double seconds) {
    console.line(
        "%s: %s × %s, rank %d, for rankings"
            .formatted(
                output,
                Format.count(ratings.users(), "user"),
                Format.count(ratings.items(), "item"),
                config.rank()));
    console.line("");
    console.line(
        "  %s of %s; %s events/s (%s, %s, %s kernel of %d lanes)"
            .formatted(
                Format.count(result.history().size(), "epoch"),
                Format.count(result.events(), "event"),
                Format.scaled(result.eventsPerSecond()),
                name(config),
                Format.count(config.threads(), "thread"),
                Kernels.active(),
                Kernels.lanes()));
    console.line(
        "  loss from %s to %s; what it is worth, evaluate tells"
            .formatted(loss(result.history().getFirst().loss()), loss(result.loss())));
    if (blend != null) {
      console.line(
          "  rankings also go by neighbours and popularity, the more the shorter a history");
    }
    console.line("");
    console.line(Format.seconds(seconds));
  }

  private static Map<String, Object> weights(Blend blend) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (HistoryLength length : HistoryLength.values()) {
      Blend.Weights weights = blend.weights(length);
      Map<String, Object> ofLength = new LinkedHashMap<>();
      ofLength.put("factors", weights.factors());
      ofLength.put("neighbors", weights.neighbors());
      ofLength.put("popularity", weights.popularity());
      fields.put(length.toString(), ofLength);
    }
    return fields;
  }

  private static String name(RankingSettings config) {
    return switch (config) {
      case RankingConfig _ -> "iALS";
      case SamplingConfig sampling -> sampling.method() + ", " + sampling.schedule();
    };
  }

  private static String schedule(RankingSettings config) {
    return config instanceof SamplingConfig sampling ? sampling.schedule() : "Alternating";
  }

  private static Map<String, Object> fields(
      Path output,
      RankingSettings config,
      RankingResult result,
      @Nullable Blend blend,
      double seconds) {
    List<Double> epochSeconds = new ArrayList<>();
    List<Map<String, Object>> history = new ArrayList<>();
    for (IterationReport report : result.history()) {
      epochSeconds.add(report.seconds());
      Map<String, Object> epoch = new LinkedHashMap<>();
      epoch.put("epoch", report.iteration());
      if (!Double.isNaN(report.lossOfUsers())) {
        epoch.put("lossOfUsers", report.lossOfUsers());
      }
      epoch.put("loss", report.loss());
      history.add(epoch);
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("output", output.toString());
    fields.put("objective", Objective.RANKING.toString());
    fields.put("method", config.method().toString());
    fields.put("rank", config.rank());
    fields.put("stride", result.items().stride());
    fields.put("threads", config.threads());
    fields.put("schedule", schedule(config));
    fields.put("kernel", Kernels.active());
    fields.put("lanes", Kernels.lanes());
    fields.put("epochs", history.size());
    fields.put("bestEpoch", history.size());
    fields.put("trainRmse", Double.NaN); // a score is no rating
    fields.put("loss", result.loss());
    fields.put("blend", blend == null ? Map.of() : weights(blend));
    fields.put("events", result.events());
    fields.put("holdout", Map.of());
    fields.put("split", result.holdout().toString());
    fields.put("interrupted", result.stopped());
    fields.put("epochSeconds", epochSeconds);
    fields.put("ratingsPerSecond", result.eventsPerSecond());
    fields.put("history", history);
    fields.put("seconds", seconds);
    Settings.putMemory(fields);
    return fields;
  }
}
