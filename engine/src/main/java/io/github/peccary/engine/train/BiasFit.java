package io.github.peccary.engine.train;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.model.DampedBiases;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.LongCursor;
import java.util.Arrays;

/// Fits [DampedBiases] by alternation: the biases of all items in closed form while those of the
/// users stand still, then the other way round, a few times.
///
/// The damping is either given, or found in the data by empirical Bayes: it is the ratio of the
/// variance of a rating around the biases to the variance of the biases themselves, both estimated
/// from the fit so far (Efron and Morris, "Stein's Estimation Rule and Its Competitors", JASA 1973;
/// Searle, Casella and McCulloch, "Variance Components", 1992).
///
/// Then the mean of the items' biases is found in the data as well, and depends on popularity: what
/// few people rate, is often rated lower. It is a line in the logarithm of an item's ratings.
/// Biases are counted from its lower end, the [#level], which the items with the fewest ratings are
/// expected to have: an item without any is like them, and its bias is 0.
///
/// Sums run in the order of the tiles, one thread a row, so that the result does not depend on the
/// number of threads.
final class BiasFit {
  private static final int MAX_ADAPTIVE_PASSES = 6;

  /// Dampings that move by less, in logarithms, are found.
  private static final double CLOSE_DAMPING = 0.02;

  private static final int CUSTOMARY_PASSES = 3;

  /// Imaginary ratings of each row at zero distance: the customary number, and the first guess.
  private static final double CUSTOMARY_DAMPING = 5;

  private static final double MIN_DAMPING = 1;
  private static final double MAX_DAMPING = 50;

  /// By how much a step is longer than expectation maximization would make it: the first one, and
  /// any later one at most.
  private static final double FIRST_STRETCH = 2;

  private static final double MAX_STRETCH = 8;

  /// Rows whose counts are alike have no slope: what is left of the squares is rounding.
  private static final double FLAT = 1e-9;

  private final TileLayout.Split split;
  private final TileLayout ratings;
  private final Grid grid;
  private final Workers workers;

  private final Side users;
  private final Side items;
  private double level;
  private double squaredErrors;

  private BiasFit(TileLayout.Split split, Workers workers) {
    this.split = split;
    ratings = split.training();
    this.workers = workers;
    grid = ratings.grid();
    users = new Side(grid.blockStarts(), split.userCounts());
    items = new Side(grid.stripeStarts(), split.itemCounts());
  }

  /// Biases with the damping, and the line, that the data ask for: the start of training.
  static BiasFit adaptive(TileLayout.Split split, Workers workers) {
    BiasFit fit = new BiasFit(split, workers);
    fit.alternate();
    double step = Double.POSITIVE_INFINITY;
    for (int pass = 1; pass < MAX_ADAPTIVE_PASSES && step > CLOSE_DAMPING; pass++) {
      double variance = fit.residualVariance();
      double itemDamping = fit.items.damping;
      step = Math.max(fit.users.adapt(variance), fit.items.adapt(variance));
      fit.level += fit.items.fitLine(itemDamping, variance);
      fit.alternate();
    }
    fit.items.expectOneMore();
    return fit;
  }

  /// Biases with the customary damping: the baseline. They are sought from these here, which are
  /// close.
  BiasFit customary() {
    BiasFit fit = new BiasFit(split, workers);
    System.arraycopy(users.biases, 0, fit.users.biases, 0, users.biases.length);
    for (int pass = 0; pass < CUSTOMARY_PASSES; pass++) {
      fit.alternate();
    }
    return fit;
  }

  DampedBiases biases() {
    return new DampedBiases((float) (ratings.mean() + level), users.biases, items.biases);
  }

  /// What the biases are counted from, as a distance from the mean of the ratings.
  float level() {
    return (float) level;
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
    return Math.sqrt(residualVariance());
  }

  private void alternate() {
    fit(items, users);
    squaredErrors = Math.max(0, fit(users, items)); // rounding may leave a perfect fit below 0
  }

  /// Returns the sum of the squared errors that the new biases of `rows` leave.
  private double fit(Side rows, Side others) {
    double[] squares = new double[rows.parts()];
    workers.forRange(
        squares.length, 1, (part, _) -> squares[part] = fit(rows, rows.starts[part], part, others));
    double sum = 0;
    for (double part : squares) {
      sum += part;
    }
    return sum;
  }

  private double fit(Side rows, int first, int part, Side others) {
    double[] sums = new double[rows.starts[part + 1] - first];
    double squares = 0;
    for (int other = 0; other < others.parts(); other++) {
      int tile = rows == users ? grid.tile(other, part) : grid.tile(part, other);
      squares += addUp(tile, rows == users, others.biases, others.starts[other], sums);
    }
    rows.store(sums, first);
    for (int row = 0; row < sums.length; row++) {
      double bias = rows.biases[first + row];
      squares -= bias * (2 * sums[row] - bias * rows.counts[first + row]);
    }
    return squares;
  }

  /// Adds what the other side's bias leaves of each rating of a tile to the sum of its row. Returns
  /// the sum of the squares.
  private double addUp(
      int tile, boolean byUser, float[] otherBiases, int firstOther, double[] sums) {
    LongCursor records = ratings.records(tile);
    float shift = (float) (ratings.mean() + level - ratings.offset());
    double squares = 0;
    for (long left = ratings.size(tile); left > 0; left--) {
      long record = records.next();
      int user = Kernels.localUser(record);
      int item = Kernels.localItem(record);
      int row = byUser ? user : item;
      double rest = Kernels.value(record) - shift - otherBiases[firstOther + user + item - row];
      sums[row] += rest;
      squares += rest * rest;
    }
    return squares;
  }

  private double residualVariance() {
    double free = ratings.ratings() - users.degreesOfFreedom() - items.degreesOfFreedom();
    return squaredErrors / Math.max(free, 0.1 * ratings.ratings());
  }

  /// All users or all items.
  static final class Side {
    private final int[] starts; // first row of each stripe or block, and the number of rows
    private final float[] biases;
    private final int[] counts;
    private float[] logs = {}; // of the counts, in units of the smallest; wanted for a line only
    private double steepness;
    private double damping = CUSTOMARY_DAMPING;
    private double gapBefore;
    private double stepBefore = Double.NaN; // and so is the first slope

    private Side(int[] starts, int[] counts) {
      this.starts = starts;
      this.counts = counts;
      biases = new float[counts.length];
    }

    private int parts() {
      return starts.length - 1;
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

    private void store(double[] sums, int first) {
      for (int row = 0; row < sums.length; row++) {
        int count = counts[first + row];
        double expected = expected(first + row);
        double distance = (sums[row] - count * expected) / (count + damping);
        biases[first + row] = (float) (expected + distance);
      }
    }

    /// What a bias is damped towards.
    private double expected(int row) {
      return steepness == 0 ? 0 : steepness * logs[row];
    }

    private double degreesOfFreedom() {
      double sum = 0;
      for (int count : counts) {
        sum += count / (count + damping);
      }
      return sum;
    }

    /// One step towards the damping at which estimated and assumed variance of the biases agree.
    /// Expectation maximization would go as far as the estimate asks for, and creep where a row's
    /// few ratings say little about its bias; so the step is that of the secant method, on the
    /// logarithm of the damping.
    ///
    /// @return the length of the step, in logarithms; infinite while the slope is not known
    private double adapt(double residualVariance) {
      double sum = 0;
      int rows = 0;
      for (int row = 0; row < counts.length; row++) {
        if (counts[row] > 0) {
          double posteriorVariance = residualVariance / (counts[row] + damping);
          double distance = biases[row] - expected(row);
          sum += distance * distance + posteriorVariance;
          rows++;
        }
      }
      double asked = sum == 0 ? MAX_DAMPING : residualVariance * rows / sum;
      double gap = Math.log(asked / damping);
      double slope = (gap - gapBefore) / stepBefore;
      double stretch = slope < 0 ? Math.clamp(-1 / slope, 1, MAX_STRETCH) : FIRST_STRETCH;
      double next = Math.clamp(damping * Math.exp(stretch * gap), MIN_DAMPING, MAX_DAMPING);
      gapBefore = gap;
      stepBefore = Math.log(next / damping);
      damping = next;
      return slope < 0 ? Math.abs(stepBefore) : Double.POSITIVE_INFINITY;
    }

    /// Fits the line that biases are damped towards, by generalized least squares: to what the
    /// ratings of each row leave on average. Both its numbers are shrunk by the share of its
    /// squares that chance alone would have, so that a few rows make no line.
    ///
    /// @param found the damping that the biases were found with
    /// @return by how much the lower end of the line rises
    private double fitLine(double found, double residualVariance) {
      if (logs.length == 0) {
        logs = logs(counts);
      }
      double weights = 0;
      double sumX = 0;
      double sumY = 0;
      double sumXx = 0;
      double sumXy = 0;
      for (int row = 0; row < counts.length; row++) {
        double weight = counts[row] * found / (counts[row] + found);
        double expected = expected(row);
        // of the mean r, w · r: as b − e = n / (n + d) · (r − e) and w = n · d / (n + d)
        double weighted = weight * expected + found * (biases[row] - expected);
        weights += weight;
        sumX += weight * logs[row];
        sumY += weighted;
        sumXx += weight * logs[row] * logs[row];
        sumXy += weighted * logs[row];
      }
      double meanX = sumX / weights;
      double meanY = sumY / weights;
      double spread = sumXx - sumX * meanX;
      double slope = spread > FLAT * sumXx ? (sumXy - sumX * meanY) / spread : 0;
      double squares = slope * slope * spread + meanY * meanY * weights;
      double chance = 2 * residualVariance;
      double share = squares > chance ? 1 - chance / squares : 0;
      steepness = share * slope;
      return share * (meanY - slope * meanX);
    }

    private static float[] logs(int[] counts) {
      int fewest = Arrays.stream(counts).filter(count -> count > 0).min().orElse(1);
      float[] logs = new float[counts.length];
      for (int row = 0; row < logs.length; row++) {
        logs[row] = (float) StrictMath.log(Math.max(1, (double) counts[row] / fewest));
      }
      return logs;
    }

    /// Moves each row along the line by one rating: the line tells what the ratings of rows with
    /// `n` of them are like, one of which is to a rating yet to come what `n + 1` are.
    private void expectOneMore() {
      for (int row = 0; row < counts.length && steepness != 0; row++) {
        if (counts[row] > 0) {
          biases[row] += (float) (steepness * StrictMath.log1p(1.0 / counts[row]));
        }
      }
    }
  }
}
