package io.github.peccary.bench;

import io.github.peccary.engine.ratings.HoldoutRule;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.storage.Verify;
import io.github.peccary.engine.train.TrainConfig;
import io.github.peccary.engine.train.Trainer;
import io.github.peccary.loader.LoadConfig;
import io.github.peccary.loader.Loader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// How long does an epoch take, by the shape of the data and the number of threads? Sparse is the
/// shape of Book-Crossing, three ratings a row; dense has hundreds. The rows kept as the best are
/// part of it, measuring is not, as nothing is held out.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgs = {JvmArgs.VECTORS, JvmArgs.NATIVE_ACCESS, JvmArgs.UNROLLING})
public class EpochBenchmark {
  /// More than any run asks for.
  private static final int EPOCHS = 1_000_000;

  @Param({"sparse", "dense"})
  String shape = "";

  @Param({"1", "2"})
  int threads;

  /// Epochs asked for, and epochs done: whether their errors are numbers.
  private final SynchronousQueue<Boolean> wanted = new SynchronousQueue<>();
  private final SynchronousQueue<Boolean> done = new SynchronousQueue<>();

  private Path folder = Path.of("");
  private Path file = Path.of("");
  private Thread training = Thread.currentThread();

  @Setup(Level.Trial)
  public void setUp() throws IOException, InterruptedException {
    folder = Files.createTempDirectory("peccary-bench");
    file = folder.resolve("ratings.safetensors");
    Path database = folder.resolve("ratings.db");
    if (shape.equals("sparse")) {
      MadeUpRatings.database(database, 140_000, 190_000, 430_000);
    } else {
      MadeUpRatings.database(database, 10_000, 3_000, 2_000_000);
    }
    Loader.load(LoadConfig.of(database, file), _ -> {});
    Files.delete(database);
    training = Thread.ofPlatform().daemon().start(this::train);
    if (!epoch()) {
      throw new IllegalStateException("the error of an epoch must be a number: shape=" + shape);
    }
  }

  private void train() {
    TrainConfig config =
        TrainConfig.defaults()
            .withEpochs(EPOCHS)
            .withThreads(threads)
            .withHoldout(new HoldoutRule.Fraction(0));
    try (RatingMatrix ratings = RatingMatrix.open(file, Verify.STRUCTURE)) {
      boolean _ = wanted.take();
      Trainer.train(
              ratings,
              config,
              report -> {
                try {
                  done.put(report.trainRmse() < 10);
                  boolean _ = wanted.take();
                } catch (InterruptedException e) {
                  throw new IllegalStateException("the benchmark is over", e);
                }
              })
          .close();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException("training must not fail: shape=" + shape, e);
    }
  }

  /// The first one waits for the layout, too.
  @Benchmark
  public boolean epoch() throws InterruptedException {
    wanted.put(true);
    return done.take();
  }

  @TearDown(Level.Trial)
  public void tearDown() throws IOException, InterruptedException {
    training.setUncaughtExceptionHandler((_, _) -> {}); // it ends by an exception
    training.interrupt();
    training.join();
    Files.delete(file);
    Files.delete(folder);
  }
}
