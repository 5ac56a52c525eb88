package io.github.peccary.bench;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.recommend.ItemFilter;
import io.github.peccary.engine.recommend.Recommender;
import io.github.peccary.engine.recommend.ScoredItem;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
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

/// How long does a trained model take for the exact top ten of one user after another, without what
/// was seen; how long would the products with all items alone take; and the most similar items?
/// Users and items come at random, each equally often.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 3)
@Fork(
    value = 1,
    jvmArgs = {JvmArgs.VECTORS, JvmArgs.NATIVE_ACCESS, JvmArgs.UNROLLING})
public class TrainedModelBenchmark {
  private static final int K = 10;

  /// Files that `peccary demo` leaves; `-p model=PATH` for others.
  @Param({"peccary-demo/model.safetensors", "peccary-demo/ranking.safetensors"})
  String model;

  private final SplittableRandom random = new SplittableRandom(42);
  private final Arena arena = Arena.ofShared();
  private FactorModel opened;
  private Recommender recommender;
  private Kernels kernels;
  private MemorySegment scores;

  @Setup(Level.Trial)
  public void setUp() throws IOException {
    opened = FactorModel.open(Path.of(model), Verify.STRUCTURE);
    recommender = new Recommender(opened);
    kernels = Kernels.forRank(opened.rank());
    scores = arena.allocate(ValueLayout.JAVA_FLOAT, opened.items());
  }

  @TearDown(Level.Trial)
  public void tearDown() {
    opened.close();
    arena.close();
  }

  @Benchmark
  public List<ScoredItem> recommend() {
    return recommender.recommend(random.nextInt(opened.users()), K, ItemFilter.unseen());
  }

  @Benchmark
  public List<ScoredItem> similar() {
    return recommender.similar(random.nextInt(opened.items()), K, ItemFilter.all());
  }

  /// The plain way, without the search for what was seen and without neighbours: every product, and
  /// the ten largest.
  @Benchmark
  public float[] plainScan() {
    FactorMatrix users = opened.userFactors();
    FactorMatrix items = opened.itemFactors();
    long row = users.rowOffset(random.nextInt(opened.users()));
    kernels.dots(users.segment(), row, items.segment(), 0, opened.items(), scores, 0);
    float[] best = new float[K];
    Arrays.fill(best, Float.NEGATIVE_INFINITY);
    for (int item = 0; item < opened.items(); item++) {
      float score = scores.getAtIndex(ValueLayout.JAVA_FLOAT, item);
      if (score > best[0]) {
        insert(best, score);
      }
    }
    return best;
  }

  /// In the place of the smallest, which comes first.
  private static void insert(float[] best, float score) {
    int at = 1;
    for (; at < best.length && best[at] < score; at++) {
      best[at - 1] = best[at];
    }
    best[at - 1] = score;
  }
}
