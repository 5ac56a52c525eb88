package io.github.peccary.tools.serve;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/// Lets so many tasks run at once and as many more wait, for a time.
final class Limiter {
  private final int most;
  private final long waitMillis;
  private final Semaphore permits;
  private final AtomicInteger waiting = new AtomicInteger();
  private final LongAdder rejected = new LongAdder();

  /// @param most at work at once, and waiting
  Limiter(int most, long waitMillis) {
    this.most = most;
    this.waitMillis = waitMillis;
    permits = new Semaphore(most, true);
  }

  /// @throws Problem 503 if too many wait already, or its own wait was too long
  <T> T run(Supplier<T> task) {
    if (!permits.tryAcquire() && !await()) {
      rejected.increment();
      throw Problem.unavailable(
          "at most %d requests are answered at once; ask again later".formatted(most));
    }
    try {
      return task.get();
    } finally {
      permits.release();
    }
  }

  private boolean await() {
    if (waiting.incrementAndGet() > most) {
      waiting.decrementAndGet();
      return false;
    }
    try {
      return permits.tryAcquire(waitMillis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      waiting.decrementAndGet();
    }
  }

  /// How many tasks were not run.
  long rejected() {
    return rejected.sum();
  }
}
