package io.github.peccary.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.model.DampedBiases;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TileLayoutTest {
  private static final long SEED = 7;

  @TempDir private Path folder;

  @Test
  void bothPartsTogetherHoldEveryRatingOnceInItsTileSortedByUserAndItem() throws IOException {
    Holdout holdout = Holdout.random(0.2, SEED);
    try (RatingMatrix ratings = random();
        Workers workers = new Workers(2);
        Arena arena = Arena.ofShared()) {
      Grid grid = Grid.of(ratings, 32);
      TileLayout training = TileLayout.ofTraining(ratings, holdout, true, grid, workers, arena);
      TileLayout heldOut = TileLayout.ofHeldOut(ratings, holdout, training, workers, arena);
      Map<Long, Float> seen = new HashMap<>();
      collect(training, false, holdout, seen);
      collect(heldOut, true, holdout, seen);

      assertThat(training.ratings() + heldOut.ratings()).isEqualTo(ratings.ratings());
      assertThat(heldOut.ratings()).isPositive();
      long expected = 0;
      for (int user = 0; user < ratings.users(); user++) {
        for (long at = ratings.byUser().start(user); at < ratings.byUser().end(user); at++) {
          float value = ratings.byUser().value(at);
          if (ratings.isRating(value)) {
            expected++;
            assertThat(seen.get(pair(user, ratings.byUser().index(at))))
                .isEqualTo(value - training.mean());
          }
        }
      }
      assertThat(seen).hasSize((int) expected);
    }
  }

  private static void collect(
      TileLayout layout, boolean heldOut, Holdout holdout, Map<Long, Float> seen) {
    Grid grid = layout.grid();
    for (int block = 0; block < grid.blocks(); block++) {
      for (int stripe = 0; stripe < grid.stripes(); stripe++) {
        int tile = grid.tile(stripe, block);
        long last = -1;
        for (long record = layout.start(tile); record < layout.start(tile + 1); record++) {
          int user = grid.blockStarts()[block] + layout.localUser(record);
          int item = grid.stripeStarts()[stripe] + layout.localItem(record);
          assertThat(user).isLessThan(grid.blockStarts()[block + 1]);
          assertThat(item).isLessThan(grid.stripeStarts()[stripe + 1]);
          assertThat(holdout.contains(user, item)).isEqualTo(heldOut);
          assertThat(pair(user, item)).isGreaterThan(last);
          last = pair(user, item);
          assertThat(seen.put(last, layout.value(record))).isNull();
        }
      }
    }
  }

  @Test
  void stripesAndBlocksCoverAllRowsAndThereIsABlockForEveryStripe() throws IOException {
    try (RatingMatrix ratings = random()) {
      for (int stride : new int[] {16, 64, 1 << 16}) {
        Grid grid = Grid.of(ratings, stride);
        assertThat(grid.blocks()).isGreaterThanOrEqualTo(grid.stripes());
        assertThat(grid.stripeStarts()).startsWith(0).endsWith(ratings.items()).isSorted();
        assertThat(grid.blockStarts()).startsWith(0).endsWith(ratings.users()).isSorted();
      }
    }
  }

  @Test
  void dampedBiasesAreWhatTheObviousLoopsFind() throws IOException {
    try (RatingMatrix ratings = random();
        Workers workers = new Workers(3);
        Arena arena = Arena.ofShared()) {
      for (boolean centred : new boolean[] {true, false}) {
        TileLayout layout =
            TileLayout.ofTraining(
                ratings, Holdout.none(), centred, Grid.of(ratings, 32), workers, arena);
        BiasFit fit = BiasFit.customary(layout, workers);
        DampedBiases biases = fit.biases();
        double mean = mean(ratings);
        assertThat((double) biases.globalMean()).isCloseTo(mean, within(1e-5));

        // At the fixed point, each bias is the damped mean of what the others leave over.
        for (int user = 0; user < ratings.users(); user++) {
          double sum = 0;
          int count = 0;
          for (long at = ratings.byUser().start(user); at < ratings.byUser().end(user); at++) {
            float value = ratings.byUser().value(at);
            if (ratings.isRating(value)) {
              sum += value - mean - biases.item()[ratings.byUser().index(at)];
              count++;
            }
          }
          assertThat(fit.users().counts()[user]).isEqualTo(count);
          assertThat((double) biases.user()[user]).isCloseTo(sum / (count + 5), within(1e-4));
        }
      }
    }
  }

  @Test
  void theDampingThatDataAskForIsTheRatioOfItsVariances() throws IOException {
    Random random = new Random(SEED);
    double[] userBias = new double[600];
    double[] itemBias = new double[500];
    Arrays.setAll(userBias, _ -> 0.5 * random.nextGaussian());
    Arrays.setAll(itemBias, _ -> 0.3 * random.nextGaussian());
    List<RatingMatrices.Triple> triples = new ArrayList<>();
    for (int user = 0; user < userBias.length; user++) {
      for (int item = 0; item < itemBias.length; item++) {
        if (random.nextDouble() < 0.05) {
          double value = 5 + userBias[user] + itemBias[item] + random.nextGaussian();
          triples.add(RatingMatrices.triple("u" + user, "i" + item, value));
        }
      }
    }
    try (RatingMatrix ratings = RatingMatrices.open(folder.resolve("planted"), triples);
        Workers workers = new Workers(2);
        Arena arena = Arena.ofShared()) {
      Grid grid = Grid.of(ratings, 32);
      TileLayout layout =
          TileLayout.ofTraining(ratings, Holdout.none(), true, grid, workers, arena);
      BiasFit fit = BiasFit.adaptive(layout, workers);
      assertThat(fit.residualDeviation()).isCloseTo(1, within(0.05));
      assertThat(fit.users().damping()).isCloseTo(1 / 0.25, within(1.0));
      assertThat(fit.items().damping()).isCloseTo(1 / 0.09, within(3.0));
    }
  }

  private static double mean(RatingMatrix ratings) {
    double sum = 0;
    for (long at = 0; at < ratings.events(); at++) {
      sum += ratings.byUser().value(at);
    }
    return sum / ratings.ratings();
  }

  private RatingMatrix random() throws IOException {
    return RatingMatrices.open(
        folder.resolve("ratings.safetensors"), RatingMatrices.random(90, 60, 0.3, SEED));
  }

  private static long pair(int user, int item) {
    return (long) user << 32 | item;
  }

  private static Offset<Double> within(double distance) {
    return Offset.offset(distance);
  }
}
