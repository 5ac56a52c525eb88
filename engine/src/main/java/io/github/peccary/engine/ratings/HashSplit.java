package io.github.peccary.engine.ratings;

import io.github.peccary.engine.ratings.Holdout.Candidates;
import io.github.peccary.engine.ratings.Holdout.Choice;
import java.util.Arrays;

/// Events that are held out by the [PairHash] of user and item: nothing is stored or shuffled.
final class HashSplit {
  private HashSplit() {}

  /// Hashes from `first` on, so many of them: an unsigned number.
  static Choice range(PairHash hash, long first, long count) {
    return (user, item) -> Long.compareUnsigned(hash.of(user, item) - first, count) < 0;
  }

  /// Of the candidates of each user who has at least `least`, the `k` with the smallest hashes.
  static Choice ofEachUser(
      RatingMatrix ratings, Candidates candidates, PairHash hash, int k, int least) {
    long[] thresholds = new long[ratings.users()];
    long[] hashes = new long[16];
    CompressedRows rows = ratings.byUser();
    for (int user = 0; user < rows.rows(); user++) {
      int count = 0;
      for (long position = rows.start(user); position < rows.end(user); position++) {
        int item = rows.index(position);
        if (candidates.test(user, item, rows.value(position))) {
          if (count == hashes.length) {
            hashes = Arrays.copyOf(hashes, 2 * count);
          }
          // The sign bit turned: signed order is then the unsigned one.
          hashes[count++] = hash.of(user, item) ^ Long.MIN_VALUE;
        }
      }
      if (count >= least) {
        Arrays.sort(hashes, 0, count);
        // Hashes of one user are never equal, so exactly k lie below the next.
        thresholds[user] = hashes[k] ^ Long.MIN_VALUE;
      }
    }
    return (user, item) -> Long.compareUnsigned(hash.of(user, item), thresholds[user]) < 0;
  }
}
