package io.github.peccary.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.model.DampedBiases;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.LongCursor;
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
  void bothPartsTogetherHoldEveryRatingOnceInItsTile() throws IOException {
    try (RatingMatrix ratings = random();
        Workers workers = new Workers(2);
        Arena arena = Arena.ofShared()) {
      Holdout holdout = Holdout.random(ratings, Holdout.Scope.RATINGS, 0.2, SEED);
      TileLayout.Split split = layouts(ratings, holdout, workers, arena).build(true);
      TileLayout training = split.training();
      TileLayout heldOut = split.heldOut();
      Map<Long, Float> seen = new HashMap<>();
      RatedRows users = RatedRows.users(ratings, workers);
      RatedRows items = RatedRows.items(ratings, workers);
      collect(training, false, holdout, users, items, seen);
      collect(heldOut, true, holdout, users, items, seen);

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

  @Test
  void allEventsAreLaidOutForRankings() throws IOException {
    try (RatingMatrix ratings = random();
        Workers workers = new Workers(2);
        Arena arena = Arena.ofShared()) {
      Holdout holdout = Holdout.random(ratings, Holdout.Scope.EVENTS, 0.2, SEED);
      RatedRows users = RatedRows.all(ratings.byUser());
      RatedRows items = RatedRows.dealt(ratings.byItem(), SEED);
      TileLayout.Split split =
          TileLayout.Builder.ofEvents(ratings, holdout, users, items, 32, workers, arena)
              .build(false);
      assertThat(split.training().ratings() + split.heldOut().ratings())
          .isEqualTo(ratings.events())
          .isGreaterThan(ratings.ratings());
      Map<Long, Float> heldOut = new HashMap<>();
      collect(split.heldOut(), true, holdout, users, items, heldOut);
      for (int item = 0; item < ratings.items(); item++) {
        RankingEvents events = new RankingEvents(ratings, holdout, 0, false);
        events.start(item);
        assertThat(split.itemCounts()[items.rows()[item]]).isEqualTo(events.count());
      }
    }
  }

  @Test
  void aUserDoesNotFollowHimself() throws IOException {
    List<RatingMatrices.Triple> dense = RatingMatrices.random(400, 64, 0.9, SEED);
    try (RatingMatrix ratings = RatingMatrices.open(folder.resolve("dense"), dense);
        Workers workers = new Workers(1);
        Arena arena = Arena.ofShared()) {
      TileLayout layout = layouts(ratings, Holdout.none(), workers, arena).build(true).training();
      for (int tile = 0; tile < layout.grid().tiles(); tile++) {
        LongCursor records = layout.records(tile);
        int before = -1;
        for (long left = Math.min(256, layout.size(tile)); left > 0; left--) {
          int localUser = Kernels.localUser(records.next());
          assertThat(localUser).isNotEqualTo(before);
          before = localUser;
        }
      }
    }
  }

  private static TileLayout.Builder layouts(
      RatingMatrix ratings, Holdout holdout, Workers workers, Arena arena) {
    return new TileLayout.Builder(
        ratings,
        holdout,
        (_, _) -> false,
        RatedRows.users(ratings, workers),
        RatedRows.items(ratings, workers),
        32,
        workers,
        arena);
  }

  private static void collect(
      TileLayout layout,
      boolean heldOut,
      Holdout holdout,
      RatedRows users,
      RatedRows items,
      Map<Long, Float> seen) {
    Grid grid = layout.grid();
    for (int block = 0; block < grid.blocks(); block++) {
      for (int stripe = 0; stripe < grid.stripes(); stripe++) {
        int tile = grid.tile(stripe, block);
        LongCursor records = layout.records(tile);
        for (long left = layout.size(tile); left > 0; left--) {
          long record = records.next();
          int userRow = grid.blockStarts()[block] + Kernels.localUser(record);
          int itemRow = grid.stripeStarts()[stripe] + Kernels.localItem(record);
          assertThat(userRow).isLessThan(grid.blockStarts()[block + 1]);
          assertThat(itemRow).isLessThan(grid.stripeStarts()[stripe + 1]);
          int user = users.numbers()[userRow];
          int item = items.numbers()[itemRow];
          assertThat(holdout.contains(user, item, 1)).isEqualTo(heldOut);
          assertThat(seen.put(pair(user, item), Kernels.value(record))).isNull();
        }
      }
    }
  }

  @Test
  void stripesAndBlocksCoverAllRowsAndThereIsABlockForEveryStripe() {
    for (int[] size : new int[][] {{90, 60}, {0, 0}, {1, 1}, {70_000, 3}, {3, 200_000}}) {
      int[] users = new Random(SEED).ints(size[0], 1, 50).toArray();
      int[] items = new Random(SEED).ints(size[1], 1, 50).toArray();
      for (int stride : new int[] {16, 64, 1 << 16}) {
        Grid grid = Grid.of(users, items, stride);
        assertThat(grid.blocks()).isGreaterThanOrEqualTo(grid.stripes());
        assertThat(grid.stripeStarts()).startsWith(0).endsWith(size[1]).isSorted();
        assertThat(grid.blockStarts()).startsWith(0).endsWith(size[0]).isSorted();
        for (int tile = 1; tile <= grid.stripes(); tile++) {
          assertThat(grid.stripeStarts()[tile] - grid.stripeStarts()[tile - 1])
              .isLessThanOrEqualTo(Grid.MAX_ROWS);
        }
        for (int tile = 1; tile <= grid.blocks(); tile++) {
          assertThat(grid.blockStarts()[tile] - grid.blockStarts()[tile - 1])
              .isLessThanOrEqualTo(Grid.MAX_ROWS);
        }
      }
    }
  }

  @Test
  void dampedBiasesAreWhatTheObviousLoopsFind() throws IOException {
    try (RatingMatrix ratings = random();
        Workers workers = new Workers(3);
        Arena arena = Arena.ofShared()) {
      for (boolean centred : new boolean[] {true, false}) {
        RatedRows users = RatedRows.users(ratings, workers);
        RatedRows items = RatedRows.items(ratings, workers);
        TileLayout.Split split = layouts(ratings, Holdout.none(), workers, arena).build(centred);
        BiasFit fit = BiasFit.adaptive(split, workers).customary();
        DampedBiases biases = fit.biases();
        double mean = mean(ratings);
        assertThat((double) biases.globalMean()).isCloseTo(mean, within(1e-5));

        // At the fixed point, each bias is the damped mean of what the others leave over.
        for (int row = 0; row < users.size(); row++) {
          int user = users.numbers()[row];
          double sum = 0;
          int count = 0;
          for (long at = ratings.byUser().start(user); at < ratings.byUser().end(user); at++) {
            float value = ratings.byUser().value(at);
            if (ratings.isRating(value)) {
              sum += value - mean - biases.item()[items.rows()[ratings.byUser().index(at)]];
              count++;
            }
          }
          assertThat(fit.users().counts()[row]).isEqualTo(count);
          assertThat((double) biases.user()[row]).isCloseTo(sum / (count + 5), within(1e-4));
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
      TileLayout.Split split = layouts(ratings, Holdout.none(), workers, arena).build(true);
      BiasFit fit = BiasFit.adaptive(split, workers);
      assertThat(fit.residualDeviation()).isCloseTo(1, within(0.05));
      assertThat(fit.users().damping()).isCloseTo(1 / 0.25, within(1.0));
      assertThat(fit.items().damping()).isCloseTo(1 / 0.09, within(3.0));
    }
  }

  @Test
  void itemBiasesFollowTheirNumbersOfRatingsWhereTheDataDo() throws IOException {
    for (double slope : new double[] {0, 0.4}) {
      Random random = new Random(SEED);
      List<RatingMatrices.Triple> triples = new ArrayList<>();
      double[] planted = new double[1000];
      for (int item = 0; item < planted.length; item++) {
        double log = 4 * Math.pow(random.nextDouble(), 2); // from 1 rating to 55
        planted[item] = 3 + slope * log + 0.2 * random.nextGaussian();
        for (int n = 0; n < Math.round(Math.exp(log)); n++) {
          double value = planted[item] + random.nextGaussian();
          triples.add(RatingMatrices.triple("u" + (item + 7 * n) % 400, "i" + item, value));
        }
      }
      triples.add(RatingMatrices.triple("u1", "seen, not rated", 0));
      try (RatingMatrix ratings = RatingMatrices.open(folder.resolve("line" + slope), triples);
          Workers workers = new Workers(2);
          Arena arena = Arena.ofShared()) {
        TileLayout.Split split = layouts(ratings, Holdout.none(), workers, arena).build(true);
        BiasFit fit = BiasFit.adaptive(split, workers);
        RatedRows items = RatedRows.items(ratings, workers);
        assertThat(fit.biases().globalMean()).isCloseTo(3, within(0.1f));
        assertThat(error(fit.biases(), items, ratings, planted))
            .isLessThan(
                (slope == 0 ? 1.02 : 0.8)
                    * error(fit.customary().biases(), items, ratings, planted));

        TileLayout training = split.training();
        float before = Kernels.value(training.records(0).next());
        float offset = training.offset();
        training.subtract(fit.level(), workers);
        assertThat(training.offset()).isEqualTo(offset + fit.level());
        assertThat(Kernels.value(training.records(0).next())).isEqualTo(before - fit.level());
        DampedBiases again = BiasFit.adaptive(split, workers).biases();
        assertThat(again.globalMean()).isCloseTo(fit.biases().globalMean(), within(1e-4f));
        assertThat(again.item()).containsExactly(fit.biases().item(), within(1e-4f));
      }
    }
  }

  /// Mean square distance of the items' expected ratings from the planted ones.
  private static double error(
      DampedBiases biases, RatedRows items, RatingMatrix ratings, double[] planted) {
    double sum = 0;
    for (int row = 0; row < items.size(); row++) {
      int item = Integer.parseInt(ratings.itemIds().id(items.numbers()[row]).substring(1));
      double distance = biases.globalMean() + biases.item()[row] - planted[item];
      sum += distance * distance;
    }
    return sum / items.size();
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

  private static Offset<Float> within(float distance) {
    return Offset.offset(distance);
  }

  private static Offset<Double> within(double distance) {
    return Offset.offset(distance);
  }
}
