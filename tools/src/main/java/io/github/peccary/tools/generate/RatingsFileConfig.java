package io.github.peccary.tools.generate;

import java.nio.file.Path;

/// What to make up.
///
/// @param seed the same shape and seed give the same bytes, everywhere
/// @param output the ratings file to write; an old one is replaced when the new one is complete
/// @param threads how many work at it; the bytes do not depend on it
public record RatingsFileConfig(RatingsShape shape, long seed, Path output, int threads) {

  /// With a thread for every processor.
  public static RatingsFileConfig of(RatingsShape shape, long seed, Path output) {
    return new RatingsFileConfig(shape, seed, output, Runtime.getRuntime().availableProcessors());
  }
}
