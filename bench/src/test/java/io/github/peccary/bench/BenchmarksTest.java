package io.github.peccary.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BenchmarksTest {
  /// Without its annotation processor JMH builds green and finds nothing to run.
  @ParameterizedTest
  @ValueSource(
      classes = {
        DotBenchmark.class,
        SgdUpdateBenchmark.class,
        RecommendBenchmark.class,
        FoldInBenchmark.class,
        EpochBenchmark.class,
        LoadBenchmark.class,
        LoadTextBenchmark.class
      })
  void theProcessorHasListedTheBenchmark(Class<?> benchmark) throws IOException {
    try (InputStream list = BenchmarksTest.class.getResourceAsStream("/META-INF/BenchmarkList")) {
      assertThat(list).isNotNull();
      assertThat(new String(list.readAllBytes(), StandardCharsets.UTF_8))
          .contains(benchmark.getName());
    }
  }

  @Test
  void benchmarksCheckTheirAnswersInSetUp() {
    for (String kernel : new String[] {"vector", "scalar"}) {
      SgdUpdateBenchmark update = new SgdUpdateBenchmark();
      update.stride = 32;
      update.kernel = kernel;
      update.rows = "L2";
      update.setUp();
      assertThat(update.update()).isPositive();
      update.tearDown();
      DotBenchmark dot = new DotBenchmark();
      dot.stride = 32;
      dot.kernel = kernel;
      dot.setUp();
      assertThat(dot.scores().byteSize()).isEqualTo(512 * 4);
      dot.tearDown();
    }
  }

  @Test
  void theScanChecksItsAnswerInSetUp() throws IOException {
    RecommendBenchmark scan = new RecommendBenchmark();
    scan.items = 3000;
    scan.rank = 14;
    scan.setUp();
    assertThat(scan.recommend()).hasSize(10);
    assertThat(scan.similar()).hasSize(10);
    assertThat(scan.open()).isEqualTo(3000);
    scan.tearDown();
  }

  @Test
  void foldingInChecksItsAnswerInSetUp() throws IOException {
    FoldInBenchmark user = new FoldInBenchmark();
    user.items = 300;
    user.rank = 14;
    user.events = 20;
    user.setUp();
    assertThat(user.foldIn().items()).hasSize(20);
    assertThat(user.contributions()).hasSize(20);
    user.tearDown();
  }

  @Test
  void everyCallIsAnEpochOfOneTraining() throws IOException, InterruptedException {
    EpochBenchmark training = new EpochBenchmark();
    training.shape = "sparse";
    training.threads = 2;
    training.setUp();
    assertThat(training.epoch()).isTrue();
    assertThat(training.epoch()).isTrue();
    training.tearDown();
  }

  @Test
  void loadingChecksItsAnswer() throws IOException {
    LoadBenchmark load = new LoadBenchmark();
    load.rows = 2000;
    load.setUp();
    assertThat(load.load().users()).isBetween(300, 500);
    load.tearDown();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sqlite", "bookCrossing", "colons", "tabs"})
  void textIsLoadedAsTheSameRatings(String form) throws IOException {
    LoadTextBenchmark load = new LoadTextBenchmark();
    load.rows = 2000;
    load.form = form;
    load.setUp();
    assertThat(load.load().ratings()).isBetween(1900L, 2000L);
    assertThat(load.read().ratings()).isOne();
    load.tearDown();
  }
}
