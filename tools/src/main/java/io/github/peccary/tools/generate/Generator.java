package io.github.peccary.tools.generate;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.SplittableRandom;

/// Makes up a SQLite database that looks like Book-Crossing's, with a planted model to be found in
/// it: see [Taste] for the model, [PowerLaw] for the activity, [Isbns] for the spellings.
///
/// The rows depend on shape and seed only. The file is written under a temporary name in the same
/// folder, forced to the disk and renamed.
public final class Generator {
  private Generator() {}

  public static GeneratorReport generate(GeneratorConfig config, GeneratorListener listener)
      throws IOException {
    long start = System.nanoTime();
    Path target = config.output().toAbsolutePath();
    Path folder = target.getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new IOException(
          "the output's folder must exist: output=%s; create the folder or name another one"
              .formatted(config.output()));
    }
    Path temporary =
        folder.resolve(".%s.%d.tmp".formatted(target.getFileName(), ProcessHandle.current().pid()));
    Files.deleteIfExists(temporary); // of a process that had this number before
    try {
      Shape shape = config.shape();
      SplittableRandom random = new SplittableRandom(config.seed());
      Population population = Population.make(shape, random.split());
      try (DatabaseWriter writer = new DatabaseWriter(temporary, shape, listener)) {
        writer.write(population, random.split());
      }
      publish(temporary, target);
      return new GeneratorReport(
          config.output(),
          shape.name(),
          config.seed(),
          shape.rows(),
          shape.users(),
          shape.items(),
          shape.books(),
          shape.duplicates(),
          (System.nanoTime() - start) / 1e9);
    } catch (SQLException e) {
      throw new IOException(
          "the database cannot be written: output=%s, %s; is the disk full?"
              .formatted(config.output(), e.getMessage()),
          e);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static void publish(Path temporary, Path target) throws IOException {
    try (FileChannel file = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      file.force(true);
    }
    Files.move(
        temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Path folder = target.getParent();
    if (folder != null) {
      try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
        entries.force(true); // so that the new name survives a crash, too
      }
    }
  }
}
