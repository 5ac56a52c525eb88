package io.github.peccary.engine.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RankingMetricsTest {
  @Test
  void worksOutByHand() {
    // places 1..5 hold: relevant, -, relevant, -, -; a third relevant item is at place 9
    int[] ranks = {1, 3, 9};

    // DCG = 1/log2(2) + 1/log2(4) = 1.5; ideal = 1 + 1/log2(3) + 1/2 = 2.1309297535714578
    assertThat(RankingMetrics.ndcg(ranks, 3, 5)).isCloseTo(1.5 / 2.1309297535714578, within(1e-12));
    assertThat(RankingMetrics.recall(ranks, 3, 5)).isCloseTo(2.0 / 3, within(1e-12));
    assertThat(RankingMetrics.precision(ranks, 3, 5)).isCloseTo(2.0 / 5, within(1e-12));
    assertThat(RankingMetrics.reciprocalRank(ranks, 3, 5)).isEqualTo(1);
    // precision is 1 at place 1 and 2/3 at place 3; at place 9 it would be 3/9
    assertThat(RankingMetrics.averagePrecision(ranks, 3, 5))
        .isCloseTo((1 + 2.0 / 3) / 3, within(1e-12));
    assertThat(RankingMetrics.averagePrecision(ranks, 3, 9))
        .isCloseTo((1 + 2.0 / 3 + 3.0 / 9) / 3, within(1e-12));
    assertThat(RankingMetrics.averagePrecision(new int[] {9, 1, 3}, 3, 9))
        .as("in any order")
        .isEqualTo(RankingMetrics.averagePrecision(ranks, 3, 9));
    assertThat(RankingMetrics.hit(ranks, 3, 5)).isEqualTo(1);
    assertThat(RankingMetrics.hit(new int[] {3, 9}, 3, 2)).isZero();
  }

  @Test
  void aPerfectListScoresOneEvenWithMoreRelevantItemsThanPlaces() {
    int[] ranks = {1, 2, 3};

    assertThat(RankingMetrics.ndcg(ranks, 50, 3)).isCloseTo(1, within(1e-12));
    assertThat(RankingMetrics.precision(ranks, 50, 3)).isEqualTo(1);
    assertThat(RankingMetrics.averagePrecision(ranks, 50, 3)).isCloseTo(1, within(1e-12));
    assertThat(RankingMetrics.recall(ranks, 50, 3)).isCloseTo(3.0 / 50, within(1e-12));
  }

  @Test
  void nothingFoundScoresZero() {
    for (int[] ranks : new int[][] {{}, {11, 12}}) {
      assertThat(RankingMetrics.ndcg(ranks, 2, 10)).isZero();
      assertThat(RankingMetrics.recall(ranks, 2, 10)).isZero();
      assertThat(RankingMetrics.precision(ranks, 2, 10)).isZero();
      assertThat(RankingMetrics.reciprocalRank(ranks, 2, 10)).isZero();
      assertThat(RankingMetrics.averagePrecision(ranks, 2, 10)).isZero();
      assertThat(RankingMetrics.hit(ranks, 2, 10)).isZero();
    }
  }

  @Test
  void agreesWithAWalkDownTheWholeList() {
    Random random = new Random(42);
    for (int round = 0; round < 500; round++) {
      int items = 1 + random.nextInt(40);
      int k = 1 + random.nextInt(45);
      boolean[] relevantAt = new boolean[items];
      relevantAt[random.nextInt(items)] = true;
      for (int place = 0; place < items; place++) {
        relevantAt[place] |= random.nextInt(4) == 0;
      }
      int[] ranks =
          IntStream.range(0, items).filter(place -> relevantAt[place]).map(p -> p + 1).toArray();

      double[] expected = walk(relevantAt, ranks.length, k);

      int relevant = ranks.length;
      double[] found = {
        RankingMetrics.ndcg(ranks, relevant, k),
        RankingMetrics.recall(ranks, relevant, k),
        RankingMetrics.precision(ranks, relevant, k),
        RankingMetrics.reciprocalRank(ranks, relevant, k),
        RankingMetrics.averagePrecision(ranks, relevant, k),
        RankingMetrics.hit(ranks, relevant, k)
      };
      assertThat(found).as("seed=42 round=" + round).containsExactly(expected, within(1e-12));
    }
  }

  /// The measures as one would write them on paper: list positions from the top, gains 0 or 1.
  private static double[] walk(boolean[] relevantAt, int relevant, int k) {
    double dcg = 0;
    double ideal = 0;
    double hits = 0;
    double first = 0;
    double precisions = 0;
    for (int place = 0; place < k; place++) {
      double weight = 1 / (Math.log10(place + 2) / Math.log10(2));
      if (place < relevantAt.length && relevantAt[place]) {
        dcg += weight;
        hits++;
        first = first == 0 ? 1.0 / (place + 1) : first;
        precisions += hits / (place + 1);
      }
      ideal += place < relevant ? weight : 0;
    }
    double most = Math.min(relevant, k);
    double hit = Math.min(1, hits);
    return new double[] {dcg / ideal, hits / relevant, hits / k, first, precisions / most, hit};
  }

  @Test
  void refusesWhatMakesNoSense() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RankingMetrics.ndcg(new int[] {1}, 1, 0))
        .withMessage("k must be at least 1: k=0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RankingMetrics.recall(new int[] {1, 2}, 1, 5))
        .withMessage(
            "relevant must count every ranked item, and at least one: relevant=1, ranked=2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RankingMetrics.precision(new int[] {}, 0, 5))
        .withMessageContaining("relevant=0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RankingMetrics.reciprocalRank(new int[] {0}, 1, 5))
        .withMessage("ranks are counted from 1: rank=0");
  }
}
