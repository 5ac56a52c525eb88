package io.github.peccary.loader;

import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/// The rows of a table of SQLite, read by several connections at the same time and handed over in
/// the order of the row numbers, which is that of one connection.
///
/// The numbers are cut into ranges of equal width; the connections take them in turn, and are at
/// most some batches ahead of whoever asks for rows. Where numbers are far apart, ranges are wide
/// and most are empty: then it is slower, and right all the same.
final class SqliteRanges implements RowSource {
  private static final int MOST_READERS = 4;
  private static final int BATCHES = 4; // of a reader

  /// Row numbers of a range, at least: two batches.
  private static final long WIDTH = 2 * RowBatch.MAX_ROWS;

  private static final long MOST_RANGES = 1 << 18;

  private final SqliteFile file;
  private final SqliteDatabase first;
  private final SqliteScan scan;
  private final long high;
  private final List<Reader> readers = new ArrayList<>();
  private long low;
  private long width;
  private long ranges;
  private long range;
  private boolean started;

  private SqliteRanges(
      SqliteFile file, SqliteDatabase first, SqliteScan scan, long[] limits, long width) {
    this.file = file;
    this.first = first;
    this.scan = scan;
    this.low = limits[0];
    this.high = limits[1];
    this.width = width;
  }

  /// The rows of the query; null if it is not one for several connections.
  static @Nullable SqliteRanges open(SqliteFile file, SqliteDatabase first, String sql)
      throws IOException {
    int count = Math.min(Runtime.getRuntime().availableProcessors(), MOST_READERS);
    return open(file, first, sql, count, WIDTH);
  }

  /// @param first a connection that is open; it stays so
  /// @param width row numbers of a range, at least
  static @Nullable SqliteRanges open(
      SqliteFile file, SqliteDatabase first, String sql, int readers, long width)
      throws IOException {
    SqliteScan scan = SqliteScan.of(sql);
    if (scan == null || readers < 2 || !file.oneMoment() || !first.scansByRowNumber(sql, scan)) {
      return null;
    }
    long[] limits = first.numbers(scan.limits());
    if (limits.length == 0 || limits[1] - limits[0] < 0 || limits[1] - limits[0] < width) {
      return null; // no rows, too many numbers to count, or too few to share
    }
    SqliteRanges ranges = new SqliteRanges(file, first, scan, limits, width);
    try {
      for (int number = 0; number < readers; number++) {
        ranges.readers.add(ranges.new Reader(number));
      }
    } catch (LoaderException e) {
      ranges.close(); // a program waits to write: it lets nobody else read, but those who do
      return null;
    }
    return ranges;
  }

  @Override
  public int columns() {
    return scan.columnCount();
  }

  /// The rows are counted, and not read.
  @Override
  public long skip(long count) throws IOException {
    long[] next = first.numbers(scan.numberAfter(), count);
    if (next.length == 0) {
      ranges = 0;
      started = true;
      return first.numbers(scan.count())[0];
    }
    low = next[0];
    return count;
  }

  private void start() {
    long span = high - low;
    width = Math.max(width, span / MOST_RANGES + 1);
    ranges = span / width + 1;
    readers.forEach(reader -> reader.thread.start());
    started = true;
  }

  @Override
  public boolean read(RowBatch batch) throws IOException {
    if (!started) {
      start();
    }
    batch.clear();
    while (range < ranges && batch.rows() == 0) {
      Reader reader = readers.get((int) (range % readers.size()));
      RowBatch next = Threads.take(reader.filled);
      if (next.rows() == 0) {
        Threads.rethrow(reader.failure);
        range++;
      }
      batch.swap(next);
      reader.empty.add(next);
    }
    return batch.rows() > 0;
  }

  @Override
  public void close() throws IOException {
    readers.forEach(reader -> reader.thread.interrupt());
    for (Reader reader : readers) {
      reader.close();
    }
  }

  /// A connection and the thread that reads from it: the rows of its ranges, and a batch without
  /// rows after each range.
  private final class Reader implements AutoCloseable {
    private final int number;
    private final @Nullable SqliteDatabase own;
    private final PreparedStatement statement;
    private final ResultRows.Cells cells;
    private final BlockingQueue<RowBatch> empty = new ArrayBlockingQueue<>(BATCHES);
    private final BlockingQueue<RowBatch> filled = new ArrayBlockingQueue<>(BATCHES);
    private final Thread thread;

    /// Why it stopped early; written before its last batch is handed over.
    private volatile @Nullable Throwable failure;

    Reader(int number) throws IOException {
      this.number = number;
      this.own = number == 0 ? null : SqliteDatabase.open(file);
      SqliteDatabase database = own == null ? first : own;
      try {
        if (own != null) {
          own.numbers(scan.limits()); // from now on it sees what the first one sees
        }
        this.statement = database.prepare(scan.range());
      } catch (Throwable e) {
        if (own != null) {
          own.close();
        }
        throw e;
      }
      this.cells = database.cells();
      for (int i = 0; i < BATCHES; i++) {
        empty.add(new RowBatch(scan.columnCount()));
      }
      this.thread =
          Thread.ofPlatform().daemon().name("peccary-reader-" + number).unstarted(this::run);
    }

    private void run() {
      try {
        for (long range = number; range < ranges && failure == null; range += readers.size()) {
          read(low + range * width);
        }
      } catch (InterruptedException e) {
        // closed before the end: nobody waits for more
      }
    }

    private void read(long from) throws InterruptedException {
      RowBatch batch = empty.take();
      try {
        statement.setLong(1, from);
        statement.setLong(2, high - from < width ? high : from + width - 1);
        try (ResultSet rows = statement.executeQuery()) {
          while (ResultRows.fill(batch, rows, cells)) {
            filled.add(batch); // there is always room: no more batches exist
            batch = empty.take();
          }
        }
      } catch (SQLException e) {
        failure = SqliteFailure.of(file.path(), e);
        batch.clear();
      } catch (RuntimeException | Error e) {
        failure = e;
        batch.clear();
      }
      filled.add(batch);
    }

    /// Returns when the thread has stopped, so that the connection can be closed.
    @Override
    public void close() throws IOException {
      Threads.end(thread);
      try (own) {
        statement.close();
      } catch (SQLException e) {
        throw SqliteFailure.of(file.path(), e);
      }
    }
  }
}
