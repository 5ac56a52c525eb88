package io.github.peccary.tools.command;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.storage.Verify;
import io.github.peccary.engine.train.TrainConfig;
import io.github.peccary.tools.Console;
import io.github.peccary.tools.Format;
import io.github.peccary.tools.Table;
import io.github.peccary.tools.generate.RatingsShape;
import io.github.peccary.tools.roofline.Libmf;
import io.github.peccary.tools.roofline.Roofline;
import io.github.peccary.tools.roofline.Roofline.KernelRate;
import io.github.peccary.tools.roofline.Roofline.Limits;
import io.github.peccary.tools.roofline.TrainingBench;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "bench",
    showDefaultValues = true,
    description = {
      "Measure what this machine can do, and how close training comes to it.",
      "First its limits: fused multiply-adds, copying, rows read and written at random. Then the",
      "kernels with their rows in the L2 cache, each against the nearer limit: the arithmetic, or the",
      "same rows read and written without any. At last a training on made-up ratings. Nothing else",
      "should run meanwhile."
    },
    footer = {
      "  peccary bench                        a minute",
      "  peccary bench --ratings 20000000     trains on as many ratings",
      "  peccary bench --input ratings.safetensors --rank 30 --libmf ~/libmf/mf-train",
      "  peccary bench --json > limits.json",
    })
final class BenchCommand implements Callable<Integer> {
  private static final int[] STRIDES = {16, 32, 64, 128, 256};

  private final Console console;

  @Spec private CommandSpec spec;

  @Option(names = "--threads", paramLabel = "N", description = "Workers.")
  private int threads = TrainConfig.defaults().threads();

  @Option(
      names = "--ratings",
      paramLabel = "N",
      description = "How many to train on, of a hundredth as many users and a 400th as many items.")
  private long ratings = 2_000_000;

  @Option(
      names = "--input",
      paramLabel = "RATINGS",
      description = "Train on this ratings file instead.")
  private @Nullable Path input;

  @Option(names = "--rank", paramLabel = "N", description = "Factors of the training.")
  private int rank = 62;

  @Option(names = "--epochs", paramLabel = "N", description = "Of the training.")
  private int epochs = 8;

  @Option(
      names = "--libmf",
      paramLabel = "PATH",
      description = "LIBMF's mf-train, to be timed beside ours on the same split.")
  private @Nullable Path libmf;

  @Option(names = "--libmf-l2", paramLabel = "X", description = "Its regularization.")
  private double libmfL2 = 0.1;

  @Option(
      names = "--run-ms",
      paramLabel = "N",
      description =
          "Milliseconds of a run; every figure takes 47, the first 40 for the JIT compiler.")
  private int runMillis = 40;

  BenchCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    requirePositive("run-ms", runMillis);
    requirePositive("epochs", epochs);
    Roofline roofline = new Roofline(runMillis);
    RatingsShape shape = Settings.valid(spec, this::shape);
    TrainConfig config = TrainConfig.defaults();
    Settings.valid(
        spec, () -> config.withRank(rank).withEpochs(epochs).withThreads(threads).withL2(libmfL2));
    if (libmf != null) {
      Libmf.requireProgram(libmf);
    }
    if (input != null) {
      RatingMatrix.open(input, Verify.CHECKSUMS).close(); // now, not after a minute of measuring
    }
    List<Limits> limits = new ArrayList<>();
    limits.add(limits(roofline, 1));
    if (threads > 1) {
      limits.add(limits(roofline, threads));
    }
    print(limits);
    List<KernelRate> kernels = new ArrayList<>();
    for (int stride : STRIDES) {
      kernels.add(roofline.kernel(stride, limits.getFirst().fmaFlops()));
    }
    printKernels(kernels);
    KernelRate trained = roofline.kernel(Kernels.strideFor(rank), limits.getFirst().fmaFlops());
    TrainingBench bench = new TrainingBench(rank, epochs, threads, libmf, libmfL2);
    TrainingBench.Result training = input == null ? bench.run(shape) : bench.run(input);
    print(training, trained);
    console.result(fields(limits, kernels, trained, training));
    return 0;
  }

  private RatingsShape shape() {
    return RatingsShape.of(
        Math.clamp(ratings / 100, 1, Integer.MAX_VALUE),
        Math.clamp(ratings / 400, 1, Integer.MAX_VALUE),
        ratings);
  }

  private void requirePositive(String name, int value) {
    if (value < 1) {
      throw new ParameterException(
          spec.commandLine(), "%s must be at least 1: %s=%d".formatted(name, name, value));
    }
  }

  private static Limits limits(Roofline roofline, int threads) {
    try (Workers workers = new Workers(threads)) {
      return roofline.limits(workers);
    }
  }

  private void print(List<Limits> limits) {
    Table table = new Table("<", "multiply-adds", "copying", "rows of 256 bytes at random");
    for (Limits of : limits) {
      table.row(
          Format.count(of.threads(), "thread"),
          Format.scaled(of.fmaFlops()) + "flop/s",
          Format.scaled(of.copyBytesPerSecond()) + "B/s",
          Format.scaled(of.rowsPerSecond()) + "/s");
    }
    table.lines().forEach(console::line);
    console.line("");
  }

  private void printKernels(List<KernelRate> kernels) {
    Table table =
        new Table("stride", "updates/s", "of the limit", "<", "flop", "bytes", "scalar twin");
    for (KernelRate rate : kernels) {
      table.row(
          Integer.toString(rate.stride()),
          Format.scaled(rate.updatesPerSecond()),
          String.format(Locale.ROOT, "%.0f %%", 100 * rate.shareOfLimit()),
          rate.nearestLimit(),
          Integer.toString(rate.flopsPerUpdate()),
          Integer.toString(rate.bytesPerUpdate()),
          Format.scaled(rate.scalarUpdatesPerSecond()));
    }
    table.lines().forEach(console::line);
    console.line("");
  }

  private void print(TrainingBench.Result training, KernelRate kernel) {
    console.line(
        "training on %s, rank %d, %s"
            .formatted(
                Format.count(training.ratings(), "rating"), rank, Format.count(threads, "thread")));
    Table table = new Table("<", "ratings/s", "held-out rmse", "<");
    double perSecond = training.ratingsPerSecond();
    table.row(
        "peccary",
        Format.scaled(perSecond),
        Format.metric(training.holdoutRmse()),
        "%.0f %% of the kernel in cache, %.0f %% of its limit"
            .formatted(
                100 * perSecond / (threads * kernel.updatesPerSecond()),
                100 * perSecond / (threads * kernel.limit())));
    Libmf.Run theirs = training.libmf();
    if (theirs != null) {
      table.row(
          "libmf",
          Format.scaled(theirs.ratingsPerSecond()),
          Format.metric(theirs.holdoutRmse()),
          theirs.command());
    }
    table.row("biases", "", Format.metric(training.holdoutBiasesRmse()), "");
    table.lines().forEach(console::line);
  }

  private Map<String, Object> fields(
      List<Limits> limits,
      List<KernelRate> kernels,
      KernelRate trained,
      TrainingBench.Result result) {
    Limits all = limits.getLast();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("threads", threads);
    fields.put("kernel", Kernels.active());
    fields.put("lanes", Kernels.lanes());
    fields.put("fmaFlops", all.fmaFlops());
    fields.put("copyBytesPerSecond", all.copyBytesPerSecond());
    fields.put("rowsPerSecond", all.rowsPerSecond());
    fields.put("limits", limits.stream().map(BenchCommand::fields).toList());
    fields.put("kernels", kernels.stream().map(BenchCommand::fields).toList());
    fields.put("training", fields(result, trained));
    Settings.putMemory(fields);
    return fields;
  }

  private Map<String, Object> fields(TrainingBench.Result result, KernelRate kernel) {
    Map<String, Object> training = new LinkedHashMap<>();
    training.put("ratings", result.ratings());
    training.put("users", result.users());
    training.put("items", result.items());
    training.put("rank", rank);
    training.put("stride", kernel.stride());
    training.put("ratingsPerSecond", result.ratingsPerSecond());
    training.put("flopsPerUpdate", kernel.flopsPerUpdate());
    training.put("bytesPerUpdate", kernel.bytesPerUpdate());
    training.put(
        "shareOfKernel", result.ratingsPerSecond() / (threads * kernel.updatesPerSecond()));
    training.put("shareOfLimit", result.ratingsPerSecond() / (threads * kernel.limit()));
    training.put("holdoutRmse", result.holdoutRmse());
    training.put("holdoutBiasesRmse", result.holdoutBiasesRmse());
    Libmf.Run theirs = result.libmf();
    if (theirs != null) {
      Map<String, Object> libmfFields = new LinkedHashMap<>();
      libmfFields.put("command", theirs.command());
      libmfFields.put("ratingsPerSecond", theirs.ratingsPerSecond());
      libmfFields.put("holdoutRmse", theirs.holdoutRmse());
      libmfFields.put("secondsToBest", theirs.secondsToBest());
      libmfFields.put("seconds", theirs.seconds());
      training.put("libmf", libmfFields);
    }
    return training;
  }

  private static Map<String, Object> fields(Limits limits) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("threads", limits.threads());
    fields.put("fmaFlops", limits.fmaFlops());
    fields.put("copyBytesPerSecond", limits.copyBytesPerSecond());
    fields.put("rowsPerSecond", limits.rowsPerSecond());
    return fields;
  }

  private static Map<String, Object> fields(KernelRate rate) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("stride", rate.stride());
    fields.put("updatesPerSecond", rate.updatesPerSecond());
    fields.put("scalarUpdatesPerSecond", rate.scalarUpdatesPerSecond());
    fields.put("touchesPerSecond", rate.touchesPerSecond());
    fields.put("flopsPerUpdate", rate.flopsPerUpdate());
    fields.put("bytesPerUpdate", rate.bytesPerUpdate());
    fields.put("nearestLimit", rate.nearestLimit());
    fields.put("shareOfLimit", rate.shareOfLimit());
    return fields;
  }
}
