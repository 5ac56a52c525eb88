package io.github.peccary.engine.train;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.kernel.StepSizes;
import io.github.peccary.engine.metric.RatingMetrics;
import io.github.peccary.engine.model.DampedBiases;
import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.model.UserRidge;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.LongCursor;
import io.github.peccary.engine.ratings.RatingMatrix;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/// Factors being fitted to one split of the ratings: the data laid out, the rows, and what one
/// epoch does to them. The loop over epochs is in [Trainer].
final class Fit implements AutoCloseable {
  /// Without biases, factors do not lie around zero and have no prior there, but are the less
  /// certain: what is uncertain pulls this many times as much.
  private static final double PLAIN_PULL = 4;

  /// In place of a tile's sum of squares.
  private static final double NOT_VISITED = -1;

  private final Arena rowsArena = Arena.ofShared();

  /// What is wanted during training only: the data laid out, the copies of the best rows.
  private final Arena scratch = Arena.ofShared();

  private final Workers workers;
  private final RatedRows ratedUsers;
  private final RatedRows ratedItems;
  private final Schedule schedule;
  private final SplittableRandom random;
  private final TileLayout training;
  private final TileLayout heldOut;
  private final DampedBiases baseline;
  private final BiasFit biases;
  private final double scale;
  private final double l2;
  private final boolean hasBiases;
  private final long events;
  private final Rows rows;
  private final Rows best;
  private final TileKernel kernel;
  private final StepSizes steps;
  private final @Nullable Predecessor from;

  /// @param from the model to start from, if there is one
  Fit(
      RatingMatrix ratings,
      TrainConfig config,
      Holdout holdout,
      @Nullable Predecessor from,
      Workers workers) {
    this.workers = workers;
    this.from = from;
    int rank = config.rank();
    schedule = config.deterministic() ? new Schedule.Strata() : new Schedule.Hogwild();
    random = new SplittableRandom(config.seed());
    ratedUsers = RatedRows.users(ratings, workers);
    ratedItems = RatedRows.items(ratings, workers);
    var layouts =
        new TileLayout.Builder(
            ratings,
            holdout,
            from == null ? (_, _) -> false : from::mayHaveSeen,
            ratedUsers,
            ratedItems,
            Kernels.strideFor(rank),
            workers,
            scratch);
    TileLayout.Split split = layouts.build(config.biases());
    training = split.training();
    heldOut = split.heldOut();
    ratings.unload(); // the layouts are a copy of all that training needs
    biases = BiasFit.adaptive(split, workers);
    baseline = biases.customary().biases();
    if (config.biases()) {
      training.subtract(biases.level(), workers);
      heldOut.subtract(biases.level(), workers);
    }
    double deviation = biases.residualDeviation();
    scale = deviation > 0 ? deviation : 1;
    InitialFactors initial = new InitialFactors(config, training.mean(), scale, rowsArena, workers);
    rows = new Rows(initial.users(biases.users()), initial.items(biases.items()));
    if (from != null) {
      from.fill(rows, ratedUsers, ratedItems, training.offset());
    }
    best = rows.allocateAlike(scratch);
    best.set(rows, workers);
    kernel = new TileKernel(rows.users(), rows.items(), workers.threads(), scratch);
    steps =
        new StepSizes(
            scratch,
            biases.users().counts(),
            (float) biases.users().damping(),
            biases.items().counts(),
            (float) biases.items().damping());
    l2 = config.l2();
    hasBiases = config.biases();
    events = ratings.events();
  }

  /// Ratings trained on.
  long ratings() {
    return training.ratings();
  }

  /// Ratings held out.
  long heldOutRatings() {
    return heldOut.ratings();
  }

  /// What the score of a model is counted from: the rating to expect where nothing is known, or 0
  /// for plain `U·Vᵀ`.
  float globalMean() {
    return training.offset();
  }

  /// An error that is easily reached: that of the mean, or what the biases leave if that is more.
  double easyError() {
    return Math.max(training.deviation(), scale);
  }

  /// The customary damped biases of all users and items.
  DampedBiases baseline() {
    return new DampedBiases(
        baseline.globalMean(),
        ratedUsers.scatter(baseline.user()),
        ratedItems.scatter(baseline.item()));
  }

  /// Where the row of a user is moved no further by an epoch, all its ratings together, while the
  /// items stand still: with the steps of [StepSizes] on errors `e`, of items with `m` ratings,
  ///
  /// ```text
  /// factors   Σ e q = scale · (priorRate + Σ varianceRate · c / (m + c)) / rate · p
  /// bias      Σ e   = damping · b
  /// ```
  ///
  /// The number of an item's ratings here is taken to be its share of the item's events.
  @Nullable UserRidge ridge() {
    if (l2 == 0) {
      return null;
    }
    int rank = rows.users().rank();
    float[] columns = new float[hasBiases ? rank + 1 : rank];
    Arrays.fill(columns, (float) (hasBiases ? scale * l2 : 0));
    if (hasBiases) {
      columns[rank] = (float) biases.users().damping();
    }
    double pull = scale * l2 * (hasBiases ? 1 : PLAIN_PULL) / StepSizes.PRIOR_COUNT;
    double share = (double) training.ratings() / events;
    return new UserRidge(columns, pull, share / StepSizes.PRIOR_COUNT, 0);
  }

  /// The rows of all users, as they are now.
  FactorMatrix users(Arena arena) {
    FactorMatrix users = rows.users();
    FactorMatrix all = ratedUsers.scatter(users, hasBiases ? users.rank() + 1 : -1, arena, workers);
    if (from != null) {
      from.fillUnratedUsers(all, ratedUsers, globalMean());
    }
    return all;
  }

  /// The rows of all items, as they are now.
  FactorMatrix items(Arena arena) {
    FactorMatrix items = rows.items();
    FactorMatrix all = ratedItems.scatter(items, hasBiases ? items.rank() : -1, arena, workers);
    if (from != null) {
      from.fillUnratedItems(all, ratedItems, globalMean());
    }
    return all;
  }

  /// Draws the order of an epoch and leaves it at that: a resumed training then goes on in the
  /// orders of one that was never interrupted.
  void skipEpoch() {
    Schedule.Diagonals _ = Schedule.Diagonals.shuffled(training.grid(), random);
  }

  /// One pass over the training ratings. Returns the mean of the squared errors, each measured
  /// before its own update; nothing where the pass was broken off, which leaves the rows between
  /// two epochs.
  ///
  /// @param stop asked by every worker before each tile whether to break off
  OptionalDouble epoch(LearningRate learningRate, int epoch, BooleanSupplier stop) {
    double rate = learningRate.at(epoch);
    double pull = rate * l2;
    double damping = Math.max(biases.users().damping(), biases.items().damping());
    double variancePull = (hasBiases ? 1 : PLAIN_PULL) * pull / StepSizes.PRIOR_COUNT;
    steps.setRates(
        (float) (rate / scale),
        (float) (hasBiases ? pull : 0),
        (float) variancePull,
        (float) (hasBiases ? learningRate.ofBiases(epoch, damping) : 0));
    double[] squares = new double[training.grid().tiles()];
    Arrays.fill(squares, NOT_VISITED);
    boolean recorded = FlightRecorder.isInitialized();
    var event = recorded ? new TrainingEvents.Epoch() : null;
    if (event != null) {
      event.begin();
    }
    schedule.visit(
        training.grid(),
        random,
        workers,
        (worker, tile) -> {
          if (!stop.getAsBoolean()) {
            squares[tile] =
                recorded ? recordedUpdate(tile, worker) : kernel.update(training, tile, steps);
          }
        });
    double sum = 0;
    for (double tile : squares) {
      if (tile == NOT_VISITED) {
        return OptionalDouble.empty();
      }
      sum += tile;
    }
    double mean = sum / training.ratings();
    if (event != null) {
      event.number = epoch;
      event.ratings = training.ratings();
      event.trainRmse = Math.sqrt(mean);
      event.commit();
    }
    return OptionalDouble.of(mean);
  }

  private double recordedUpdate(int tile, int worker) {
    TrainingEvents.Tile event = new TrainingEvents.Tile();
    event.begin();
    double squares = kernel.update(training, tile, steps);
    event.tile = tile;
    event.worker = worker;
    event.ratings = training.start(tile + 1) - training.start(tile);
    event.commit();
    return squares;
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
        new DampedBiases(
            baseline.globalMean(), new float[rows.users().rows()], new float[rows.items().rows()]));
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
          LongCursor records = heldOut.records(tile);
          for (long left = heldOut.size(tile); left > 0; left--) {
            long record = records.next();
            float user = expected.user()[firstUser + Kernels.localUser(record)];
            float item = expected.item()[firstItem + Kernels.localItem(record)];
            tiles[tile].add(shift + user + item, Kernels.value(record));
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

  /// The rows of those who have ratings, as they are now.
  Rows rows() {
    return rows;
  }

  /// The best rows so far, at first those before the first epoch.
  Rows best() {
    return best;
  }

  /// Remembers the rows as the best so far.
  void saveBest() {
    best.set(rows, workers);
  }

  /// Makes the rows the best so far.
  void restoreBest() {
    rows.set(best, workers);
  }

  /// Makes the rows those of a checkpoint.
  void restore(Rows last, Rows bestSoFar) {
    rows.set(last, workers);
    best.set(bestSoFar, workers);
  }

  /// Takes the factors back and leaves the biases alone.
  void clearFactors() {
    for (FactorMatrix matrix : List.of(rows.users(), rows.items())) {
      for (int row = 0; row < matrix.rows(); row++) {
        matrix
            .segment()
            .asSlice(matrix.rowOffset(row), (long) matrix.rank() * Float.BYTES)
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
