package io.github.peccary.engine.train;

import io.github.peccary.engine.model.DampedBiases;
import io.github.peccary.engine.parallel.Workers;

/// Fits [DampedBiases] to the training ratings by alternation: the biases of all items in closed
/// form while those of the users stand still, then the other way round. Few passes suffice.
///
/// Sums run in the order of the tiles, one thread a row, so that the result does not depend on the
/// number of threads.
final class BiasFit {
  private static final int PASSES = 10;

  /// Imaginary ratings at zero distance, of each user and of each item.
  private static final double DAMPING = 5;

  private final TileLayout ratings;
  private final Grid grid;
  /// What is still to be subtracted from a value to make it a distance from the mean.
  private final float shift;
  private final float[] user;
  private final float[] item;
  private final int[] userRatings;
  private final int[] itemRatings;

  private BiasFit(TileLayout ratings) {
    this.ratings = ratings;
    grid = ratings.grid();
    shift = ratings.mean() - ratings.offset();
    user = new float[grid.blockStarts()[grid.blocks()]];
    item = new float[grid.stripeStarts()[grid.stripes()]];
    userRatings = new int[user.length];
    itemRatings = new int[item.length];
  }

  static BiasFit fit(TileLayout ratings, Workers workers) {
    BiasFit fit = new BiasFit(ratings);
    for (int pass = 0; pass < PASSES; pass++) {
      workers.forRange(fit.grid.stripes(), 1, (stripe, _) -> fit.fitItems(stripe));
      workers.forRange(fit.grid.blocks(), 1, (block, _) -> fit.fitUsers(block));
    }
    return fit;
  }

  DampedBiases biases() {
    return new DampedBiases(ratings.mean(), user, item);
  }

  /// The number of training ratings of each user.
  int[] userRatings() {
    return userRatings;
  }

  /// The number of training ratings of each item.
  int[] itemRatings() {
    return itemRatings;
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
        sums[row] += ratings.value(record) - shift - user[firstUser + ratings.localUser(record)];
        counts[row]++;
      }
    }
    store(sums, counts, item, itemRatings, first);
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
        sums[row] += ratings.value(record) - shift - item[firstItem + ratings.localItem(record)];
        counts[row]++;
      }
    }
    store(sums, counts, user, userRatings, first);
  }

  private static void store(double[] sums, int[] counts, float[] biases, int[] ratings, int first) {
    for (int row = 0; row < sums.length; row++) {
      ratings[first + row] = counts[row];
      biases[first + row] = counts[row] == 0 ? 0f : (float) (sums[row] / (counts[row] + DAMPING));
    }
  }
}
