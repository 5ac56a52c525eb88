package io.github.peccary.engine.train;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.model.RowSolver;
import io.github.peccary.engine.model.UserRidge;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.train.RankingProgress.Iteration;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/// Learns factors for rankings from all events by alternating least squares (iALS).
///
/// The plain algorithm: make the loss
///
/// ```text
/// Σ over events of c (1 − ⟨x, y⟩)²  +  w₀ Σ over all pairs of ⟨x, y⟩²  +  Σ over rows of λ |x|²
/// ```
///
/// as small as it can be over the rows of all users while those of the items stand still, then the
/// other way round, and so on; in the end over those of the users once more, so that each is what
/// [io.github.peccary.engine.model.FoldIn] makes of the user's events. It falls with every half.
/// After Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback Datasets" (ICDM
/// 2008), in the form and with the penalties of Rendle, Krichene, Zhang and Koren, "Revisiting the
/// Performance of iALS on Item Recommendation Benchmarks" (2021): `λ` of a row is `l2 (its events +
/// w₀ · rows of the other side)`.
///
/// What makes it fast is in [RowSolver] and [PrincipalAxes]. Each row is solved by one worker,
/// sums over rows are of fixed blocks: the result depends on data, settings and seed only.
public final class Ials {
  /// Of the product of two rows, before the first iteration.
  private static final double INITIAL_DEVIATION = 0.1;

  /// Rows that a worker solves at a time.
  private static final int BLOCK = 64;

  private static final int COUNTED_AT_A_TIME = 1024;

  private final RatingMatrix ratings;
  private final RankingConfig config;
  private final Holdout holdout;
  private final RankingProgress progress;

  /// Hears how training goes, on the thread that called it.
  @FunctionalInterface
  public interface IterationListener {
    /// An iteration has ended.
    void iteration(IterationReport report);

    /// The loss went out of bounds in an iteration: training starts over at a lower rate.
    default void startedOver(int iteration, double learningRate) {}
  }

  /// What an iteration has brought.
  ///
  /// @param iteration number of the iteration, from 1
  /// @param iterations how many are planned
  /// @param lossOfUsers what is made as small as possible, once the users were solved; NaN where
  /// they are not solved apart
  /// @param loss the same at the end of the iteration
  /// @param seconds that the iteration took
  public record IterationReport(
      int iteration, int iterations, double lossOfUsers, double loss, double seconds) {}

  /// A training to come, on the events of a rating matrix.
  ///
  /// @param holdout what is left out
  /// @param progress before the first iteration
  Ials(RatingMatrix ratings, RankingConfig config, Holdout holdout, RankingProgress progress) {
    this.ratings = ratings;
    this.config = config;
    this.holdout = holdout;
    this.progress = progress;
  }

  /// Trains, once.
  ///
  /// @return the factors, off the heap: to be closed
  /// @throws IllegalArgumentException if there is no event to train on
  /// @throws TrainingDivergedException if the loss is not finite
  RankingResult train() {
    try (Workers workers = new Workers(config.threads())) {
      int[] ofUsers = counts(holdout, true, workers);
      int[] ofItems = counts(holdout, false, workers);
      long events = Arrays.stream(ofUsers).asLongStream().sum();
      if (events == 0) {
        throw new IllegalArgumentException(
            "there must be events to train on: events=%d, holdout=%s; all may be held out"
                .formatted(ratings.events(), holdout));
      }
      double pairWeight = config.pairWeight(events, ofUsers.length, ofItems.length);
      RankingResult result = new RankingResult(config, ratings, holdout, events, progress);
      try (Arena scratch = Arena.ofShared()) {
        Side users = new Side(ratings, holdout, config, true, pairWeight, result.users(), ofUsers);
        Side items = new Side(ratings, holdout, config, false, pairWeight, result.items(), ofItems);
        iterate(users, items, result, workers, scratch);
        return result;
      } catch (Throwable t) {
        result.close();
        throw t;
      }
    }
  }

  /// The training events of each user or item.
  private int[] counts(Holdout holdout, boolean byUser, Workers workers) {
    int[] counts = new int[byUser ? ratings.users() : ratings.items()];
    workers.forRange(
        counts.length,
        COUNTED_AT_A_TIME,
        (from, to) -> {
          RankingEvents reader = new RankingEvents(ratings, holdout, 0, byUser);
          for (int row = from; row < to; row++) {
            reader.start(row);
            counts[row] = reader.count();
          }
        });
    return counts;
  }

  private void iterate(
      Side users, Side items, RankingResult result, Workers workers, Arena scratch) {
    PrincipalAxes axes = new PrincipalAxes(config.rank(), workers, scratch);
    RowSolver[] solvers = new RowSolver[workers.threads()];
    for (int worker = 0; worker < solvers.length; worker++) {
      solvers[worker] = new RowSolver(config.rank(), config.rank(), scratch);
    }
    Rows rows = new Rows(result.users(), result.items());
    if (!progress.restore(rows, workers)) {
      items.initialize(workers);
    }
    while (progress.goesOn()) {
      long start = System.nanoTime();
      double lossOfUsers = users.solve(items, axes, solvers, workers);
      double loss = items.solve(users, axes, solvers, workers);
      double seconds = (System.nanoTime() - start) / 1e9;
      if (!Double.isFinite(lossOfUsers) || !Double.isFinite(loss)) {
        throw new TrainingDivergedException(
            "the loss must stay finite: iteration=%d, loss=%s; give a higher l2"
                .formatted(progress.next(), loss));
      }
      progress.add(new Iteration(lossOfUsers, loss, seconds), rows);
    }
    progress.end(rows); // what follows turns the items
    double loss = users.solve(items, axes, solvers, workers);
    result.end(loss, users.ridge());
  }

  /// All users or all items.
  private static final class Side {
    private final RatingMatrix ratings;
    private final Holdout holdout;
    private final RankingConfig config;
    private final boolean byUser;
    private final FactorMatrix rows;
    private final int[] counts; // of the training events of each row
    private final double pairWeight;
    private final double penaltyOfAll;
    private double[] diagonal = {}; // of w₀ G, where G is the other side's last Gram matrix

    Side(
        RatingMatrix ratings,
        Holdout holdout,
        RankingConfig config,
        boolean byUser,
        double pairWeight,
        FactorMatrix rows,
        int[] counts) {
      this.ratings = ratings;
      this.holdout = holdout;
      this.config = config;
      this.byUser = byUser;
      this.rows = rows;
      this.counts = counts;
      this.pairWeight = pairWeight;
      penaltyOfAll = pairWeight * (byUser ? ratings.items() : ratings.users());
    }

    /// What a row of this side was last solved with.
    UserRidge ridge() {
      float[] columns = new float[diagonal.length];
      for (int column = 0; column < columns.length; column++) {
        columns[column] = (float) (diagonal[column] + config.l2() * penaltyOfAll);
      }
      return new UserRidge(columns, config.l2(), 0, config.ratingWeight());
    }

    private RankingEvents events() {
      return new RankingEvents(ratings, holdout, config.ratingWeight(), byUser);
    }

    private double penalty(int row) {
      return config.l2() * (counts[row] + penaltyOfAll);
    }

    /// Small random factors for those with events; evenly distributed, so that there is no far one.
    void initialize(Workers workers) {
      int rank = config.rank();
      double reach = INITIAL_DEVIATION * Math.sqrt(3.0 / rank);
      workers.forRange(
          rows.rows(),
          BLOCK,
          (from, to) -> {
            float[] values = new float[(to - from) * rows.stride()];
            for (int row = from; row < to; row++) {
              for (int column = 0; counts[row] > 0 && column < rank; column++) {
                long place = (long) row * rank + column;
                values[(row - from) * rows.stride() + column] =
                    (float) (reach * InitialFactors.uniform(config.seed(), place));
              }
            }
            rows.setRows(from, values);
          });
    }

    /// Turns the other side and solves all rows of this one against it.
    ///
    /// @return the loss
    double solve(Side other, PrincipalAxes axes, RowSolver[] solvers, Workers workers) {
      diagonal = axes.turn(other.rows);
      for (int column = 0; column < diagonal.length; column++) {
        diagonal[column] *= pairWeight;
      }
      double[] losses = new double[(rows.rows() + BLOCK - 1) / BLOCK];
      AtomicInteger next = new AtomicInteger();
      workers.run(
          worker -> {
            RankingEvents reader = events();
            solvers[worker].against(other.rows, diagonal);
            for (int block = next.getAndIncrement();
                block < losses.length;
                block = next.getAndIncrement()) {
              losses[block] = solve(block, reader, solvers[worker]);
            }
          });
      double loss = other.penalties(workers);
      for (double block : losses) {
        loss += block;
      }
      return loss;
    }

    /// Rows without events stay zero.
    private double solve(int block, RankingEvents reader, RowSolver solver) {
      double loss = 0;
      int end = Math.min(rows.rows(), (block + 1) * BLOCK);
      for (int row = block * BLOCK; row < end; row++) {
        if (counts[row] > 0) {
          reader.start(row);
          solver.start(penalty(row), counts[row]);
          while (reader.next()) {
            solver.add(reader.other(), reader.weight(), 1);
          }
          loss += solver.solve(rows, row);
        }
      }
      return loss;
    }

    private double penalties(Workers workers) {
      Kernels kernels = Kernels.forRank(config.rank());
      double[] sums = new double[(rows.rows() + BLOCK - 1) / BLOCK];
      workers.forRange(
          rows.rows(),
          BLOCK,
          (from, to) -> {
            for (int row = from; row < to; row++) {
              long at = rows.rowOffset(row);
              sums[from / BLOCK] +=
                  penalty(row) * kernels.dot(rows.segment(), at, rows.segment(), at);
            }
          });
      double sum = 0;
      for (double block : sums) {
        sum += block;
      }
      return sum;
    }
  }
}
