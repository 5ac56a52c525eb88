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

  /// Share of a full Newton step; users and items step at once, so a full one would overshoot.
  private static final double BIAS_PACE = 0.5;

  private final Arena rowsArena = Arena.ofShared();

  /// What is wanted during training only: the data laid out, the copies of the best rows.
  private final Arena scratch = Arena.ofShared();

  private final Workers workers;
  private final Schedule schedule;
  private final SplittableRandom random;
  private final TileLayout training;
  private final TileLayout heldOut;
  private final DampedBiases baseline;
  private final BiasFit biases;
  private final double scale;
  private final boolean hasBiases;
  private final float[] userErrors;
  private final float[] itemErrors;
  private final FactorMatrix users;
  private final FactorMatrix items;
  private final Snapshot bestUsers;
  private final Snapshot bestItems;
  private final TileKernel kernel;
  private final StepSizes steps;

  Fit(RatingMatrix ratings, TrainConfig config, Holdout holdout, Workers workers) {
    this.workers = workers;
    hasBiases = config.biases();
    schedule = config.deterministic() ? new Schedule.Strata() : new Schedule.Hogwild();
    random = new SplittableRandom(config.seed());
    Grid grid = Grid.of(ratings, FactorMatrix.strideFor(config.rank()));
    training = TileLayout.ofTraining(ratings, holdout, config.biases(), grid, workers, scratch);
    heldOut = TileLayout.ofHeldOut(ratings, holdout, training, workers, scratch);
    baseline = BiasFit.customary(training, workers).biases();
    biases = BiasFit.adaptive(training, workers);
    double deviation = biases.residualDeviation();
    scale = deviation > 0 ? deviation : 1;
    InitialFactors initial = new InitialFactors(config, training.mean(), scale, rowsArena, workers);
    users = initial.users(biases.users());
    items = initial.items(biases.items());
    bestUsers = new Snapshot(users, biases.users().counts(), scratch);
    bestItems = new Snapshot(items, biases.items().counts(), scratch);
    userErrors = new float[users.rows()];
    itemErrors = new float[items.rows()];
    kernel = new TileKernel(users, items, workers.threads(), scratch);
    steps = new StepSizes(scratch, config.rank(), users.stride(), users.rows(), items.rows());
    for (int user = 0; user < users.rows(); user++) {
      steps.setUserDecay(user, decay(config, biases.users().counts()[user]));
    }
    for (int item = 0; item < items.rows(); item++) {
      steps.setItemDecay(item, decay(config, biases.items().counts()[item]));
    }
  }

  private static float decay(TrainConfig config, int ratings) {
    return (float) (config.l2() / Math.sqrt(Math.max(1, ratings)));
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

  /// One pass over the training ratings, and a step of the biases on the errors it has met. Returns
  /// the mean of the squared errors, each measured before its own update.
  double epoch(LearningRate learningRate, int epoch) {
    double rate = learningRate.at(epoch);
    steps.setRates((float) (rate / scale), (float) rate);
    double[] squares = new double[training.grid().tiles()];
    schedule.visit(
        training.grid(),
        random,
        workers,
        (worker, tile) ->
            squares[tile] = kernel.update(training, tile, steps, userErrors, itemErrors, worker));
    double pace = BIAS_PACE * learningRate.share(epoch);
    stepBiases(users, users.rank(), biases.users(), userErrors, pace);
    stepBiases(items, items.rank() + 1, biases.items(), itemErrors, pace);
    double sum = 0;
    for (double tile : squares) {
      sum += tile;
    }
    return sum / training.ratings();
  }

  /// `b ← b + pace · (Σ e − damping · b) / (n + damping)`: the ridge of [BiasFit], from where the
  /// biases stand. Clears the sums of errors.
  private void stepBiases(
      FactorMatrix rows, int column, BiasFit.Side side, float[] errors, double pace) {
    workers.forRange(
        rows.rows(),
        GRAIN,
        (from, to) -> {
          for (int row = from; row < to; row++) {
            int count = side.counts()[row];
            if (count > 0 && hasBiases) {
              double bias = rows.get(row, column);
              double gradient = errors[row] - side.damping() * bias;
              rows.set(row, column, (float) (bias + pace * gradient / (count + side.damping())));
            }
            errors[row] = 0f;
          }
        });
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

  /// Errors of the customary damped biases over the held-out ratings.
  RatingMetrics measureBaseline() {
    return measure(baseline);
  }

  /// Errors of the mean of the training ratings over the held-out ratings.
  RatingMetrics measureGlobalMean() {
    return measure(
        new DampedBiases(baseline.globalMean(), new float[users.rows()], new float[items.rows()]));
  }

  /// Errors over the held-out ratings of the biases that training starts from.
  RatingMetrics measureStart() {
    return measure(biases.biases());
  }

  private RatingMetrics measure(DampedBiases expected) {
    Grid grid = heldOut.grid();
    float shift = expected.globalMean() - heldOut.offset();
    RatingMetrics[] tiles = new RatingMetrics[grid.tiles()];
    workers.forRange(
        tiles.length,
        1,
        (tile, _) -> {
          tiles[tile] = new RatingMetrics();
          int firstUser = grid.firstUser(tile);
          int firstItem = grid.firstItem(tile);
          for (long record = heldOut.start(tile); record < heldOut.start(tile + 1); record++) {
            float user = expected.user()[firstUser + heldOut.localUser(record)];
            float item = expected.item()[firstItem + heldOut.localItem(record)];
            tiles[tile].add(shift + user + item, heldOut.value(record));
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

  /// Takes the factors back and leaves the biases alone.
  void clearFactors() {
    for (FactorMatrix rows : new FactorMatrix[] {users, items}) {
      for (int row = 0; row < rows.rows(); row++) {
        rows.segment()
            .asSlice(rows.rowOffset(row), (long) rows.rank() * Float.BYTES)
            .fill((byte) 0);
      }
    }
  }

  /// Frees all but the rows: what comes next may need the memory.
  void endTraining() {
    close(scratch);
  }

  /// Frees everything; a second time changes nothing.
  @Override
  public void close() {
    close(scratch);
    close(rowsArena);
  }

  private static void close(Arena arena) {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
