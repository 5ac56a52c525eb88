package io.github.peccary.loader;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/// The rows of a source, batch by batch: one thread reads them, a second one prepares them, the
/// caller uses them, each while the others are at the next ones. A few batches go round.
final class Batches implements AutoCloseable {
  private static final int BATCHES = 6;

  private final RowSource source;
  private final Step prepare;
  private final BlockingQueue<RowBatch> empty = new ArrayBlockingQueue<>(BATCHES);
  private final BlockingQueue<RowBatch> read = new ArrayBlockingQueue<>(BATCHES);
  private final BlockingQueue<RowBatch> prepared = new ArrayBlockingQueue<>(BATCHES);
  private final Thread[] threads = {
    new Thread(() -> work(empty, this::read, read), "peccary-reader"),
    new Thread(() -> work(read, this::prepare, prepared), "peccary-cleaner"),
  };
  private @Nullable RowBatch current;

  /// Why a thread stopped early; written before its last batch, which is empty, is handed on.
  private volatile @Nullable Throwable failure;

  /// A step of the way of a batch. The last batch that it hands on has no rows.
  interface Step {
    void take(RowBatch batch) throws IOException;
  }

  /// @param prepare what is done with each batch, one after the other, on a thread of its own
  Batches(RowSource source, int columns, Step prepare) {
    this.source = source;
    this.prepare = prepare;
    for (int i = 0; i < BATCHES; i++) {
      empty.add(new RowBatch(columns));
    }
    for (Thread thread : threads) {
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void read(RowBatch batch) throws IOException {
    if (!source.read(batch)) {
      batch.clear();
    }
  }

  private void prepare(RowBatch batch) throws IOException {
    if (batch.rows() > 0) {
      prepare.take(batch);
    }
  }

  private void work(BlockingQueue<RowBatch> from, Step step, BlockingQueue<RowBatch> to) {
    try {
      boolean more = true;
      while (more) {
        RowBatch batch = from.take();
        try {
          step.take(batch);
        } catch (IOException | RuntimeException | Error e) {
          failure = e;
          batch.clear();
        }
        more = batch.rows() > 0;
        to.add(batch); // there is always room: no more batches exist
      }
    } catch (InterruptedException e) {
      // closed before the end: nobody waits for more
    }
  }

  /// The next rows, null after the last. What the call before gave is no longer the caller's.
  @Nullable RowBatch next() throws IOException {
    if (current != null) {
      empty.add(current);
    }
    current = Threads.take(prepared);
    if (current.rows() > 0) {
      return current;
    }
    current = null;
    Threads.rethrow(failure);
    return null;
  }

  /// Returns when the threads have stopped, so that the source can be closed.
  @Override
  public void close() {
    for (Thread thread : threads) {
      Threads.end(thread);
    }
  }
}
