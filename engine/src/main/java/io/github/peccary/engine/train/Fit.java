package io.github.peccary.engine.train;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.kernel.StepSizes;
import io.github.peccary.engine.metric.RatingMetrics;
import io.github.peccary.engine.model.DampedBiases;
import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.RatingMatrix;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;

/// Factors being fitted to one split of the ratings: the data laid out, the rows, and what one
/// epoch does to them. The loop over epochs is in [Trainer].
final class Fit implements AutoCloseable {
  private static final int GRAIN = 4096;

  private final Arena arena = Arena.ofShared();
  private final Workers workers;
  private final Schedule schedule;
  private final SplittableRandom random;
  private final TileLayout training;
  private final TileLayout heldOut;
  private final DampedBiases baseline;
  private final FactorMatrix users;
  private final FactorMatrix items;
  private final Snapshot bestUsers;
  private final Snapshot bestItems;
  private final TileKernel kernel;
  private final StepSizes steps;

  Fit(RatingMatrix ratings, TrainConfig config, Holdout holdout, Workers workers) {
    this.workers = workers;
    schedule = config.deterministic() ? new Schedule.Strata() : new Schedule.Hogwild();
    random = new SplittableRandom(config.seed());
    Grid grid = Grid.of(ratings, FactorMatrix.strideFor(config.rank()));
    training = TileLayout.ofTraining(ratings, holdout, config.biases(), grid, workers, arena);
    heldOut = TileLayout.ofHeldOut(ratings, holdout, training, workers, arena);
    BiasFit biases = BiasFit.fit(training, workers);
    baseline = biases.biases();
    InitialFactors initial = new InitialFactors(config, training, arena, workers);
    users = initial.users(baseline.user(), biases.userRatings());
    items = initial.items(baseline.item(), biases.itemRatings());
    bestUsers = new Snapshot(users, biases.userRatings(), arena);
    bestItems = new Snapshot(items, biases.itemRatings(), arena);
    kernel = new TileKernel(users, items, workers.threads(), arena);
    steps = new StepSizes(arena, config.rank(), users.stride());
  }

  /// Ratings trained on.
  long ratings() {
    return training.ratings();
  }

  /// Ratings held out.
  long heldOutRatings() {
    return heldOut.ratings();
  }

  /// What the score of a model is counted from: the mean rating, or 0 for plain `U·Vᵀ`.
  float globalMean() {
    return training.offset();
  }

  DampedBiases baseline() {
    return baseline;
  }

  FactorMatrix users() {
    return users;
  }

  FactorMatrix items() {
    return items;
  }

  /// One pass over the training ratings; returns the mean of their squared errors, each measured
  /// before its own update.
  double epoch(LearningRate learningRate, int epoch) {
    learningRate.set(steps, epoch);
    double[] squaredErrors = new double[training.grid().tiles()];
    schedule.visit(
        training.grid(),
        random,
        workers,
        (worker, tile) -> squaredErrors[tile] = kernel.update(training, tile, steps, worker));
    double sum = 0;
    for (double tile : squaredErrors) {
      sum += tile;
    }
    return sum / training.ratings();
  }

  /// Errors of the rows as they are over the training ratings.
  RatingMetrics measureTraining() {
    return measure(training);
  }

  /// Errors of the rows as they are over the held-out ratings.
  RatingMetrics measureHeldOut() {
    return measure(heldOut);
  }

  private RatingMetrics measure(TileLayout layout) {
    RatingMetrics[] tiles = new RatingMetrics[layout.grid().tiles()];
    workers.run(
        worker -> {
          for (int tile = worker; tile < tiles.length; tile += workers.threads()) {
            tiles[tile] = new RatingMetrics();
            kernel.measure(layout, tile, tiles[tile], worker);
          }
        });
    return sum(tiles);
  }

  /// Errors of the damped biases alone over the held-out ratings.
  RatingMetrics measureBaseline() {
    Grid grid = heldOut.grid();
    float shift = baseline.globalMean() - heldOut.offset();
    RatingMetrics[] tiles = new RatingMetrics[grid.tiles()];
    workers.forRange(
        tiles.length,
        1,
        (tile, _) -> {
          tiles[tile] = new RatingMetrics();
          int firstUser = grid.blockStarts()[tile / grid.stripes()];
          int firstItem = grid.stripeStarts()[tile % grid.stripes()];
          for (long record = heldOut.start(tile); record < heldOut.start(tile + 1); record++) {
            float expected =
                shift
                    + baseline.user()[firstUser + heldOut.localUser(record)]
                    + baseline.item()[firstItem + heldOut.localItem(record)];
            tiles[tile].add(expected, heldOut.value(record));
          }
        });
    return sum(tiles);
  }

  /// In the order of the tiles, whoever measured them.
  private static RatingMetrics sum(RatingMetrics[] tiles) {
    RatingMetrics sum = new RatingMetrics();
    for (RatingMetrics tile : tiles) {
      sum.add(tile);
    }
    return sum;
  }

  /// Whether every row is made of finite numbers.
  boolean isFinite() {
    AtomicBoolean finite = new AtomicBoolean(true);
    Kernels kernels = Kernels.forStride(users.stride());
    for (FactorMatrix rows : new FactorMatrix[] {users, items}) {
      workers.forRange(
          rows.rows(),
          GRAIN,
          (from, to) -> {
            for (int row = from; row < to; row++) {
              long offset = rows.rowOffset(row);
              float squares = kernels.dot(rows.segment(), offset, rows.segment(), offset);
              if (!Float.isFinite(squares)) {
                finite.setPlain(false);
              }
            }
          });
    }
    return finite.get();
  }

  /// Remembers the rows as the best so far.
  void saveBest() {
    workers.forRange(bestUsers.rows(), GRAIN, bestUsers::save);
    workers.forRange(bestItems.rows(), GRAIN, bestItems::save);
  }

  /// Makes the rows the best so far.
  void restoreBest() {
    bestUsers.restore();
    bestItems.restore();
  }

  /// Takes the factors back and leaves the biases as training began with them.
  void clearFactors() {
    for (FactorMatrix rows : new FactorMatrix[] {users, items}) {
      for (int row = 0; row < rows.rows(); row++) {
        rows.segment()
            .asSlice(rows.rowOffset(row), (long) rows.rank() * Float.BYTES)
            .fill((byte) 0);
      }
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
