package io.github.peccary.loader;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/// Reads a source on a thread of its own, so that reading and what is done with the rows overlap. A
/// few batches go round: filled there, used here, filled again.
final class ReadAhead implements AutoCloseable {
  private static final int BATCHES = 4;

  private final RowSource source;
  private final BlockingQueue<RowBatch> empty = new ArrayBlockingQueue<>(BATCHES);
  private final BlockingQueue<RowBatch> full = new ArrayBlockingQueue<>(BATCHES);
  private final Thread reader = new Thread(this::readAll, "peccary-reader");
  private @Nullable RowBatch current;

  /// Why the reader stopped early; written before the last batch, which is empty, is handed over.
  private @Nullable Throwable failure;

  ReadAhead(RowSource source, int columns) {
    this.source = source;
    for (int i = 0; i < BATCHES; i++) {
      empty.add(new RowBatch(columns));
    }
    reader.setDaemon(true);
    reader.start();
  }

  private void readAll() {
    try {
      boolean more = true;
      while (more) {
        RowBatch batch = empty.take();
        try {
          more = source.read(batch);
        } catch (IOException | RuntimeException | Error e) {
          failure = e;
          batch.clear();
          more = false;
        }
        full.add(batch); // there is always room: no more batches exist
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
    try {
      current = full.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LoaderException("the load was interrupted: nothing was written; load again", e);
    }
    if (current.rows() > 0) {
      return current;
    }
    current = null;
    if (failure instanceof IOException e) {
      throw e;
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
    return null;
  }

  /// Returns when the reader has stopped, so that the source can be closed.
  @Override
  public void close() {
    reader.interrupt();
    boolean interrupted = false;
    while (reader.isAlive()) {
      try {
        reader.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
