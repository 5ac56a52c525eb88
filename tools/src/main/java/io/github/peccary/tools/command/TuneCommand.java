package io.github.peccary.tools.command;

import io.github.peccary.engine.evaluate.Evaluation;
import io.github.peccary.engine.evaluate.Tuning;
import io.github.peccary.engine.evaluate.Tuning.Report;
import io.github.peccary.engine.ratings.HoldoutRule;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.storage.Verify;
import io.github.peccary.engine.train.RankingConfig;
import io.github.peccary.engine.train.RankingMethod;
import io.github.peccary.engine.train.RankingSettings;
import io.github.peccary.engine.train.SamplingConfig;
import io.github.peccary.engine.train.TrainConfig;
import io.github.peccary.tools.Console;
import io.github.peccary.tools.Format;
import io.github.peccary.tools.Interruption;
import io.github.peccary.tools.ProgressBar;
import io.github.peccary.tools.command.TrainCommand.Objective;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "tune",
    showDefaultValues = true,
    description = {
      "Seek settings of train that are better than its defaults, for a while.",
      "Settings are drawn at random and trained for few epochs; the best third goes on with three",
      "times as many. They are measured on a validation part: held out by the same rule as the test",
      "part (--holdout), but apart from it, which is not looked at. Ratings are measured by RMSE,",
      "rankings by NDCG@10 of the factors alone, without what train blends them with. The defaults",
      "are tried first, so that the best is never worse on the validation part. The seed decides on",
      "what is drawn, the machine on how far the search comes. Ctrl-C ends it with what it has."
    },
    footer = {
      "  peccary tune ratings.safetensors",
      "  peccary tune ratings.safetensors --budget 10m -o model.safetensors",
      "  peccary tune ratings.safetensors --objective ranking --holdout leave-1-of-5",
      "  peccary tune ratings.safetensors --objective ranking --method softmax --budget 5m",
    })
final class TuneCommand implements Callable<Integer> {
  private static final String METHOD = "--method";
  private static final String RANKED_USERS = "--ranked-users";
  private static final String HOLDOUT = "--holdout";

  private final Console console;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "RATINGS", description = "A ratings file, as load writes it.")
  private Path input;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Train the best settings in the end, and write this model file.")
  private @Nullable Path output;

  @Option(
      names = "--objective",
      paramLabel = "NAME",
      description = "As in train: rating or ranking.")
  private Objective objective = Objective.RATING;

  @Option(
      names = METHOD,
      paramLabel = "NAME",
      description = "As in train, for rankings: ials, softmax or bpr.")
  private RankingMethod method = RankingMethod.IALS;

  @Option(
      names = "--budget",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      defaultValue = "60s",
      description = "How long to search, such as 60s, 10m or 1h; the defaults are always tried.")
  private Duration budget;

  @Option(
      names = HOLDOUT,
      paramLabel = "PART",
      converter = HoldoutConverter.class,
      defaultValue = "0.1",
      description = "The test part, as in train.")
  private HoldoutRule holdout;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Passes over the ratings at most; candidates begin with a ninth.")
  private int epochs = TrainConfig.defaults().epochs();

  @Option(
      names = RANKED_USERS,
      paramLabel = "N",
      description = "For rankings: how many users are ranked at most, the same ones every time.")
  private int rankedUsers = Evaluation.DEFAULT_RANKED_USERS;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of what is drawn, and as in train; the validation part has the next one.")
  private long seed = TrainConfig.defaults().seed();

  @Option(names = "--threads", paramLabel = "N", description = "Workers; they change no result.")
  private int threads = TrainConfig.defaults().threads();

  TuneCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    requireFit();
    if (objective == Objective.RATING) {
      TrainConfig defaults = Settings.valid(spec, this::ratingDefaults);
      return run(ratings -> Tuning.ofRatings(ratings, defaults), TuneOutput::options);
    }
    RankingSettings defaults = Settings.valid(spec, this::rankingDefaults);
    return run(ratings -> Tuning.ofRankings(ratings, defaults, rankedUsers), TuneOutput::options);
  }

  private void requireFit() {
    for (String option : List.of(METHOD, RANKED_USERS)) {
      if (objective == Objective.RATING && given(option) != null) {
        throw usage(
            "%s must go with the objective ranking: objective=rating; leave it out"
                .formatted(option));
      }
    }
    if (epochs < 1) {
      throw usage("epochs must be 1 or more to tune: epochs=" + epochs);
    }
    if (rankedUsers < 1) {
      throw usage("ranked-users must be 1 or more: ranked-users=" + rankedUsers);
    }
  }

  private ParameterException usage(String sentence) {
    return new ParameterException(spec.commandLine(), sentence);
  }

  private @Nullable OptionSpec given(String option) {
    return spec.commandLine().getParseResult().matchedOption(option);
  }

  private TrainConfig ratingDefaults() {
    return TrainConfig.defaults()
        .withEpochs(epochs)
        .withThreads(threads)
        .withSeed(seed)
        .withHoldout(holdout)
        .withDeterministic(true);
  }

  private RankingSettings rankingDefaults() {
    if (method == RankingMethod.IALS) {
      RankingConfig base = RankingConfig.defaults();
      return new RankingConfig(
          base.rank(),
          epochs,
          threads,
          seed,
          holdout,
          base.l2(),
          OptionalDouble.empty(),
          base.ratingWeight());
    }
    SamplingConfig base = SamplingConfig.defaults(method);
    return new SamplingConfig(
        method,
        base.rank(),
        epochs,
        threads,
        seed,
        holdout,
        base.l2(),
        base.learningRate(),
        base.negatives(),
        true);
  }

  private <S> int run(
      Function<RatingMatrix, Tuning<S>> tunings, Function<S, Map<String, Object>> options)
      throws IOException {
    long start = System.nanoTime();
    Path model = output == null ? Path.of("model.safetensors") : output;
    if (output != null) {
      Settings.requireWritable(output, input);
    }
    Map<String, Object> fields;
    List<String> command;
    boolean interrupted;
    try (Interruption interruption = new Interruption(this::noteNothing);
        RatingMatrix ratings = RatingMatrix.open(input, Verify.CHECKSUMS)) {
      Tuning<S> tuning = tunings.apply(ratings);
      Report<S> report = search(tuning, interruption, start);
      command = command(model, options.apply(report.best().settings()), report.best().epochs());
      fields =
          new TuneOutput<>(console, tuning, options)
              .print(report, Settings.commandLine(command), TrainCommand.secondsSince(start));
      interrupted = interruption.requested();
    }
    fields.put("interrupted", interrupted);
    int exitCode = 0;
    if (interrupted) {
      console.note(
          "peccary: interrupted: this is what was found so far"
              + (output == null ? "" : "; no model is written"));
      exitCode = Interruption.EXIT_CODE;
    } else if (output != null) {
      exitCode = train(command, fields);
    }
    console.result(fields);
    return exitCode;
  }

  private void noteNothing() {
    console.note("peccary: interrupted before the defaults were measured: nothing is found");
  }

  private <S> Report<S> search(Tuning<S> tuning, Interruption interruption, long start)
      throws IOException {
    try (ProgressBar progress = console.progress()) {
      progress.update(0, budget.toSeconds(), () -> "trying the defaults");
      return tuning.search(
          (double) budget.toSeconds(),
          interruption::requested,
          found -> {
            interruption.worthwhile();
            progress.update(
                (long) TrainCommand.secondsSince(start),
                budget.toSeconds(),
                () ->
                    "%s, best %s %s (defaults %s)"
                        .formatted(
                            Format.count(found.candidates(), "candidate"),
                            tuning.measure(),
                            Format.metric(found.best().score()),
                            Format.metric(found.defaults().score())));
          });
    }
  }

  /// What trains the settings, apart from threads, on which nothing depends.
  private List<String> command(Path model, Map<String, Object> options, int bestEpochs) {
    List<String> args = new ArrayList<>(List.of("train", input.toString(), "-o", model.toString()));
    if (objective == Objective.RANKING) {
      args.addAll(List.of("--objective", objective.toString(), METHOD, method.toString()));
    }
    options.forEach((name, value) -> args.addAll(List.of(name, value.toString())));
    args.addAll(List.of("--epochs", Integer.toString(bestEpochs)));
    OptionSpec part = given(HOLDOUT);
    if (part != null) {
      args.addAll(List.of(HOLDOUT, part.originalStringValues().getLast()));
    }
    args.addAll(List.of("--seed", Long.toString(seed)));
    if (objective == Objective.RATING || method != RankingMethod.IALS) {
      args.add("--deterministic");
    }
    return args;
  }

  private int train(List<String> command, Map<String, Object> fields) {
    List<String> args = new ArrayList<>(command);
    args.addAll(List.of("--threads", Integer.toString(threads)));
    console.line("");
    Console step = console.step();
    int exitCode = Peccary.execute(step, args.toArray(String[]::new));
    fields.put("training", new LinkedHashMap<>(step.result()));
    return exitCode;
  }
}
