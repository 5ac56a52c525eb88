package io.github.peccary.engine.train;

import io.github.peccary.engine.model.DampedBiases;
import io.github.peccary.engine.parallel.Workers;

/// Fits [DampedBiases] by alternation: the biases of all items in closed form while those of the
/// users stand still, then the other way round, a few times.
///
/// The damping is either given, or found in the data by empirical Bayes: it is the ratio of the
/// variance of a rating around the biases to the variance of the biases themselves, both estimated
/// from the fit so far (Efron and Morris, "Stein's Estimation Rule and Its Competitors", JASA 1973;
/// Searle, Casella and McCulloch, "Variance Components", 1992).
///
/// Sums run in the order of the tiles, one thread a row, so that the result does not depend on the
/// number of threads.
final class BiasFit {
  private static final int PASSES = 8;

  /// Imaginary ratings of each row at zero distance: the customary number, and the first guess.
  private static final double CUSTOMARY_DAMPING = 5;

  private static final double MIN_DAMPING = 1;
  private static final double MAX_DAMPING = 50;

  private final TileLayout ratings;
  private final Grid grid;
  private final Workers workers;

  /// What is still to be subtracted from a value to make it a distance from the mean.
  private final float shift;

  private final Side users;
  private final Side items;
  private double residualVariance;

  private BiasFit(TileLayout ratings, Workers workers) {
    this.ratings = ratings;
    this.workers = workers;
    grid = ratings.grid();
    shift = ratings.mean() - ratings.offset();
    users = new Side(grid.blockStarts()[grid.blocks()]);
    items = new Side(grid.stripeStarts()[grid.stripes()]);
  }

  /// Biases with the customary damping: the baseline.
  static BiasFit customary(TileLayout ratings, Workers workers) {
    BiasFit fit = new BiasFit(ratings, workers);
    for (int pass = 0; pass < PASSES; pass++) {
      fit.alternate();
    }
    fit.estimateVariance();
    return fit;
  }

  /// Biases with the damping that the data asks for: the start of training.
  static BiasFit adaptive(TileLayout ratings, Workers workers) {
    BiasFit fit = new BiasFit(ratings, workers);
    fit.alternate();
    for (int pass = 1; pass < PASSES; pass++) {
      fit.estimateVariance();
      fit.users.adapt(fit.residualVariance);
      fit.items.adapt(fit.residualVariance);
      fit.alternate();
    }
    fit.estimateVariance();
    return fit;
  }

  DampedBiases biases() {
    return new DampedBiases(ratings.mean(), users.biases, items.biases);
  }

  /// Biases, counts and damping of the users.
  Side users() {
    return users;
  }

  /// Biases, counts and damping of the items.
  Side items() {
    return items;
  }

  /// Standard deviation of ratings around the biases, in the unit of ratings; degrees of freedom
  /// that the biases used up are allowed for.
  double residualDeviation() {
    return Math.sqrt(residualVariance);
  }

  private void alternate() {
    workers.forRange(grid.stripes(), 1, (stripe, _) -> fitItems(stripe));
    workers.forRange(grid.blocks(), 1, (block, _) -> fitUsers(block));
  }

  private void fitItems(int stripe) {
    int first = grid.stripeStarts()[stripe];
    double[] sums = new double[grid.stripeStarts()[stripe + 1] - first];
    int[] counts = new int[sums.length];
    for (int block = 0; block < grid.blocks(); block++) {
      int firstUser = grid.blockStarts()[block];
      int tile = grid.tile(stripe, block);
      for (long record = ratings.start(tile); record < ratings.start(tile + 1); record++) {
        int row = ratings.localItem(record);
        int user = firstUser + ratings.localUser(record);
        sums[row] += ratings.value(record) - shift - users.biases[user];
        counts[row]++;
      }
    }
    items.store(sums, counts, first);
  }

  private void fitUsers(int block) {
    int first = grid.blockStarts()[block];
    double[] sums = new double[grid.blockStarts()[block + 1] - first];
    int[] counts = new int[sums.length];
    for (int stripe = 0; stripe < grid.stripes(); stripe++) {
      int firstItem = grid.stripeStarts()[stripe];
      int tile = grid.tile(stripe, block);
      for (long record = ratings.start(tile); record < ratings.start(tile + 1); record++) {
        int row = ratings.localUser(record);
        int item = firstItem + ratings.localItem(record);
        sums[row] += ratings.value(record) - shift - items.biases[item];
        counts[row]++;
      }
    }
    users.store(sums, counts, first);
  }

  private void estimateVariance() {
    double[] squares = new double[grid.tiles()];
    workers.forRange(squares.length, 1, (tile, _) -> squares[tile] = squaredErrors(tile));
    double sum = 0;
    for (double tile : squares) {
      sum += tile;
    }
    double free = ratings.ratings() - users.degreesOfFreedom() - items.degreesOfFreedom();
    residualVariance = sum / Math.max(free, 0.1 * ratings.ratings());
  }

  private double squaredErrors(int tile) {
    int firstUser = grid.firstUser(tile);
    int firstItem = grid.firstItem(tile);
    double sum = 0;
    for (long record = ratings.start(tile); record < ratings.start(tile + 1); record++) {
      double error =
          ratings.value(record)
              - shift
              - users.biases[firstUser + ratings.localUser(record)]
              - items.biases[firstItem + ratings.localItem(record)];
      sum += error * error;
    }
    return sum;
  }

  /// All users or all items.
  static final class Side {
    private final float[] biases;
    private final int[] counts;
    private double damping = CUSTOMARY_DAMPING;

    private Side(int rows) {
      biases = new float[rows];
      counts = new int[rows];
    }

    float[] biases() {
      return biases;
    }

    /// The number of training ratings of each row.
    int[] counts() {
      return counts;
    }

    double damping() {
      return damping;
    }

    private void store(double[] sums, int[] rowCounts, int first) {
      for (int row = 0; row < sums.length; row++) {
        counts[first + row] = rowCounts[row];
        biases[first + row] =
            rowCounts[row] == 0 ? 0f : (float) (sums[row] / (rowCounts[row] + damping));
      }
    }

    private double degreesOfFreedom() {
      double sum = 0;
      for (int count : counts) {
        sum += count / (count + damping);
      }
      return sum;
    }

    /// One step towards the damping at which estimated and assumed variance of the biases agree, as
    /// long again as expectation maximization would make it, which creeps.
    private void adapt(double residualVariance) {
      double sum = 0;
      int rows = 0;
      for (int row = 0; row < counts.length; row++) {
        if (counts[row] > 0) {
          double posteriorVariance = residualVariance / (counts[row] + damping);
          sum += (double) biases[row] * biases[row] + posteriorVariance;
          rows++;
        }
      }
      double asked = sum == 0 ? MAX_DAMPING : residualVariance * rows / sum;
      double relaxed = asked * asked / damping;
      damping = Math.clamp(relaxed, MIN_DAMPING, MAX_DAMPING);
    }
  }
}
