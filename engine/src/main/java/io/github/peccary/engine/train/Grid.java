package io.github.peccary.engine.train;

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
/// @param stripeStarts first item row of each stripe, and the number of item rows
/// @param blockStarts first user row of each block, and the number of user rows
record Grid(int[] stripeStarts, int[] blockStarts) {
  /// Rows are counted from the start of their stripe or block in 16 bits.
  static final int MAX_ROWS = 1 << 16;

  private static final int STRIPE_BYTES = 512 << 10;
  private static final int MIN_PARTS = 8;
  private static final int MAX_PARTS = 32;

  /// @param userCounts ratings of each user's row
  /// @param itemCounts ratings of each item's row
  static Grid of(int[] userCounts, int[] itemCounts, int stride) {
    return of(userCounts, itemCounts, stride, MAX_PARTS);
  }

  /// The same where items lie in random order. No stripe then has the well-known ones, and each
  /// visit of a tile loads most of its rows: there are no more stripes than the average row has
  /// events.
  static Grid ofDealt(int[] userCounts, int[] itemCounts, int stride) {
    long rows = Math.max(1, userCounts.length + itemCounts.length);
    long eventsOfRow = Arrays.stream(userCounts).asLongStream().sum() / rows;
    return of(userCounts, itemCounts, stride, Math.clamp(eventsOfRow, MIN_PARTS, MAX_PARTS));
  }

  private static Grid of(int[] userCounts, int[] itemCounts, int stride, int maxParts) {
    int rowsInCache = STRIPE_BYTES / (stride * Float.BYTES);
    int[] stripes = cut(itemCounts, MIN_PARTS, maxParts, rowsInCache);
    int parts = Math.max(MIN_PARTS, stripes.length - 1);
    return new Grid(stripes, cut(userCounts, parts, parts, MAX_ROWS));
  }

  /// Ends a part when it holds 1/`minParts` of the ratings, or `rowsWanted` rows and 1/`maxParts`
  /// of the ratings, or as many rows as can be counted. Fewer rows than parts make empty parts.
  private static int[] cut(int[] counts, int minParts, int maxParts, int rowsWanted) {
    long ratings = 0;
    for (int count : counts) {
      ratings += count;
    }
    int[] starts = new int[minParts + maxParts + counts.length / MAX_ROWS + 2];
    int parts = 0;
    int first = 0;
    long held = 0;
    for (int row = 0; row < counts.length; row++) {
      int size = row + 1 - first;
      held += counts[row];
      boolean full = held * minParts >= ratings || size == MAX_ROWS;
      if (full || (size >= rowsWanted && held * maxParts >= ratings)) {
        first = row + 1;
        starts[++parts] = first;
        held = 0;
      }
    }
    if (first < counts.length) {
      starts[++parts] = counts.length;
    }
    while (parts < minParts) {
      starts[++parts] = counts.length;
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
