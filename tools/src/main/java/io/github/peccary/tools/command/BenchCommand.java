package io.github.peccary.tools.command;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.storage.Verify;
import io.github.peccary.engine.train.TrainConfig;
import io.github.peccary.engine.train.Trainer;
import io.github.peccary.engine.train.TrainingResult;
import io.github.peccary.tools.Console;
import io.github.peccary.tools.Format;
import io.github.peccary.tools.Table;
import io.github.peccary.tools.generate.RatingsFileConfig;
import io.github.peccary.tools.generate.RatingsFileGenerator;
import io.github.peccary.tools.generate.RatingsShape;
import io.github.peccary.tools.roofline.Roofline;
import io.github.peccary.tools.roofline.Roofline.KernelRate;
import io.github.peccary.tools.roofline.Roofline.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
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
      "  peccary bench --json > limits.json",
    })
final class BenchCommand implements Callable<Integer> {
  private static final int[] STRIDES = {16, 32, 64, 128, 256};
  private static final int TRAINED_STRIDE = 64;
  private static final int EPOCHS = 8;

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
    requirePositive("threads", threads);
    requirePositive("run-ms", runMillis);
    Roofline roofline = new Roofline(runMillis);
    RatingsShape shape = Settings.valid(spec, this::shape);
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
    KernelRate trained =
        kernels.stream().filter(rate -> rate.stride() == TRAINED_STRIDE).findFirst().orElseThrow();
    double perSecond = train(shape);
    double share = perSecond / (threads * trained.limit());
    console.line(
        "training on %s, rank %d, %s: %s ratings/s, %.0f %% of the limit of the kernel in cache"
            .formatted(
                Format.count(shape.ratings(), "rating"),
                TRAINED_STRIDE - 2,
                Format.count(threads, "thread"),
                Format.scaled(perSecond),
                100 * share));
    console.result(fields(limits, kernels, shape, perSecond, share));
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

  /// Ratings a second of the median epoch.
  private double train(RatingsShape shape) throws IOException {
    Path folder = Files.createTempDirectory("peccary-bench");
    Path file = folder.resolve("ratings.safetensors");
    folder.toFile().deleteOnExit(); // the last one named goes first
    file.toFile().deleteOnExit();
    try {
      RatingsFileGenerator.generate(RatingsFileConfig.of(shape, 42, file), (_, _) -> {});
      TrainConfig config =
          TrainConfig.defaults()
              .withRank(TRAINED_STRIDE - 2)
              .withEpochs(EPOCHS)
              .withThreads(threads);
      try (RatingMatrix matrix = RatingMatrix.open(file, Verify.STRUCTURE);
          TrainingResult result = Trainer.train(matrix, config, _ -> {})) {
        return result.ratingsPerSecond();
      }
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(folder);
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

  private Map<String, Object> fields(
      List<Limits> limits,
      List<KernelRate> kernels,
      RatingsShape shape,
      double ratingsPerSecond,
      double share) {
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
    Map<String, Object> training = new LinkedHashMap<>();
    training.put("ratings", shape.ratings());
    training.put("users", shape.users());
    training.put("items", shape.items());
    training.put("stride", TRAINED_STRIDE);
    training.put("ratingsPerSecond", ratingsPerSecond);
    training.put("shareOfLimit", share);
    fields.put("training", training);
    Settings.putMemory(fields);
    return fields;
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
