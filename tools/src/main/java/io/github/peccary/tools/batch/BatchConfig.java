package io.github.peccary.tools.batch;

import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.recommend.ItemFilter;
import java.nio.file.Path;

/// What is recommended to every user, and where it is written.
///
/// @param output its ending says the [BatchFormat]
/// @param k items of each user, at most
/// @param blended by what the model has besides its factors, too
/// @param threads they change no byte
public record BatchConfig(Path output, int k, boolean blended, ItemFilter filter, int threads) {
  /// @throws IllegalArgumentException if there can be no such run
  public BatchConfig {
    BatchFormat _ = BatchFormat.of(output);
    if (k < 1) {
      throw new IllegalArgumentException("k must be 1 or more: k=" + k);
    }
    if (threads < 1 || threads > Workers.MAX_THREADS) {
      throw new IllegalArgumentException(
          "threads must be from 1 to %d: threads=%d".formatted(Workers.MAX_THREADS, threads));
    }
  }

  BatchFormat format() {
    return BatchFormat.of(output);
  }

  /// Where it is kept how far a run has come.
  public Path statePath() {
    return output.resolveSibling(output.getFileName() + ".part.json");
  }
}
