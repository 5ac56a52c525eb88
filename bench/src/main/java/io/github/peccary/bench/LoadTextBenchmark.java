package io.github.peccary.bench;

import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.storage.Verify;
import io.github.peccary.loader.LoadConfig;
import io.github.peccary.loader.LoadListener;
import io.github.peccary.loader.LoadReport;
import io.github.peccary.loader.Loader;
import io.github.peccary.loader.Scale;
import io.github.peccary.loader.Source;
import io.github.peccary.loader.SqliteSource;
import io.github.peccary.loader.TextFormat;
import io.github.peccary.loader.TextSource;
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

/// How long do text files take to be loaded, beside a SQLite database with the same rows, once
/// everything is compiled; and how much of that are reading and cleaning?
///
/// Reading is a load that a scale leaves one row of: all others are read, cleaned and counted as
/// rejected, and none is numbered, sorted or written.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 4)
@Measurement(iterations = 8)
@Fork(value = 2, jvmArgs = JvmArgs.NATIVE_ACCESS)
public class LoadTextBenchmark {
  @Param("1000000")
  int rows;

  /// Where such files come from: Book-Crossing's CSV has quotes and is cp1252; MovieLens has files
  /// with `::` and with tabs.
  @Param({"sqlite", "bookCrossing", "colons", "tabs"})
  String form;

  private Path folder = Path.of("");
  private Path database = folder;
  private Path text = folder;
  private LoadConfig whole = LoadConfig.of(folder, folder);

  @Setup(Level.Trial)
  public void setUp() throws IOException {
    folder = Files.createTempDirectory("peccary-bench");
    database = folder.resolve("ratings.db");
    text = folder.resolve("ratings.txt");
    MadeUpRatings.database(database, rows / 4, rows / 4, rows);
    whole = LoadConfig.of(database, folder.resolve("ratings.safetensors"));
    String expected = fingerprint();
    whole = whole.withSource(source());
    if (!fingerprint().equals(expected)) {
      throw new IllegalStateException("the same rows must give the same ratings: form=" + form);
    }
  }

  private Source source() throws IOException {
    MadeUpRatings.Form written =
        switch (form) {
          case "bookCrossing" -> MadeUpRatings.Form.BOOK_CROSSING;
          case "colons" -> MadeUpRatings.Form.COLONS;
          case "tabs" -> MadeUpRatings.Form.TABS;
          default -> null;
        };
    if (written == null) {
      return new SqliteSource(database, SqliteSource.DEFAULT_QUERY, null);
    }
    MadeUpRatings.text(text, written, rows / 4, rows / 4, rows);
    TextFormat withoutTimes = new TextFormat(null, null, null, null, null, false); // as in SQLite
    return new TextSource(text, withoutTimes, null, TextFormat.RECOGNIZED);
  }

  private String fingerprint() throws IOException {
    load();
    try (RatingMatrix ratings = RatingMatrix.open(whole.output(), Verify.STRUCTURE)) {
      return ratings.fingerprint();
    }
  }

  @Benchmark
  public LoadReport load() throws IOException {
    return load(whole, 0);
  }

  @Benchmark
  public LoadReport read() throws IOException {
    Scale highest = new Scale(MadeUpRatings.HIGHEST, MadeUpRatings.HIGHEST + 1);
    return load(whole.withScale(highest), rows - 1);
  }

  private LoadReport load(LoadConfig config, long rejected) throws IOException {
    LoadReport report = Loader.load(config, LoadListener.NONE);
    long left = report.ratings() + report.duplicates();
    if (report.rows() != rows || left != rows - rejected) {
      throw new IllegalStateException(
          "every row must be read: rows=%d, left=%d".formatted(report.rows(), left));
    }
    return report;
  }

  @TearDown(Level.Trial)
  public void tearDown() throws IOException {
    for (Path file : new Path[] {whole.output(), database, text}) {
      Files.deleteIfExists(file);
    }
    Files.delete(folder);
  }
}
