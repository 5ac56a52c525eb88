package io.github.peccary.engine.train;

/// The records of one block of a layout at a time, to be stored together.
final class BlockRecords {
  /// How far apart the records of a user are put, and among how many: the rows of their users and
  /// items stay in the L1 cache.
  private static final int SPREAD = 16;

  private static final int WINDOW = SPREAD * SPREAD;

  private final TileLayout layout;
  private final int[] next;
  private long[] records = new long[0];
  private int firstTile;
  private long start;

  BlockRecords(TileLayout layout) {
    this.layout = layout;
    next = new int[layout.grid().stripes()];
  }

  void begin(int block) {
    firstTile = layout.grid().tile(0, block);
    start = layout.start(firstTile);
    for (int stripe = 0; stripe < next.length; stripe++) {
      next[stripe] = startOf(stripe);
    }
    if (records.length < startOf(next.length)) {
      records = new long[startOf(next.length)];
    }
  }

  private int startOf(int stripe) {
    return Math.toIntExact(layout.start(firstTile + stripe) - start);
  }

  void add(int stripe, long record) {
    records[next[stripe]++] = record;
  }

  void store(boolean spread) {
    for (int stripe = 0; stripe < next.length && spread; stripe++) {
      spreadUsers(records, startOf(stripe), next[stripe]);
    }
    int count = startOf(next.length);
    layout.store(records, count, start);
  }

  /// Puts the records of one user some places apart: an update needs the row that the one before
  /// has left, and in a run of one user the processor would wait for every result.
  private static void spreadUsers(long[] records, int start, int end) {
    long[] sorted = new long[WINDOW];
    for (int first = start; first < end; first += WINDOW) {
      int count = Math.min(WINDOW, end - first);
      System.arraycopy(records, first, sorted, 0, count);
      int at = first;
      for (int column = 0; column < SPREAD; column++) {
        for (int n = column; n < count; n += SPREAD) {
          records[at++] = sorted[n];
        }
      }
    }
  }
}
