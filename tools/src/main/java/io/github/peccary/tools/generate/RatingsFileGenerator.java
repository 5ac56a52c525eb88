package io.github.peccary.tools.generate;

import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.CompressedRows;
import io.github.peccary.engine.ratings.RatingMatrixWriter;
import io.github.peccary.engine.ratings.TextColumn;
import io.github.peccary.engine.ratings.Zero;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;

/// Makes up a ratings file of any size without a database before it: [RatingsShape] says how much
/// of everything, [PlantedRatings] what the ratings are.
public final class RatingsFileGenerator {
  private static final int DECIMAL = 10;

  private RatingsFileGenerator() {}

  /// The bytes of the file depend on shape and seed only.
  ///
  /// @throws IOException with the sentence, if the file cannot be written; an old one is untouched
  public static GeneratorReport generate(RatingsFileConfig config, GeneratorListener listener)
      throws IOException {
    long start = System.nanoTime();
    RatingsShape shape = config.shape();
    try (Arena arena = Arena.ofShared();
        Workers workers = new Workers(config.threads())) {
      CompressedRows byUser = PlantedRatings.make(shape, config.seed(), workers, arena, listener);
      RatingMatrixWriter.write(
          config.output(),
          byUser,
          ids('u', shape.users(), arena),
          ids('i', shape.items(), arena),
          null,
          Zero.IMPLICIT,
          Map.of());
    }
    return new GeneratorReport(
        config.output(),
        shape.name(),
        config.seed(),
        shape.ratings(),
        shape.users(),
        shape.items(),
        0,
        0,
        (System.nanoTime() - start) / 1e9);
  }

  /// A letter and a number from 1, with leading zeros: the order of the ids is that of the numbers,
  /// as the file wants it where counts are equal.
  private static TextColumn ids(char letter, int count, Arena arena) {
    int length = 1 + Integer.toString(count).length();
    MemorySegment bytes = arena.allocate((long) count * length);
    MemorySegment offsets = arena.allocate(ValueLayout.JAVA_LONG, count + 1L);
    byte[] id = new byte[length];
    id[0] = (byte) letter;
    for (int i = 0; i < count; i++) {
      int digits = i + 1;
      for (int at = length - 1; at > 0; at--) {
        id[at] = (byte) ('0' + digits % DECIMAL);
        digits /= DECIMAL;
      }
      MemorySegment.copy(id, 0, bytes, ValueLayout.JAVA_BYTE, (long) i * length, length);
      offsets.setAtIndex(ValueLayout.JAVA_LONG, i + 1L, (i + 1L) * length);
    }
    return new TextColumn(count, bytes, offsets);
  }
}
