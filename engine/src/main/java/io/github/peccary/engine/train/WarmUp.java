package io.github.peccary.engine.train;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.kernel.StepSizes;
import io.github.peccary.engine.model.FactorMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Calls the kernel on rows of its own, on a thread of its own, while the ratings are being laid
/// out: by the first epoch the JIT compiler has made machine code of it. An interpreted vector
/// operation costs a thousand times as much, so that otherwise the first epoch would wait for the
/// compiler.
final class WarmUp implements AutoCloseable {
  /// So few that calls outnumber the rounds of any loop: the compiler then makes code of the whole
  /// method, and not first of a loop in it, for a call that goes on and on.
  private static final int ROWS = 2;

  /// What lets the compiler know that the kernel is wanted. It has others to compile before.
  private static final int HASTY_CALLS = 2048;

  /// Calls at a time while waiting, at most so many times: cores are wanted elsewhere.
  private static final int CALLS_AT_A_TIME = 32;

  private static final int WAITS = 2000;

  private final int rank;
  private final boolean onErrors;
  private final Kernels kernels;
  private volatile boolean closed;

  /// Starts calling the kernel for rows of `rank` factors.
  ///
  /// @param onErrors whether steps are wanted on errors that are given, not on those found
  /// @throws UnsupportedOperationException if this machine has no kernel
  WarmUp(int rank, boolean onErrors) {
    this.rank = rank;
    this.onErrors = onErrors;
    kernels = Kernels.forRank(rank); // here, where a refusal is heard
    Thread _ = Thread.ofPlatform().daemon().name("peccary-warm-up").start(this::run);
  }

  private void run() {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment users = FactorMatrix.allocate(arena, ROWS, rank).segment();
      MemorySegment items = FactorMatrix.allocate(arena, ROWS, rank).segment();
      MemorySegment records = arena.allocate((long) ROWS * Long.BYTES, 64);
      for (int row = 0; row < ROWS; row++) {
        records.setAtIndex(JAVA_LONG, row, Kernels.record(row, row, 0f));
      }
      MemorySegment errors = arena.allocate((long) ROWS * Float.BYTES, 64);
      StepSizes steps = new StepSizes(arena, new int[ROWS], 1f, new int[ROWS], 1f);
      int calls = HASTY_CALLS;
      for (int wait = 0; wait < WAITS && !closed; wait++) {
        for (int call = 0; call < calls && !closed; call++) {
          kernels.errors(users, 0, items, 0, records, 0, ROWS, errors);
          if (onErrors) {
            kernels.step(users, 0, items, 0, records, 0, ROWS, steps);
          } else {
            float _ = kernels.update(users, 0, items, 0, records, 0, ROWS, steps);
          }
        }
        calls = CALLS_AT_A_TIME;
        Thread.sleep(1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // by whom? then it is time to end
    }
  }

  /// Lets the thread end, and does not wait for it.
  @Override
  public void close() {
    closed = true;
  }
}
