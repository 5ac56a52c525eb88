package io.github.peccary.loader;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/// What all threads of a load have in common.
final class Threads {
  private Threads() {}

  /// The next batch that another thread hands over.
  ///
  /// @throws LoaderException if this thread is interrupted while it waits
  static RowBatch take(BlockingQueue<RowBatch> queue) throws LoaderException {
    try {
      return queue.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LoaderException("the load was interrupted: nothing was written; load again", e);
    }
  }

  /// Throws here why another thread stopped early, if it did.
  static void rethrow(@Nullable Throwable failure) throws IOException {
    switch (failure) {
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case null, default -> {}
    }
  }

  /// Interrupts the thread and returns when it has stopped, so that what it used can be closed.
  static void end(Thread thread) {
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
