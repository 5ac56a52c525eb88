package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Loads in processes of their own, to see how much memory they take.
class LoadMemoryTest {
  private static final Pattern PEAK = Pattern.compile("\"peakRssBytes\":(\\d+)");
  private static final int FEW = 1_000_000;
  private static final int MANY = 4_000_000;

  /// Of each event more: twelve bytes in a log, and as many in another one while they are sorted.
  private static final long BYTES_IN_MEMORY = 24L * (MANY - FEW);

  @TempDir private Path folder;

  /// The ids are the same ones; what the events need beyond the budget is in files.
  @Test
  void nothingGrowsWithTheEvents() throws Exception {
    assumeTrue(ProcessMemory.peakResidentBytes().isPresent(), "the system does not tell");
    long few = peakBytes(FEW);
    long many = peakBytes(MANY);
    assertThat(many - few)
        .as("peak bytes of %d and %d rows: %d, %d", FEW, MANY, few, many)
        .isLessThan(BYTES_IN_MEMORY / 2);
  }

  private long peakBytes(int rows) throws IOException, InterruptedException {
    Path source = folder.resolve(rows + ".csv");
    write(source, rows);
    ProcessBuilder builder =
        JavaProcess.builder(
            Main.class,
            "load",
            source,
            "--item-ids",
            "verbatim",
            "--memory",
            "64m",
            "--json",
            "-o",
            folder.resolve("out"));
    builder.command().add(1, "-Xmx48m");
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    Matcher peak = PEAK.matcher(output);
    assertThat(peak.find()).as(output).isTrue();
    return Long.parseLong(peak.group(1));
  }

  /// Every id is in the first rows, so that both files have the same ones.
  private static void write(Path source, int rows) throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    try (BufferedWriter out = Files.newBufferedWriter(source)) {
      out.write("user,item,rating\n");
      for (int row = 0; row < rows; row++) {
        int user = row < 20_000 ? row : random.nextInt(20_000);
        int item = row < 20_000 ? row % 2_000 : random.nextInt(2_000);
        out.write(user + "," + item + "," + (1 + row % 5) + "\n");
      }
    }
  }
}
