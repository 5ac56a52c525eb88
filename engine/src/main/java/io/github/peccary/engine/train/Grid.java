package io.github.peccary.engine.train;

import io.github.peccary.engine.ratings.CompressedRows;
import io.github.peccary.engine.ratings.RatingMatrix;
import java.util.Arrays;

/// How the rating matrix is cut into tiles: items into stripes, users into blocks, each a range of
/// consecutive rows. It depends on the data and the stride alone, never on threads or machine, as
/// the order of a deterministic training follows from it.
///
/// A stripe ends when its item rows fill the share of a core's L2 cache that is theirs, so that
/// they stay there while user rows stream past; but not before it holds a fair number of ratings,
/// for a tile must be worth visiting. Blocks hold equal numbers of ratings, at least as many
/// blocks as stripes, so that each round of a diagonal order can give every stripe a block of its
/// own.
///
/// @param stripeStarts first item of each stripe, and the number of items
/// @param blockStarts first user of each block, and the number of users
record Grid(int[] stripeStarts, int[] blockStarts) {
  /// Rows are counted from the start of their stripe or block in 16 bits.
  static final int MAX_ROWS = 1 << 16;

  private static final int STRIPE_BYTES = 512 << 10;
  private static final int MIN_PARTS = 8;
  private static final int MAX_PARTS = 32;

  static Grid of(RatingMatrix ratings, int stride) {
    int rowsInCache = STRIPE_BYTES / (stride * Float.BYTES);
    int[] stripes = cut(ratings.byItem(), MIN_PARTS, MAX_PARTS, rowsInCache);
    int parts = Math.max(MIN_PARTS, stripes.length - 1);
    return new Grid(stripes, cut(ratings.byUser(), parts, parts, MAX_ROWS));
  }

  /// Ends a part when it holds 1/`minParts` of the events, or `rowsWanted` rows and 1/`maxParts` of
  /// the events, or as many rows as can be counted. Fewer rows than parts make empty parts.
  private static int[] cut(CompressedRows rows, int minParts, int maxParts, int rowsWanted) {
    long events = rows.start(rows.rows());
    int[] starts = new int[minParts + maxParts + rows.rows() / MAX_ROWS + 2];
    int parts = 0;
    int first = 0;
    for (int row = 0; row < rows.rows(); row++) {
      int count = row + 1 - first;
      long held = rows.end(row) - rows.start(first);
      boolean full = held * minParts >= events || count == MAX_ROWS;
      if (full || (count >= rowsWanted && held * maxParts >= events)) {
        first = row + 1;
        starts[++parts] = first;
      }
    }
    if (first < rows.rows()) {
      starts[++parts] = rows.rows();
    }
    while (parts < minParts) {
      starts[++parts] = rows.rows();
    }
    return Arrays.copyOf(starts, parts + 1);
  }

  int stripes() {
    return stripeStarts.length - 1;
  }

  int blocks() {
    return blockStarts.length - 1;
  }

  /// Tiles are numbered block by block.
  int tile(int stripe, int block) {
    return block * stripes() + stripe;
  }

  /// The first user of a tile's block.
  int firstUser(int tile) {
    return blockStarts[tile / stripes()];
  }

  /// The first item of a tile's stripe.
  int firstItem(int tile) {
    return stripeStarts[tile % stripes()];
  }

  int tiles() {
    return stripes() * blocks();
  }
}
