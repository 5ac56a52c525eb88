package io.github.peccary.bench;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.recommend.ItemFilter;
import io.github.peccary.engine.recommend.Recommender;
import io.github.peccary.engine.recommend.ScoredItem;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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

/// How long does one core take for the exact top ten of as many items as Book-Crossing has, from a
/// mapped model in the page cache; for the items most similar to one; and to open the model?
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 2,
    jvmArgs = {JvmArgs.VECTORS, JvmArgs.NATIVE_ACCESS, JvmArgs.UNROLLING})
public class RecommendBenchmark {
  private static final int K = 10;

  @Param("340553")
  int items;

  @Param({"30", "62"})
  int rank;

  private MadeUpModel made;
  private FactorModel model;
  private Recommender recommender;

  /// Writes and maps a model of random factors, and checks its ranking against the plain way.
  @Setup(Level.Trial)
  public void setUp() throws IOException {
    made = new MadeUpModel(items, rank);
    model = made.model();
    recommender = new Recommender(model);
    List<ScoredItem> expected =
        IntStream.range(0, items)
            .mapToObj(item -> new ScoredItem(item, model.predict(0, item)))
            .sorted((a, b) -> Float.compare(b.score(), a.score()))
            .limit(K)
            .toList();
    if (!recommend().equals(expected)) {
      throw new IllegalStateException("the ranking must be that of sorting all items");
    }
  }

  @TearDown(Level.Trial)
  public void tearDown() throws IOException {
    made.close();
  }

  @Benchmark
  public List<ScoredItem> recommend() {
    return recommender.recommend(0, K, ItemFilter.all());
  }

  @Benchmark
  public List<ScoredItem> similar() {
    return recommender.similar(0, K, ItemFilter.all());
  }

  @Benchmark
  public int open() throws IOException {
    try (FactorModel opened = FactorModel.open(made.file(), Verify.STRUCTURE)) {
      return opened.items();
    }
  }
}
