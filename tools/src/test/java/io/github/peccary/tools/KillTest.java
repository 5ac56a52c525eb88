package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Kills `load`, `load --append` and `train` at random moments, half of them while the output is
/// being written. What is there then is no file, the old one or the new one, to the byte; and the
/// next run leaves no temporary.
///
/// `-Dpeccary.kills=500` kills more often, `-Dpeccary.kills.seed=` at other moments; that of a
/// failure is in its message, and comes first then.
@DisabledOnOs(OS.WINDOWS)
class KillTest {
  private static final int KILLS = Integer.getInteger("peccary.kills", 12);
  private static final long SEED = Long.getLong("peccary.kills.seed", 42);

  /// Killed runs between successful ones.
  private static final int KILLS_IN_A_ROW = 6;

  /// A kill while the output is written comes up to 2^16 microseconds after its beginning, as often
  /// within 1 and 2 of them as within 32,768 and 65,536: a run may write for long or not.
  private static final int WRITING_MICROS_BITS = 17;

  @TempDir Path folder;
  private final List<Victim> victims = new ArrayList<>();

  /// A command, and what its output may be.
  ///
  /// @param before bytes of another run, for the old file
  /// @param after bytes of this one
  /// @param millis that a whole run takes
  private record Victim(
      List<Object> command, Path output, byte[] before, byte[] after, long millis) {

    static Victim of(Path output, List<Object> command, Object... other) throws Exception {
      List<Object> otherCommand = new ArrayList<>(command);
      otherCommand.addAll(List.of(other));
      return after(otherCommand, output, command);
    }

    /// @param first the run that makes the old file
    static Victim after(List<Object> first, Path output, List<Object> command) throws Exception {
      assertThat(Cli.run(first.toArray()).exitCode()).isZero();
      byte[] before = Files.readAllBytes(output);
      long start = System.nanoTime();
      try (JavaProcess process = JavaProcess.peccary(command.toArray())) {
        process.output();
      }
      long millis = (System.nanoTime() - start) / 1_000_000;
      byte[] after = Files.readAllBytes(output);
      assertThat(after).as("old and new differ").isNotEqualTo(before);
      return new Victim(command, output, before, after, millis);
    }
  }

  @BeforeEach
  void runUndisturbed() throws Exception {
    Path in = Files.createDirectories(folder.resolve("in"));
    Path ratings = TwoTastes.ratings(in);
    Path database = in.resolve("books.db");
    Path loaded = folder.resolve("out/ratings.safetensors");
    Path trained = folder.resolve("out/model.safetensors");
    Path ranking = folder.resolve("out/ranking.safetensors");
    Files.createDirectories(loaded.getParent());
    victims.add(Victim.of(loaded, List.of("load", database, "-o", loaded), "--zero", "rating"));
    victims.add(grown(in, database));
    victims.add(
        Victim.of(
            trained,
            List.of("train", ratings, "-o", trained, "--epochs", 3, "--deterministic"),
            "--seed",
            7));
    victims.add(
        Victim.of(
            ranking,
            List.of("train", ratings, "-o", ranking, "--epochs", 3, "--objective", "ranking"),
            "--seed",
            7));
  }

  /// A load of the database that goes on from that of one with fewer rows.
  private Victim grown(Path in, Path database) throws Exception {
    Path shorter = Files.createDirectories(in.resolve("shorter")).resolve("books.db");
    Database.of(Files.copy(database, shorter), "DELETE FROM ratings WHERE rowid > 500");
    Path output = folder.resolve("out/grown.safetensors");
    return Victim.after(
        List.of("load", shorter, "-o", output),
        output,
        List.of("load", database, "-o", output, "--append"));
  }

  @Test
  void whatIsThereAfterAKillIsWhole() throws Exception {
    int visible = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      long seed = SEED + kill;
      try {
        visible += kill(victims.get(kill % victims.size()), new SplittableRandom(seed));
        if (kill % KILLS_IN_A_ROW == KILLS_IN_A_ROW - 1 || kill == KILLS - 1) {
          runAgain();
        }
      } catch (Throwable e) {
        throw new AssertionError("-Dpeccary.kills.seed=" + seed, e);
      }
    }
    System.out.printf(
        "%d runs killed from -Dpeccary.kills.seed=%d on, %d of them with a temporary%n",
        KILLS, SEED, visible);
    assertThat(visible).as("kills while the output is written").isPositive();
  }

  /// Returns 1 if the kill left a temporary, else 0.
  private int kill(Victim victim, SplittableRandom random) throws Exception {
    boolean hadOld = random.nextBoolean();
    Files.deleteIfExists(victim.output);
    if (hadOld) {
      Files.write(victim.output, victim.before);
    }
    List<Path> temporaries = temporaries();
    try (JavaProcess process = JavaProcess.peccary(victim.command.toArray())) {
      if (random.nextBoolean()) {
        boolean _ = process.ends(random.nextLong(victim.millis));
      } else {
        while (process.isAlive() && temporaries().stream().allMatch(temporaries::contains)) {
          Thread.onSpinWait();
        }
        long micros = random.nextLong(1L << random.nextInt(WRITING_MICROS_BITS));
        Thread.sleep(micros / 1000, (int) (micros % 1000) * 1000);
      }
      process.kill();
    }
    assertWhole(victim, hadOld);
    return temporaries().stream().allMatch(temporaries::contains) ? 0 : 1;
  }

  private static void assertWhole(Victim victim, boolean hadOld) throws IOException {
    if (!Files.exists(victim.output)) {
      assertThat(hadOld).as("the old file is gone").isFalse();
      return;
    }
    byte[] found = Files.readAllBytes(victim.output);
    if (!hadOld || !Arrays.equals(found, victim.before)) {
      assertThat(found).as("neither the old file nor the new one").isEqualTo(victim.after);
    }
    if (victim.command.getFirst().equals("load")) {
      RatingMatrix.open(victim.output, Verify.CHECKSUMS).close();
    } else {
      FactorModel.open(victim.output, Verify.CHECKSUMS).close();
    }
  }

  private void runAgain() throws IOException {
    for (Victim victim : victims) {
      Cli.Result result = Cli.run(victim.command.toArray());
      assertThat(result.exitCode()).as(result.err()).isZero();
      assertThat(victim.output).hasBinaryContent(victim.after);
    }
    assertThat(temporaries()).as("left over after the next run").isEmpty();
  }

  /// Everything beside the outputs.
  private List<Path> temporaries() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("out"))) {
      return files
          .filter(file -> victims.stream().noneMatch(victim -> victim.output.equals(file)))
          .toList();
    }
  }
}
