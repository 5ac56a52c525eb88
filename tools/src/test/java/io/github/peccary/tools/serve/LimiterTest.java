package io.github.peccary.tools.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class LimiterTest {
  @Test
  void refusesWhatHasWaitedTooLongAndRecovers() throws Exception {
    Limiter limiter = new Limiter(1, 1);
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Integer> blocked =
          threads.submit(
              () ->
                  limiter.run(
                      () -> {
                        entered.countDown();
                        try {
                          released.await();
                        } catch (InterruptedException e) {
                          throw new AssertionError(e);
                        }
                        return 1;
                      }));
      entered.await();
      assertThatThrownBy(() -> limiter.run(() -> 2))
          .isInstanceOfSatisfying(
              Problem.class,
              problem -> {
                assertThat(problem.reply().status()).isEqualTo(503);
                assertThat(problem.reply().headers()).containsEntry("Retry-After", "1");
              });
      assertThat(limiter.rejected()).isEqualTo(1);
      released.countDown();
      assertThat(blocked.get()).isEqualTo(1);
    }
    assertThat(limiter.run(() -> 3)).isEqualTo(3);
  }

  @Test
  void aTaskThatFailsGivesItsPlaceBack() {
    Limiter limiter = new Limiter(1, 1);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(
              () ->
                  limiter.run(
                      () -> {
                        throw new IllegalStateException("failed");
                      }))
          .hasMessage("failed");
    }
    assertThat(limiter.rejected()).isZero();
  }
}
