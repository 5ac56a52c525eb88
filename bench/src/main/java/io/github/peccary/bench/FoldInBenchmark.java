package io.github.peccary.bench;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.FoldIn;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
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

/// How long does it take to solve for the row of a user who is not in the model, and to tell what
/// each event contributes to a score?
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 2,
    jvmArgs = {JvmArgs.VECTORS, JvmArgs.NATIVE_ACCESS, JvmArgs.UNROLLING})
public class FoldInBenchmark {
  private static final int ITEM = 5;

  @Param("50000")
  int items;

  @Param({"30", "62"})
  int rank;

  @Param({"20", "500"})
  int events;

  private MadeUpModel made;
  private FactorModel model;
  private int[] chosen = {};
  private float[] values = {};

  /// Writes and maps a model of random factors, and checks that contributions add up.
  @Setup(Level.Trial)
  public void setUp() throws IOException {
    made = new MadeUpModel(items, rank);
    model = made.model();
    SplittableRandom random = new SplittableRandom(42);
    chosen = random.ints(0, items).distinct().limit(events).toArray();
    values = new float[events];
    for (int event = 0; event < events; event++) {
      values[event] = 1 + random.nextInt(10);
    }
    float bias = model.itemFactors().get(ITEM, rank + 1);
    double score = foldIn().predict(ITEM) - model.globalMean() - bias;
    if (Math.abs(Arrays.stream(contributions()).sum() - score) > 1e-3) {
      throw new IllegalStateException("contributions must add up to the score");
    }
  }

  @TearDown(Level.Trial)
  public void tearDown() throws IOException {
    made.close();
  }

  @Benchmark
  public FoldIn foldIn() {
    return new FoldIn(model, chosen, values);
  }

  @Benchmark
  public double[] contributions() {
    return foldIn().contributions(ITEM);
  }
}
