package io.github.peccary.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.LongCursor;
import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NegativesTest {
  private static final int BATCH = 16;
  private static final int NEGATIVES = 3;

  @TempDir private Path folder;

  /// The densest users have nearly everything, so that there is not always an item left.
  @ParameterizedTest
  @ValueSource(doubles = {0.02, 0.3, 0.95})
  void aNegativeIsNeverAnEventOfItsUser(double density) throws IOException {
    try (RatingMatrix ratings =
            RatingMatrices.open(folder.resolve("r"), RatingMatrices.random(300, 120, density, 5));
        Workers workers = new Workers(2);
        Arena arena = Arena.ofShared()) {
      TileLayout layout = layout(ratings, workers, arena);
      Grid grid = layout.grid();
      Negatives negatives = new Negatives(grid, ones(ratings.items()));
      negatives.fill(1, workers);
      Negatives.Sampler sampler = negatives.new Sampler(BATCH, NEGATIVES);
      long[] records = new long[BATCH * (NEGATIVES + 1)];
      long drawn = 0;
      for (int tile = 0; tile < grid.tiles(); tile++) {
        Set<Integer> events = new HashSet<>();
        LongCursor cursor = layout.records(tile);
        for (long left = layout.size(tile); left > 0; left--) {
          events.add((int) cursor.next());
        }
        sampler.begin(layout, tile, tile);
        int items = grid.stripeStarts()[tile % grid.stripes() + 1] - grid.firstItem(tile);
        for (long at = layout.start(tile); at < layout.start(tile + 1); at += BATCH) {
          int count = (int) Math.min(BATCH, layout.start(tile + 1) - at);
          sampler.draw(layout, at, 1, count, records);
          for (int place = 0; place < count * (NEGATIVES + 1); place++) {
            long record = records[place];
            assertThat(Kernels.localItem(record)).isLessThan(items);
            assertThat(Kernels.localUser(record))
                .isEqualTo(Kernels.localUser(records[place % count]));
            if (place < count) {
              assertThat(events).contains((int) record);
            } else if (Kernels.value(record) == 0) {
              drawn++;
              assertThat(events).as("tile=%d", tile).doesNotContain((int) record);
            } else {
              assertThat(Kernels.value(record)).isEqualTo(SampledLoss.ABSENT);
            }
          }
        }
      }
      double share = drawn / (double) (NEGATIVES * layout.ratings());
      assertThat(share).isGreaterThan(density > 0.9 ? 0.01 : 0.8);
    }
  }

  /// Over many epochs; one alone cannot hold what is rarer than a place of its pool.
  @Test
  void itemsAreDrawnAsOftenAsTheirWeightsAsk() throws IOException {
    try (RatingMatrix ratings =
            RatingMatrices.open(folder.resolve("r"), RatingMatrices.random(400, 80, 0.1, 6));
        Workers workers = new Workers(2);
        Arena arena = Arena.ofShared()) {
      TileLayout layout = layout(ratings, workers, arena);
      Grid grid = layout.grid();
      double[] weights = ones(ratings.items());
      int end = grid.stripeStarts()[1];
      double sum = 0;
      for (int row = 0; row < end; row++) {
        weights[row] = row == 0 ? 1e-6 : row % 3;
        sum += weights[row];
      }
      Negatives negatives = new Negatives(grid, weights);
      Negatives.Sampler sampler = negatives.new Sampler(BATCH, 1);
      long[] records = new long[BATCH * 2];
      double[] counts = new double[end];
      double all = 0;
      for (int epoch = 0; epoch < 400; epoch++) {
        negatives.fill(epoch, workers);
        int tile = grid.tile(0, epoch % grid.blocks());
        sampler.begin(layout, tile, epoch);
        int events = (int) Math.min(BATCH, layout.size(tile));
        sampler.draw(layout, layout.start(tile), 1, events, records);
        for (int k = 0; k < events; k++) {
          counts[Kernels.localItem(records[events + k])]++;
          all++;
        }
      }
      assertThat(all).isGreaterThan(3000);
      for (int row = 0; row < end; row++) {
        // events of the users thin an item out by its own density, a tenth
        assertThat(counts[row] / all)
            .as("row=%d", row)
            .isCloseTo(weights[row] / sum, Offset.offset(0.06));
        if (row > 0 && weights[row] == 0) {
          assertThat(counts[row]).isZero();
        }
      }
    }
  }

  private static TileLayout layout(RatingMatrix ratings, Workers workers, Arena arena) {
    return TileLayout.Builder.ofEvents(
            ratings,
            Holdout.none(),
            RatedRows.all(ratings.byUser()),
            RatedRows.dealt(ratings.byItem(), 3),
            32,
            workers,
            arena)
        .build(false)
        .training();
  }

  private static double[] ones(int length) {
    double[] ones = new double[length];
    Arrays.fill(ones, 1);
    return ones;
  }
}
