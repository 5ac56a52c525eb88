package io.github.peccary.bench;

import io.github.peccary.engine.model.DampedBiases;
import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.FactorModelWriter;
import io.github.peccary.engine.model.ModelFormat;
import io.github.peccary.engine.model.UserRidge;
import io.github.peccary.engine.ratings.CompressedRows;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.ratings.RatingMatrixWriter;
import io.github.peccary.engine.ratings.TextColumn;
import io.github.peccary.engine.ratings.Zero;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToLongFunction;

/// A model of random factors for one user and so many items, mapped from a file of its own, which
/// goes with it.
final class MadeUpModel implements AutoCloseable {
  private final Path folder = Files.createTempDirectory("peccary-bench");
  private final Path file = folder.resolve("model.safetensors");
  private final FactorModel model;

  MadeUpModel(int items, int rank) throws IOException {
    write(file, items, rank);
    model = FactorModel.open(file, Verify.STRUCTURE);
  }

  FactorModel model() {
    return model;
  }

  Path file() {
    return file;
  }

  @Override
  public void close() throws IOException {
    model.close();
    Files.delete(file);
    Files.delete(folder);
  }

  private static void write(Path target, int items, int rank) throws IOException {
    Path ratingsFile = target.resolveSibling("ratings.safetensors");
    writeRatings(ratingsFile, items);
    try (RatingMatrix ratings = RatingMatrix.open(ratingsFile, Verify.STRUCTURE)) {
      write(target, ratings, rank);
    }
    Files.delete(ratingsFile);
  }

  /// One user, one event an item.
  private static void writeRatings(Path target, int items) throws IOException {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment indices = arena.allocate(ValueLayout.JAVA_INT, items);
      MemorySegment values = arena.allocate(ValueLayout.JAVA_FLOAT, items);
      byte[] ids = new byte[10 * items];
      for (int item = 0; item < items; item++) {
        indices.setAtIndex(ValueLayout.JAVA_INT, item, item);
        values.setAtIndex(ValueLayout.JAVA_FLOAT, item, 1 + item % 10);
        byte[] id = "%010d".formatted(item).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(id, 0, ids, 10 * item, 10);
      }
      RatingMatrixWriter.write(
          target,
          new CompressedRows(
              1, items, offsets(arena, 1, row -> (long) row * items), indices, values),
          new TextColumn(
              1, arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 'u'), offsets(arena, 1, i -> i)),
          new TextColumn(
              items,
              arena.allocateFrom(ValueLayout.JAVA_BYTE, ids),
              offsets(arena, items, item -> 10L * item)),
          null,
          Zero.IMPLICIT,
          Map.of());
    }
  }

  private static MemorySegment offsets(Arena arena, int rows, IntToLongFunction offset) {
    MemorySegment offsets = arena.allocate(ValueLayout.JAVA_LONG, rows + 1L);
    for (int row = 0; row <= rows; row++) {
      offsets.setAtIndex(ValueLayout.JAVA_LONG, row, offset.applyAsLong(row));
    }
    return offsets;
  }

  private static void write(Path target, RatingMatrix ratings, int rank) throws IOException {
    int items = ratings.items();
    float[] ridge = new float[rank + 1];
    Arrays.fill(ridge, 4);
    Random random = new Random(42);
    try (Arena arena = Arena.ofShared()) {
      FactorMatrix userRows = FactorMatrix.allocate(arena, 1, rank);
      FactorMatrix itemRows = FactorMatrix.allocate(arena, items, rank);
      fill(userRows, rank, random);
      fill(itemRows, rank + 1, random);
      new FactorModelWriter(
              ratings,
              userRows,
              itemRows,
              new DampedBiases(5f, new float[1], new float[items]),
              Map.of(
                  ModelFormat.BIASES, "true",
                  ModelFormat.OBJECTIVE, "rating",
                  ModelFormat.HOLDOUT, Holdout.none().toString(),
                  ModelFormat.REFIT, "false"))
          .globalMean(5f)
          .ridge(new UserRidge(ridge, 0.1, 0.01, 0))
          .write(target);
    }
  }

  private static void fill(FactorMatrix rows, int biasColumn, Random random) {
    int rank = rows.rank();
    for (int row = 0; row < rows.rows(); row++) {
      for (int column = 0; column < rank; column++) {
        rows.set(row, column, (float) random.nextGaussian());
      }
      rows.set(row, biasColumn, (float) random.nextGaussian());
      rows.set(row, 2 * rank + 1 - biasColumn, 1f);
    }
  }
}
