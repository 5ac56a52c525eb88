package io.github.peccary.tools.command;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.metric.RatingMetrics;
import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.FactorModelWriter;
import io.github.peccary.engine.ratings.HoldoutRule;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.storage.Verify;
import io.github.peccary.engine.train.Checkpoint;
import io.github.peccary.engine.train.EpochListener.EpochReport;
import io.github.peccary.engine.train.RankingSettings;
import io.github.peccary.engine.train.TrainConfig;
import io.github.peccary.engine.train.Trainer;
import io.github.peccary.engine.train.TrainingResult;
import io.github.peccary.loader.Rules;
import io.github.peccary.tools.Console;
import io.github.peccary.tools.Format;
import io.github.peccary.tools.Interruption;
import io.github.peccary.tools.ProgressBar;
import io.github.peccary.tools.Table;
import io.github.peccary.tools.roofline.Roofline;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "train",
    showDefaultValues = true,
    description = {
      "Learn factors from a ratings file and write a model file.",
      "A part of the ratings is held out: training stops when the error on it no longer falls, and",
      "keeps the best epoch. The defaults need no tuning per data set.",
      "Ctrl-C and SIGTERM end training and write the best epoch so far, but leave an old model alone",
      "until the first epoch is complete; a second Ctrl-C ends at once."
    },
    footer = {
      "  peccary train ratings.safetensors -o model.safetensors",
      "  peccary train ratings.safetensors -o model.safetensors --rank 62 --refit",
      "  peccary train ratings.safetensors -o model.safetensors --deterministic --seed 7",
      "  peccary train ratings.safetensors -o model.safetensors --holdout leave-1-of-5",
      "  peccary train ratings.safetensors -o model.safetensors --holdout newest-0.1",
      "  peccary train ratings.safetensors --checkpoint training",
      "  peccary train ratings.safetensors --resume training",
      "  peccary train ratings.safetensors -o ranking.safetensors --objective ranking --rank 62",
      "  peccary train ratings.safetensors -o ranking.safetensors --objective ranking --method softmax",
      "  peccary train newer.safetensors -o newer-model.safetensors --from model.safetensors",
    })
final class TrainCommand implements Callable<Integer> {
  private static final TrainConfig DEFAULTS = TrainConfig.defaults();

  /// What can be learnt, by the names on the command line.
  enum Objective {
    RATING,
    RANKING;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Console console;
  private final List<Map<String, Object>> history = new ArrayList<>();

  @Spec private CommandSpec spec;

  @Mixin private Continuation continuation;

  @Mixin private RankingTraining ranking;

  @Parameters(paramLabel = "RATINGS", description = "A ratings file, as load writes it.")
  private Path input;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The model file to write; an old one stays until the new one is complete.")
  private Path output = Path.of("model.safetensors");

  @Option(names = "--rank", paramLabel = "N", description = "Factors of each user and item.")
  private int rank = DEFAULTS.rank();

  @Option(names = "--epochs", paramLabel = "N", description = "Passes over the ratings at most.")
  private int epochs = DEFAULTS.epochs();

  @Option(names = "--threads", paramLabel = "N", description = "Workers.")
  private int threads = DEFAULTS.threads();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of the split, the first factors and the order of the work.")
  private long seed = DEFAULTS.seed();

  @Option(
      names = "--holdout",
      paramLabel = "PART",
      converter = HoldoutConverter.class,
      defaultValue = "0.1",
      description = {
        "What is held out: a share of the ratings, leave-N of each user who has more, leave-N-of-M",
        "of each user who has at least M, or 0. With times: latest-N or latest-N-of-M, the latest of",
        "each user; newest-SHARE; since-TIME, from 2024-01-31 or 2024-01-31T12:00:00Z on. For",
        "rankings, of all events."
      })
  private HoldoutRule holdout;

  @Option(
      names = "--objective",
      paramLabel = "NAME",
      description = {
        "What is learnt: rating, the squared error of the ratings; or ranking, which items a user",
        "has events with, rated or not (see --method). A ranking runs all --epochs."
      })
  private Objective objective = Objective.RATING;

  @Option(
      names = "--l2",
      paramLabel = "X",
      description = "Penalty of large factors; ials: 0.005, softmax: 7.5, bpr: 3 unless given.")
  private double l2 = DEFAULTS.l2();

  @Option(
      names = "--learning-rate",
      paramLabel = "X",
      description = "First step size; for softmax and bpr 0.25 unless given.")
  private double learningRate = DEFAULTS.learningRate();

  @Option(
      names = "--deterministic",
      description =
          "The same model, to the bit, on any number of threads and any machine; ials always is.")
  private boolean deterministic;

  @Option(
      names = "--refit",
      description = "Once the best number of epochs is known, train again on all ratings.")
  private boolean refit;

  @Option(names = "--no-biases", description = "Plain U·Vᵀ, without biases.")
  private boolean noBiases;

  @Option(
      names = "--no-seen",
      description = {
        "Leave out of the model what each user has seen already; a smaller file, and rankings go by",
        "the factors alone."
      })
  private boolean noSeen;

  TrainCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    long start = System.nanoTime();
    ranking.requireFit(objective);
    if (objective == Objective.RANKING) {
      RankingSettings config = Settings.valid(spec, this::rankingConfig);
      Settings.requireWritable(output, input);
      continuation.prepare(output, input);
      return ranking.train(console, input, output, config, !noSeen, continuation, start);
    }
    TrainConfig config = Settings.valid(spec, this::config);
    Settings.requireWritable(output, input);
    continuation.prepare(output, input);
    try (Interruption interruption = new Interruption(this::noteNoModel);
        RatingMatrix ratings = RatingMatrix.open(input, Verify.CHECKSUMS);
        TrainingResult result = train(ratings, config, interruption, start)) {
      new FactorModelWriter(
              ratings,
              result.users(),
              result.items(),
              result.baseline(),
              metadata(ratings, result.metadata()))
          .globalMean(result.globalMean())
          .seen(!noSeen)
          .earlier(result.earlier())
          .ridge(result.ridge())
          .write(output);
      double seconds = secondsSince(start);
      double share =
          result.epochs() == 0 || interruption.requested()
              ? Double.NaN
              : result.ratingsPerSecond() / (threads * Roofline.updatesInCache(rank));
      print(ratings, result, seconds, share);
      console.result(fields(result, seconds, share));
      if (!interruption.requested()) {
        return 0;
      }
      noteInterrupted(result);
      return Interruption.EXIT_CODE;
    }
  }

  private void noteNoModel() {
    console.note("peccary: interrupted before the first epoch was complete: no model is written");
  }

  private void noteInterrupted(TrainingResult result) {
    String what =
        result.bestEpoch() == 0 ? "the start, better than all" : "number " + result.bestEpoch();
    console.note(
        "peccary: interrupted after %s: %s holds the best, %s%s"
            .formatted(Format.count(result.epochs(), "epoch"), output, what, continuation.hint()));
  }

  private TrainConfig config() {
    return new TrainConfig(
        rank, epochs, threads, seed, holdout, l2, learningRate, deterministic, refit, !noBiases);
  }

  private RankingSettings rankingConfig() {
    return ranking.config(rank, epochs, threads, seed, holdout, l2, learningRate, deterministic);
  }

  static double secondsSince(long start) {
    return (System.nanoTime() - start) * 1e-9;
  }

  private TrainingResult train(
      RatingMatrix ratings, TrainConfig config, Interruption interruption, long start)
      throws IOException {
    try (ProgressBar progress = console.progress();
        Checkpoint checkpoint = continuation.openCheckpoint();
        FactorModel model = continuation.openModel()) {
      Trainer trainer =
          new Trainer(
              ratings,
              config,
              report -> {
                if (report.diverged()) {
                  progress.clear();
                  console.note(
                      "peccary: epoch %d diverged and was undone; the learning rate is halved"
                          .formatted(report.epoch()));
                } else {
                  interruption.worthwhile();
                }
                history.add(fields(report, secondsSince(start)));
                progress.update(report.epoch(), report.epochs(), () -> words(report));
              });
      continuation.apply(trainer, checkpoint, model);
      return trainer.stopWhen(interruption::requested).train();
    }
  }

  private static String words(EpochReport report) {
    StringBuilder words = new StringBuilder(report.refit() ? "refit " : "");
    words.append("%d/%d ".formatted(report.epoch(), report.epochs()));
    words.append(Format.scaled(report.ratingsPerSecond())).append(" ratings/s");
    words.append(String.format(Locale.ROOT, " rmse %.3f", report.trainRmse()));
    if (!Double.isNaN(report.holdoutRmse())) {
      words.append(
          String.format(
              Locale.ROOT,
              " held out %.3f (biases %.3f)",
              report.holdoutRmse(),
              report.holdoutBiasesRmse()));
    }
    return words
        .append(' ')
        .append(Format.seconds(report.secondsLeft()))
        .append(" left")
        .toString();
  }

  /// What the model file says of its making: the training's own account, and how the ratings' item
  /// ids were cleaned, so that an id can be typed as it is printed on the book.
  static Map<String, String> metadata(RatingMatrix ratings, Map<String, String> training) {
    Map<String, String> metadata = new LinkedHashMap<>(training);
    Rules.copyMetadata(ratings.metadata(), metadata);
    return metadata;
  }

  private void print(
      RatingMatrix ratings, TrainingResult result, double seconds, double shareOfKernel) {
    console.line(
        "%s: %s × %s, rank %d"
            .formatted(
                output,
                Format.count(ratings.users(), "user"),
                Format.count(ratings.items(), "item"),
                rank));
    console.line("");
    console.line(
        "  %s, the best was %s; %s ratings/s (%s, %s, %s kernel of %d lanes)"
            .formatted(
                Format.count(result.epochs(), "epoch"),
                result.bestEpoch() == 0 ? "none: the biases alone" : "number " + result.bestEpoch(),
                Format.scaled(result.ratingsPerSecond()),
                result.schedule(),
                Format.count(threads, "thread"),
                Kernels.active(),
                Kernels.lanes()));
    console.line("");
    Table errors = new Table("<", "rmse", "mae", "<");
    errors.row(errors("training", result.training(), ""));
    if (result.heldOut().count() > 0) {
      String of = "%s held out".formatted(Format.count(result.heldOut().count(), "rating"));
      errors.row(errors("held out", result.heldOut(), of));
      errors.row(errors("  biases", result.heldOutBaseline(), "baseline, the same ratings"));
      errors.row(errors("  global mean", result.heldOutGlobalMean(), "baseline, the same ratings"));
    }
    errors.lines().forEach(console::line);
    if (result.setAside() > 0) {
      console.line(
          "  %s more held out, but set aside: an earlier model may have been trained on them"
              .formatted(Format.count(result.setAside(), "rating")));
    }
    console.line("");
    String share = Double.isNaN(shareOfKernel) ? "" : words(shareOfKernel);
    console.line(Format.seconds(seconds) + share);
  }

  private static String words(double shareOfKernel) {
    return "; epochs at %.0f %% of what the kernel does where all rows are in the cache"
        .formatted(100 * shareOfKernel);
  }

  private static String[] errors(String name, RatingMetrics metrics, String words) {
    return new String[] {name, Format.metric(metrics.rmse()), Format.metric(metrics.mae()), words};
  }

  private Map<String, Object> fields(TrainingResult result, double seconds, double shareOfKernel) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("output", output.toString());
    fields.put("objective", objective.toString());
    fields.put("rank", rank);
    fields.put("stride", result.items().stride());
    fields.put("threads", threads);
    fields.put("schedule", result.schedule());
    fields.put("kernel", Kernels.active());
    fields.put("lanes", Kernels.lanes());
    fields.put("epochs", result.epochs());
    fields.put("bestEpoch", result.bestEpoch());
    fields.put("trainRmse", result.training().rmse());
    fields.put("holdout", fields(result.heldOut()));
    fields.put("setAside", result.setAside());
    Map<String, Object> baselines = new LinkedHashMap<>();
    baselines.put("biases", fields(result.heldOutBaseline()));
    baselines.put("globalMean", fields(result.heldOutGlobalMean()));
    fields.put("baselines", baselines);
    fields.put("split", result.holdout().toString());
    fields.put("refit", result.refit());
    fields.put("interrupted", result.stopped());
    fields.put("epochSeconds", result.epochSeconds());
    fields.put("ratingsPerSecond", result.ratingsPerSecond());
    fields.put("shareOfKernel", shareOfKernel);
    fields.put("history", history);
    fields.put("seconds", seconds);
    Settings.putMemory(fields);
    return fields;
  }

  /// One epoch of the history: its errors, and how long after the start of the command they were
  /// reached. Those before a resumption are all reached as it begins.
  private static Map<String, Object> fields(EpochReport report, double seconds) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("epoch", report.epoch());
    fields.put("seconds", seconds);
    fields.put("trainRmse", report.trainRmse());
    if (!Double.isNaN(report.holdoutRmse())) {
      fields.put("holdoutRmse", report.holdoutRmse());
    }
    fields.put("refit", report.refit());
    fields.put("diverged", report.diverged());
    return fields;
  }

  private static Map<String, Object> fields(RatingMetrics metrics) {
    Map<String, Object> fields = new LinkedHashMap<>();
    if (metrics.count() > 0) {
      fields.put("rmse", metrics.rmse());
      fields.put("mae", metrics.mae());
      fields.put("ratings", metrics.count());
    }
    return fields;
  }
}
