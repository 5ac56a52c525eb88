package io.github.peccary.engine.train;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.kernel.StepSizes;
import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.train.RankingProgress.Iteration;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;

/// Learns factors for rankings from all events by stochastic gradient descent over sampled
/// negatives.
///
/// The plain algorithm: for each event of a user and an item, draw some items that the user has no
/// event with, and move all rows a step down the loss of [SampledLoss], which is small if the item
/// of the event has the highest score. There are two ways to draw:
///
/// - `softmax`: by popularity. Learnt are the scores less the logarithm of the popularity, with
///   which they would have to be corrected; at the end it is added as the bias of the item, and the
///   score is, but for a constant of the user, the logarithm of the probability that it is the item
///   of his next event. After Bengio and Senécal, "Adaptive Importance Sampling to Accelerate
///   Training of a Neural Probabilistic Language Model" (2008), and Wu et al., "On the
///   Effectiveness of Sampled Softmax Loss for Item Recommendation" (2024).
/// - `bpr`: one item, all alike. Rendle, Freudenthaler, Gantner and Schmidt-Thieme, "BPR: Bayesian
///   Personalized Ranking from Implicit Feedback" (UAI 2009).
///
/// Either way the start is the ranking by popularity: that is the bias of an item, and is not
/// learnt. A user of whom little is known keeps to it.
///
/// What makes it good and fast:
/// 1. Tiles, schedules and kernels are those of the training for ratings ([Trainer]); items are
///    dealt to stripes by chance, so that a stripe holds some of every popularity.
/// 2. Scores of a batch of events are measured at once and then its steps made, while the rows are
///    in the L1 cache.
/// 3. Drawing is a look at an array ([Negatives]).
/// 4. What pulls a row towards zero is how uncertain the other one is ([StepSizes]).
final class RankingSgd {
  /// Events whose scores are measured before any of their steps is made.
  private static final int BATCH = 32;

  /// The standard deviation of the product of two rows before the first epoch.
  private static final double INITIAL_DEVIATION = 0.06;

  /// The loss of an epoch, in that of drawing lots, which tells that steps were too long.
  private static final double OUT_OF_BOUNDS = 3;

  private static final int MAX_STARTS_OVER = 3;

  private final RatingMatrix ratings;
  private final SamplingConfig config;
  private final Holdout holdout;
  private final RankingProgress progress;

  /// A training to come, on the events of a rating matrix.
  ///
  /// @param holdout what is left out
  /// @param progress before the first iteration
  RankingSgd(
      RatingMatrix ratings, SamplingConfig config, Holdout holdout, RankingProgress progress) {
    this.ratings = ratings;
    this.config = config;
    this.holdout = holdout;
    this.progress = progress;
  }

  /// Trains, once. Losses reported are means over the events, each measured before its steps.
  ///
  /// @return the factors, off the heap: to be closed
  /// @throws IllegalArgumentException if there is no event to train on
  /// @throws TrainingDivergedException if the loss goes out of bounds at an eighth of the rate, too
  RankingResult train() {
    try (Workers workers = new Workers(config.threads());
        Arena scratch = Arena.ofShared()) {
      Data data;
      RankingResult result;
      try (WarmUp _ = new WarmUp(config.rank(), true)) {
        data = Data.of(ratings, holdout, config, workers, scratch);
        result = new RankingResult(config, ratings, holdout, data.events(), progress);
      }
      try {
        Rows rows =
            new Rows(
                result.users(), FactorMatrix.allocate(scratch, ratings.items(), config.rank()));
        while (!run(rows, data, workers, scratch)) {
          startOver();
        }
        progress.end(rows);
        finish(rows.items(), data, result.items());
        return result;
      } catch (Throwable t) {
        result.close();
        throw t;
      }
    }
  }

  /// The training events, laid out.
  ///
  /// @param items in the order in which they were dealt
  private record Data(TileLayout layout, int[] userCounts, int[] itemCounts, RatedRows items) {
    static Data of(
        RatingMatrix ratings,
        Holdout holdout,
        SamplingConfig config,
        Workers workers,
        Arena arena) {
      RatedRows users = RatedRows.all(ratings.byUser());
      RatedRows items = RatedRows.dealt(ratings.byItem(), config.seed());
      int stride = Kernels.strideFor(config.rank());
      TileLayout.Split split =
          TileLayout.Builder.ofEvents(ratings, holdout, users, items, stride, workers, arena)
              .build(false);
      ratings.unload(); // the layout is a copy of all that training needs
      if (split.training().ratings() == 0) {
        throw new IllegalArgumentException(
            "there must be events to train on: events=%d, holdout=%s; all may be held out"
                .formatted(ratings.events(), holdout));
      }
      return new Data(split.training(), split.userCounts(), split.itemCounts(), items);
    }

    long events() {
      return layout.ratings();
    }

    /// The logarithm of how much more events an item has than the average one; 0 for one without.
    double popularity(int row) {
      return itemCounts[row] == 0
          ? 0
          : StrictMath.log((double) itemCounts[row] * itemCounts.length / events());
    }
  }

  private boolean byPopularity() {
    return config.method() == RankingMethod.SOFTMAX;
  }

  /// Small random factors for those with events. What is drawn by popularity is measured against
  /// it, so that its bias comes at the end.
  private void initialize(Rows rows, Data data) {
    fill(rows.users(), data.userCounts(), 2 * config.seed());
    fill(rows.items(), data.itemCounts(), 2 * config.seed() + 1);
    int rank = config.rank();
    for (int user = 0; user < rows.users().rows(); user++) {
      rows.users().set(user, rank + 1, 1f);
    }
    for (int item = 0; item < rows.items().rows(); item++) {
      rows.items().set(item, rank, 1f);
      if (!byPopularity()) {
        rows.items().set(item, rank + 1, (float) data.popularity(item));
      }
    }
  }

  /// Numbers are evenly distributed, so that there is no far one.
  private static void fill(FactorMatrix rows, int[] counts, long seed) {
    rows.segment().fill((byte) 0); // a start before may have spoilt any column
    int rank = rows.rank();
    double reach = Math.sqrt(3 * INITIAL_DEVIATION / Math.sqrt(rank));
    for (int row = 0; row < counts.length; row++) {
      for (int column = 0; counts[row] > 0 && column < rank; column++) {
        double uniform = InitialFactors.uniform(seed, (long) row * rank + column);
        rows.set(row, column, (float) (reach * uniform));
      }
    }
  }

  /// Puts items back into the order of the file, complete with their popularity.
  private void finish(FactorMatrix dealt, Data data, FactorMatrix items) {
    int bias = config.rank() + 1;
    for (int row = 0; row < dealt.rows(); row++) {
      int item = data.items().numbers()[row];
      RatedRows.copyRow(dealt, row, items, item);
      if (byPopularity()) {
        items.set(item, bias, (float) data.popularity(row));
      }
    }
  }

  /// Halved as often as training started over.
  private double learningRate() {
    return Math.scalb(config.learningRate(), -progress.startsOver());
  }

  private void startOver() {
    double rate = learningRate();
    if (progress.startsOver() >= MAX_STARTS_OVER) {
      throw new TrainingDivergedException(
          "the loss must stay bounded: epoch=%d, learningRate=%s; give a lower learning rate or a higher l2"
              .formatted(progress.next(), rate));
    }
    progress.startOver(rate / 2);
  }

  /// Runs all epochs from the start, or from the checkpoint to go on from, unless stopped.
  ///
  /// @return false if the loss has gone out of bounds
  private boolean run(Rows rows, Data data, Workers workers, Arena scratch) {
    if (!progress.restore(rows, workers)) {
      initialize(rows, data);
    }
    Grid grid = data.layout().grid();
    Negatives negatives = new Negatives(grid, weights(data));
    StepSizes steps = new StepSizes(scratch, data.userCounts(), 0, stepCounts(data), 0);
    Batch[] batches = new Batch[workers.threads()];
    for (int worker = 0; worker < batches.length; worker++) {
      batches[worker] = new Batch(rows, data.layout(), negatives, steps, scratch);
    }
    Schedule schedule = config.scheduleOfTiles();
    SplittableRandom random = new SplittableRandom(config.seed());
    progress.history().forEach(_ -> skipEpoch(grid, random));
    double[] losses = new double[grid.tiles()];
    double pull = config.l2() / (StepSizes.PRIOR_COUNT * Math.sqrt(config.negatives() + 1.0));
    while (progress.goesOn()) {
      long start = System.nanoTime();
      double left = 1 - (progress.next() - 1.0) / config.iterations();
      double rate = learningRate() * Math.min(1, 2 * left);
      steps.setRates((float) rate, 0, (float) (rate * pull), 0);
      long seed = random.nextLong();
      negatives.fill(seed, workers);
      schedule.visit(
          grid,
          random,
          workers,
          (worker, tile) ->
              losses[tile] = batches[worker].visit(tile, InitialFactors.mix(seed, tile)));
      double loss = 0;
      for (double tile : losses) {
        loss += tile;
      }
      loss /= data.events();
      if (!(loss <= OUT_OF_BOUNDS * StrictMath.log(config.negatives() + 1.0))) {
        return false;
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      progress.add(new Iteration(Double.NaN, loss, seconds), rows);
    }
    return true;
  }

  /// Draws what an epoch draws, so that a resumed training goes on as if it had run it.
  private static void skipEpoch(Grid grid, SplittableRandom random) {
    long _ = random.nextLong();
    Schedule.Diagonals _ = Schedule.Diagonals.shuffled(grid, random);
  }

  /// Of each item's row, what the probability to be drawn is proportional to.
  private double[] weights(Data data) {
    double[] weights = new double[data.itemCounts().length];
    for (int row = 0; row < weights.length; row++) {
      int count = data.itemCounts()[row];
      weights[row] = byPopularity() ? count : Math.min(1, count);
    }
    return weights;
  }

  /// How often items are stepped on in an epoch, as events or as negatives, for each candidate of
  /// an event. Drawn by popularity, as negatives they are as often as in events.
  private int[] stepCounts(Data data) {
    if (byPopularity()) {
      return data.itemCounts();
    }
    int[] counts = data.itemCounts().clone();
    long items = Arrays.stream(counts).filter(count -> count > 0).count();
    for (int row = 0; row < counts.length; row++) {
      if (counts[row] > 0) {
        counts[row] = (int) Math.ceilDiv(counts[row] + data.events() / items, 2L);
      }
    }
    return counts;
  }

  /// Steps on a batch of events: a worker's own.
  private final class Batch {
    private final Kernels kernels = Kernels.forRank(config.rank());
    private final int candidates = config.negatives() + 1;
    private final Rows rows;
    private final TileLayout layout;
    private final StepSizes steps;
    private final Negatives.Sampler sampler;
    private final SampledLoss loss = new SampledLoss(BATCH, candidates);
    private final long[] records = new long[BATCH * candidates];
    private final float[] errors = new float[BATCH * candidates];
    private final MemorySegment nativeRecords;
    private final MemorySegment nativeErrors;

    Batch(Rows rows, TileLayout layout, Negatives negatives, StepSizes steps, Arena arena) {
      this.rows = rows;
      this.layout = layout;
      this.steps = steps;
      sampler = negatives.new Sampler(BATCH, config.negatives());
      nativeRecords = arena.allocate((long) records.length * Long.BYTES, 64);
      nativeErrors = arena.allocate((long) errors.length * Float.BYTES, 64);
    }

    /// Returns the sum of the losses of the events of a tile. Those of a batch come from all over
    /// the tile, which is sorted by user: of one user alone, they would all make the same step.
    double visit(int tile, long seed) {
      sampler.begin(layout, tile, seed);
      double sum = 0;
      long end = layout.start(tile + 1);
      long batches = Math.ceilDiv(layout.size(tile), BATCH);
      for (long first = layout.start(tile); first < layout.start(tile) + batches; first++) {
        int events = (int) Math.ceilDiv(end - first, batches);
        sampler.draw(layout, first, batches, events, records);
        sum += step(layout.grid().firstUser(tile), layout.grid().firstItem(tile), events);
      }
      return sum;
    }

    private double step(int firstUser, int firstItem, int events) {
      MemorySegment users = rows.users().segment();
      MemorySegment items = rows.items().segment();
      int drawn = events * candidates;
      MemorySegment.copy(records, 0, nativeRecords, JAVA_LONG, 0, drawn);
      kernels.errors(users, firstUser, items, firstItem, nativeRecords, 0, drawn, nativeErrors);
      MemorySegment.copy(nativeErrors, JAVA_FLOAT, 0, errors, 0, drawn);
      double sum = loss.measure(errors, events);
      int count = loss.steps(records, events);
      MemorySegment.copy(records, 0, nativeRecords, JAVA_LONG, 0, count);
      kernels.step(users, firstUser, items, firstItem, nativeRecords, 0, count, steps);
      return sum;
    }
  }
}
