package io.github.peccary.engine.parallel;

import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// A fixed team of threads that all run the same task, and meet again at its end.
///
/// The calling thread is worker 0, so a team of one has no other thread and costs nothing. Tasks
/// are started by one thread at a time; nothing is allocated per task but the task itself.
public final class Workers implements AutoCloseable {
  /// More than any machine has; a slip of the keyboard must not start a million threads.
  public static final int MAX_THREADS = 1024;

  private final int threads;
  private final CyclicBarrier start;
  private final CyclicBarrier end;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile @Nullable IntConsumer task;

  /// A part of the numbers `0 … count − 1`.
  public interface RangeTask {
    /// Handles the numbers from `from` (inclusive) to `to` (exclusive).
    void run(int from, int to);
  }

  /// @param threads how many run a task, the caller included; from 1 to [#MAX_THREADS]
  public Workers(int threads) {
    if (threads < 1 || threads > MAX_THREADS) {
      throw new IllegalArgumentException(
          "threads must be from 1 to %d: threads=%d".formatted(MAX_THREADS, threads));
    }
    this.threads = threads;
    start = new CyclicBarrier(threads);
    end = new CyclicBarrier(threads);
    for (int worker = 1; worker < threads; worker++) {
      int number = worker;
      Thread _ =
          Thread.ofPlatform().daemon().name("peccary-worker-" + worker).start(() -> serve(number));
    }
  }

  /// How many threads run a task.
  public int threads() {
    return threads;
  }

  /// Runs `work` once on every worker with the worker's number, `0 … threads − 1`, and returns when
  /// all are done. The first failure is thrown here; the team stays usable.
  public void run(IntConsumer work) {
    if (threads == 1) {
      work.accept(0);
      return;
    }
    task = work;
    meet(start);
    attempt(work, 0);
    meet(end);
    Throwable failed = failure.getAndSet(null);
    switch (failed) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(failed);
    }
  }

  /// Hands out `0 … count − 1` in ranges of at most `grain` numbers to whichever worker is free.
  public void forRange(int count, int grain, RangeTask work) {
    AtomicLong next = new AtomicLong();
    run(
        worker -> {
          for (long from = next.getAndAdd(grain); from < count; from = next.getAndAdd(grain)) {
            work.run((int) from, (int) Math.min(count, from + grain));
          }
        });
  }

  private void serve(int worker) {
    while (true) {
      meet(start);
      IntConsumer work = task;
      if (work == null) {
        return;
      }
      attempt(work, worker);
      meet(end);
    }
  }

  private void attempt(IntConsumer work, int worker) {
    try {
      work.accept(worker);
    } catch (Throwable t) { // whatever it is, the others must not wait for this worker for ever
      failure.compareAndSet(null, t);
    }
  }

  private static void meet(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("a worker must not be interrupted during a task", e);
    } catch (BrokenBarrierException e) {
      throw new IllegalStateException("a worker was interrupted; the team must be closed", e);
    }
  }

  /// Ends the threads; waits for none of them, as they run no task.
  @Override
  public void close() {
    if (threads > 1 && !start.isBroken()) {
      task = null;
      meet(start);
    }
  }
}
