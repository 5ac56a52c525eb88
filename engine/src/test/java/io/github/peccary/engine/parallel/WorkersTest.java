package io.github.peccary.engine.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkersTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void everyWorkerRunsEveryTaskOnce(int threads) {
    AtomicIntegerArray runs = new AtomicIntegerArray(threads);
    try (Workers workers = new Workers(threads)) {
      for (int task = 1; task <= 100; task++) {
        workers.run(runs::incrementAndGet);
        for (int worker = 0; worker < threads; worker++) {
          assertThat(runs.get(worker)).isEqualTo(task);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void rangesCoverEachNumberOnce(int threads) {
    try (Workers workers = new Workers(threads)) {
      for (int count : new int[] {0, 1, 7, 100, 1001}) {
        AtomicIntegerArray seen = new AtomicIntegerArray(count);
        workers.forRange(
            count,
            7,
            (from, to) -> {
              assertThat(to - from).isBetween(1, 7);
              for (int number = from; number < to; number++) {
                seen.incrementAndGet(number);
              }
            });
        for (int number = 0; number < count; number++) {
          assertThat(seen.get(number)).isEqualTo(1);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aFailureReachesTheCallerAndTheTeamGoesOn(int threads) {
    try (Workers workers = new Workers(threads)) {
      for (int failing = 0; failing < threads; failing++) {
        int number = failing;
        assertThatThrownBy(
                () ->
                    workers.run(
                        worker -> {
                          if (worker == number) {
                            throw new IllegalStateException("worker=" + worker);
                          }
                        }))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("worker=" + number);
      }
      AtomicIntegerArray runs = new AtomicIntegerArray(threads);
      workers.run(runs::incrementAndGet);
      assertThat(runs.get(threads - 1)).isEqualTo(1);
    }
  }

  @Test
  void aTeamNeedsOneWorker() {
    assertThatThrownBy(() -> new Workers(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("threads must be from 1 to 1024: threads=0");
  }
}
