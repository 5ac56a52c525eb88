package io.github.peccary.bench;

import io.github.peccary.loader.LoadConfig;
import io.github.peccary.loader.LoadReport;
import io.github.peccary.loader.Loader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

/// How long does it take to load a SQLite database into a ratings file, written, synced and
/// checked: the first time in a process, as people do it, and once everything is compiled?
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 5)
@Fork(value = 2, jvmArgs = JvmArgs.NATIVE_ACCESS)
public class LoadBenchmark {
  @Param("1000000")
  int rows;

  private Path folder = Path.of("");
  private Path database = folder;
  private LoadConfig config = LoadConfig.of(folder, folder);

  @Setup(Level.Trial)
  public void setUp() throws IOException {
    folder = Files.createTempDirectory("peccary-bench");
    database = folder.resolve("ratings.db");
    config = LoadConfig.of(database, folder.resolve("ratings.safetensors"));
    MadeUpRatings.database(database, rows / 4, rows / 4, rows);
  }

  @Benchmark
  public LoadReport load() throws IOException {
    LoadReport report = Loader.load(config, _ -> {});
    if (report.rows() != rows) {
      throw new IllegalStateException("every row must be read: rows=" + report.rows());
    }
    return report;
  }

  @TearDown(Level.Trial)
  public void tearDown() throws IOException {
    Files.delete(config.output());
    Files.delete(database);
    Files.delete(folder);
  }
}
