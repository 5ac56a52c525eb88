package io.github.peccary.engine.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.metric.RankingMetrics;
import io.github.peccary.engine.model.Blend.Weights;
import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.model.HistoryLength;
import io.github.peccary.engine.model.ItemNeighbors;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.Interactions;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BlendFitTest {
  private static final int USERS = 400;
  private static final int ITEMS = 3000; // more than a block
  private static final int RANK = 5;

  private final Random random = new Random(1);
  private final BitSet[] items = new BitSet[USERS];
  private final int[] leftOut = new int[USERS];
  private final FactorMatrix users = FactorMatrix.allocate(Arena.ofAuto(), USERS, RANK);
  private final FactorMatrix rows = FactorMatrix.allocate(Arena.ofAuto(), ITEMS, RANK);

  /// From one to thirty items each, mostly popular ones, and one more that is left out.
  private Interactions made() {
    for (int user = 0; user < USERS; user++) {
      items[user] = new BitSet();
      int count = user % 30 + 2;
      while (items[user].cardinality() < count) {
        items[user].set((int) (ITEMS * Math.pow(random.nextDouble(), 3)));
      }
      leftOut[user] =
          user % 7 == 0 ? -1 : items[user].stream().skip(user % count).findFirst().orElseThrow();
      if (leftOut[user] >= 0) {
        items[user].clear(leftOut[user]);
      }
    }
    return new Interactions(USERS, ITEMS, (user, to) -> items[user].stream().forEach(to));
  }

  private void fill(FactorMatrix matrix) {
    for (int row = 0; row < matrix.rows(); row++) {
      for (int column = 0; column < RANK; column++) {
        matrix.set(row, column, (float) random.nextGaussian());
      }
    }
  }

  private Map<HistoryLength, Weights> fit(Interactions had, ItemNeighbors neighbors) {
    try (Workers workers = new Workers(2)) {
      return BlendFit.fit(users, rows, had, neighbors, leftOut, workers);
    }
  }

  private static ItemNeighbors none() {
    int[][] items = new int[ITEMS][0];
    return ItemNeighbors.of(items, new float[ITEMS][0]);
  }

  @Test
  void factorsThatKnowTheAnswerAreBelieved() {
    try (Interactions had = made()) {
      fill(users);
      fill(rows);
      for (int user = 0; user < USERS; user++) { // a user's row is that of the item left out
        for (int column = 0; leftOut[user] >= 0 && column < RANK; column++) {
          users.set(user, column, 3 * rows.get(leftOut[user], column));
        }
      }
      for (Weights weights : fit(had, none()).values()) {
        assertThat(weights.factors()).isPositive();
        float best = weights.factors() * 9 * RANK;
        assertThat(weights.popularity() * had.users(0)).as("beside %s", weights).isLessThan(best);
      }
    }
  }

  @Test
  void neighborsThatKnowTheAnswerAreBelieved() {
    try (Interactions had = made()) {
      fill(users); // know nothing
      fill(rows);
      int[][] neighbors = new int[ITEMS][0];
      float[][] similarities = new float[ITEMS][0];
      for (int user = 0; user < USERS; user++) {
        int first = items[user].nextSetBit(0);
        if (leftOut[user] >= 0 && neighbors[first].length < 20) {
          neighbors[first] = Arrays.copyOf(neighbors[first], neighbors[first].length + 1);
          neighbors[first][neighbors[first].length - 1] = leftOut[user];
          similarities[first] = new float[neighbors[first].length];
          Arrays.fill(similarities[first], 1);
        }
      }
      for (Weights weights : fit(had, ItemNeighbors.of(neighbors, similarities)).values()) {
        assertThat(weights.neighbors()).isPositive();
      }
    }
  }

  @Test
  void popularityIsLeftWhereNothingElseIsKnown() {
    try (Interactions had = made()) {
      fill(users);
      fill(rows);
      Map<HistoryLength, Weights> fitted = fit(had, none());
      List<Double> ofFitted = new ArrayList<>();
      List<Double> ofFactors = new ArrayList<>();
      for (int user = 0; user < USERS; user++) {
        if (leftOut[user] >= 0) {
          Weights weights =
              fitted.getOrDefault(HistoryLength.of(items[user].cardinality()), Weights.FACTORS);
          ofFitted.add(gain(user, weights, had));
          ofFactors.add(gain(user, Weights.FACTORS, had));
        }
      }
      assertThat(mean(ofFitted)).isGreaterThan(2 * mean(ofFactors));
    }
  }

  private static double mean(List<Double> numbers) {
    return numbers.stream().mapToDouble(number -> number).average().orElseThrow();
  }

  /// By the score of each item.
  private double gain(int user, Weights weights, Interactions had) {
    double[] scores = new double[ITEMS];
    for (int item = 0; item < ITEMS; item++) {
      double product = 0;
      for (int column = 0; column < RANK; column++) {
        product += users.get(user, column) * rows.get(item, column);
      }
      scores[item] = weights.factors() * product + weights.popularity() * had.users(item);
    }
    int before = 0;
    for (int item = 0; item < ITEMS; item++) {
      before += !items[user].get(item) && scores[item] > scores[leftOut[user]] ? 1 : 0;
    }
    return before < 100 ? RankingMetrics.ndcg(new int[] {before + 1}, 1, 100) : 0;
  }

  @Test
  void withoutAnyoneToLearnFromThereAreWeights() {
    try (Interactions had = made()) {
      Arrays.fill(leftOut, -1);
      Map<HistoryLength, Weights> fitted = fit(had, none());
      assertThat(fitted).hasSize(HistoryLength.values().length);
      assertThat(fitted.values()).allMatch(weights -> weights.factors() > 0);
      assertThat(fitted.values()).allMatch(weights -> weights.popularity() > 0);
    }
  }
}
