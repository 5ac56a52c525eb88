package io.github.peccary.engine.model;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.kernel.StepSizes;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A matrix of more floats than an `int` can count, in a sparse file: only what is touched is
/// there.
class LongOffsetsTest {
  private static final int RANK = 1022;
  private static final int ROWS = (int) ((1L << 31) / 1024) + 1000;

  @TempDir private Path folder;

  @Test
  void rowsBeyondTwoToThe31FloatsAreLearntAndScoredLikeAnyOthers() throws IOException {
    try (Arena arena = Arena.ofShared();
        FileChannel file =
            FileChannel.open(
                folder.resolve("rows"),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.SPARSE)) {
      long bytes = (long) ROWS * Kernels.strideFor(RANK) * Float.BYTES;
      MemorySegment mapped = file.map(MapMode.READ_WRITE, 0, bytes, arena);
      FactorMatrix far = FactorMatrix.of(mapped, ROWS, RANK);
      FactorMatrix near = FactorMatrix.allocate(arena, ROWS - firstFar() + 1, RANK);
      assertThat(far.rowOffset(firstFar()) / Float.BYTES).isGreaterThan(Integer.MAX_VALUE);

      float inFar = learn(arena, far, firstFar());
      float inNear = learn(arena, near, 0);
      assertThat(inFar).isEqualTo(inNear);
      for (int row = 0; row < 20; row++) {
        for (int column = 0; column < far.stride(); column++) {
          assertThat(far.get(firstFar() + row, column)).isEqualTo(near.get(row, column));
        }
      }
      for (int untouched : List.of(0, 1000 - 20, firstFar() - 1)) {
        assertThat(far.get(untouched, 0)).isZero(); // where an offset cut to 32 bits would lead
      }
    }
  }

  private static int firstFar() {
    return ROWS - 20;
  }

  /// One pass over twenty ratings of the twenty users from `first` on; the sum of squared errors.
  private static float learn(Arena arena, FactorMatrix users, int first) {
    FactorMatrix items = FactorMatrix.allocate(arena, 20, RANK);
    MemorySegment records = arena.allocate(JAVA_LONG, 20);
    for (int row = 0; row < 20; row++) {
      for (int column = 0; column < RANK; column++) {
        users.set(first + row, column, 1e-4f * (row + column));
        items.set(row, column, 2e-4f * (row - column));
      }
      records.setAtIndex(JAVA_LONG, row, Kernels.record(row, row, row % 5));
    }
    StepSizes steps = new StepSizes(arena, counts(first + 20), 5f, counts(20), 5f);
    steps.setRates(0.01f, 0.1f, 0.01f, 0.5f);
    return Kernels.forRank(RANK)
        .update(users.segment(), first, items.segment(), 0, records, 0, 20, steps);
  }

  private static int[] counts(int rows) {
    int[] counts = new int[rows];
    for (int row = rows - 20; row < rows; row++) {
      counts[row] = 3;
    }
    return counts;
  }
}
