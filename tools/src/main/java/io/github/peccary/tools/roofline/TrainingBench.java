package io.github.peccary.tools.roofline;

import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.storage.Verify;
import io.github.peccary.engine.train.TrainConfig;
import io.github.peccary.engine.train.Trainer;
import io.github.peccary.engine.train.TrainingResult;
import io.github.peccary.tools.generate.RatingsFileConfig;
import io.github.peccary.tools.generate.RatingsFileGenerator;
import io.github.peccary.tools.generate.RatingsShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A training to measure, on made-up ratings or on a file of them, and LIBMF beside it on the same
/// split.
///
/// @param rank factors of a row
/// @param epochs of both, all of which are run unless early stopping ends ours
/// @param libmf the path of LIBMF's `mf-train`, if it is to be timed
/// @param libmfL2 its `-l2`
public record TrainingBench(
    int rank, int epochs, int threads, @Nullable Path libmf, double libmfL2) {

  /// What came out.
  ///
  /// @param ratings trained on and held out
  /// @param ratingsPerSecond of the median epoch
  /// @param holdoutRmse of the best epoch
  public record Result(
      long ratings,
      int users,
      int items,
      double ratingsPerSecond,
      double holdoutRmse,
      double holdoutBiasesRmse,
      Libmf.@Nullable Run libmf) {}

  /// Trains on ratings of this shape.
  public Result run(RatingsShape shape) throws IOException {
    try (Folder folder = new Folder()) {
      Path file = folder.file("ratings.safetensors");
      RatingsFileGenerator.generate(RatingsFileConfig.of(shape, 42, file), (_, _) -> {});
      return run(file, folder);
    }
  }

  /// Trains on a ratings file.
  public Result run(Path ratings) throws IOException {
    try (Folder folder = new Folder()) {
      return run(ratings, folder);
    }
  }

  private Result run(Path file, Folder folder) throws IOException {
    TrainConfig config =
        TrainConfig.defaults().withRank(rank).withEpochs(epochs).withThreads(threads);
    try (RatingMatrix ratings = RatingMatrix.open(file, Verify.STRUCTURE);
        TrainingResult result = Trainer.train(ratings, config, _ -> {})) {
      Libmf.Run theirs =
          libmf == null
              ? null
              : Libmf.train(
                  libmf,
                  ratings,
                  result.holdout(),
                  rank + 2, // as long a row as ours, which has two columns of biases
                  libmfL2,
                  epochs,
                  threads,
                  folder::file);
      return new Result(
          ratings.ratings(),
          ratings.users(),
          ratings.items(),
          result.ratingsPerSecond(),
          result.heldOut().rmse(),
          result.heldOutBaseline().rmse(),
          theirs);
    }
  }

  /// A folder that goes with its files, even if the process is interrupted.
  private static final class Folder implements AutoCloseable {
    private final Path path;
    private final List<Path> files = new ArrayList<>();

    Folder() throws IOException {
      path = Files.createTempDirectory("peccary-bench");
      path.toFile().deleteOnExit(); // the last one named goes first
    }

    Path file(String name) {
      Path file = path.resolve(name);
      file.toFile().deleteOnExit();
      files.add(file);
      return file;
    }

    @Override
    public void close() throws IOException {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(path);
    }
  }
}
