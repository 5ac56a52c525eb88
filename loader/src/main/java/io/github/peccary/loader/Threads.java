package io.github.peccary.loader;

/// What all threads of a load have in common.
final class Threads {
  private Threads() {}

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
