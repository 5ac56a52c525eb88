package io.github.peccary.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WarmUpTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 14, 30, 200})
  void itsThreadEndsOnceClosed(int rank) throws InterruptedException {
    List<Thread> before = warmUpThreads();
    List<Thread> started;
    try (WarmUp _ = new WarmUp(rank, rank % 2 == 0)) {
      started = warmUpThreads();
      started.removeAll(before);
    }
    for (Thread thread : started) {
      thread.join(60_000);
      assertThat(thread.isAlive()).isFalse();
    }
  }

  private static List<Thread> warmUpThreads() {
    return new ArrayList<>(
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().equals("peccary-warm-up"))
            .toList());
  }
}
