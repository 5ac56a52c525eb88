package io.github.peccary.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FoldInTest {
  @TempDir Path folder;
  private RatingMatrix ratings;

  /// A model of each kind; the last item was never trained.
  @SuppressWarnings("ImmutableEnumChecker") // the functions have no state
  enum Kind {
    RATINGS(models -> models),
    PLAIN_RATINGS(Models::withoutBiases),
    RANKINGS(models -> models.forRankings().withoutBiases()),
    RANKINGS_WITH_BIASES(Models::forRankings);

    private final UnaryOperator<Models> settings;

    Kind(UnaryOperator<Models> settings) {
      this.settings = settings;
    }
  }

  @BeforeEach
  void openRatings() throws IOException {
    Path file = folder.resolve("ratings.safetensors");
    ratings = RatingMatrices.open(file, RatingMatrices.random(5, 400, 0.9, 1));
  }

  private FactorModel model(Kind kind, int rank) throws IOException {
    return kind.settings
        .apply(Models.of(ratings, rank).rank(rank).trainedItems(i -> i < ratings.items() - 1))
        .open(folder.resolve("model.safetensors"));
  }

  /// Numbers of events such that the system is solved in events, in unknowns, in several chunks.
  @ParameterizedTest
  @EnumSource
  void isTheSolutionOfTheDenseSystem(Kind kind) throws IOException {
    for (int rank : new int[] {1, 5, 14, 62}) {
      try (FactorModel model = model(kind, rank)) {
        for (int count : new int[] {1, 2, 20, 31, 32, 300}) {
          int[] items = items(model, count, 7L * rank + count);
          float[] values = values(count);
          FoldIn folded = new FoldIn(model, items, values);
          Dense dense = new Dense(model, items, values);
          double[] expected = dense.solve(dense.right);
          double reach = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
          for (int column = 0; column < expected.length; column++) {
            assertThat((double) folded.row().get(0, column))
                .as("rank=%d, count=%d, column=%d", rank, count, column)
                .isCloseTo(expected[column], within(2e-4 * reach));
          }
          for (int column = expected.length; column < model.stride(); column++) {
            boolean constant = model.hasBiases() && column == rank + 1;
            assertThat(folded.row().get(0, column)).isEqualTo(constant ? 1 : 0);
          }
        }
      }
    }
  }

  /// An event, any other item, an item that was never trained: what contributes adds up, and each
  /// contribution is that of the dense system.
  @ParameterizedTest
  @EnumSource
  void contributionsAreExactAndAddUpToTheScore(Kind kind) throws IOException {
    for (int rank : new int[] {5, 62}) {
      try (FactorModel model = model(kind, rank)) {
        for (int count : new int[] {1, 20, 300}) {
          int[] items = items(model, count, 3L * rank + count);
          float[] values = values(count);
          FoldIn folded = new FoldIn(model, items, values);
          Dense dense = new Dense(model, items, values);
          for (int item : new int[] {items[0], 17, model.items() - 1}) {
            double[] contributions = folded.contributions(item);
            double[] expected = dense.contributions(item);
            double reach = 1e-6 + Arrays.stream(expected).map(Math::abs).sum();
            for (int event = 0; event < count; event++) {
              assertThat(contributions[event])
                  .as("rank=%d, count=%d, item=%d, event=%d", rank, count, item, event)
                  .isCloseTo(expected[event], within(2e-4 * reach));
            }
            float bias = model.hasBiases() ? model.itemFactors().get(item, rank + 1) : 0;
            assertThat(Arrays.stream(contributions).sum())
                .isCloseTo(
                    folded.predict(item) - model.globalMean() - bias, within(2e-4 * reach + 5e-6));
          }
        }
      }
    }
  }

  @Test
  void theOrderOfEventsDoesNotMatter() throws IOException {
    try (FactorModel model = model(Kind.RATINGS, 5)) {
      FoldIn one = new FoldIn(model, new int[] {9, 2}, new float[] {3, 8});
      FoldIn other = new FoldIn(model, new int[] {2, 9}, new float[] {8, 3});
      for (int column = 0; column < model.stride(); column++) {
        assertThat(one.row().get(0, column)).isCloseTo(other.row().get(0, column), within(1e-5f));
      }
      assertThat(one.items()).containsExactly(9, 2);
      assertThat(one.hasEvent(2)).isTrue();
      assertThat(one.hasEvent(3)).isFalse();
    }
  }

  @Test
  void eventsThatAreNoneAreRefused() throws IOException {
    try (FactorModel model = model(Kind.RATINGS, 5)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new FoldIn(model, new int[0], new float[0]))
          .withMessage("there must be events, and a value of each: items=0, values=0");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new FoldIn(model, new int[] {3, 1, 3}, new float[3]))
          .withMessage("an item must have one event: item=3");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new FoldIn(model, new int[] {3}, new float[] {Float.NaN}))
          .withMessage("values must be finite: item=3, value=NaN");
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> new FoldIn(model, new int[] {model.items()}, new float[1]));
    }
  }

  @Test
  void aModelThatHoldsNothingToSolveWithIsRefused() throws IOException {
    try (FactorModel model = Models.of(ratings, 1).withoutRidge().open(folder.resolve("m"))) {
      assertThat(model.canFoldIn()).isFalse();
      assertThatIllegalStateException()
          .isThrownBy(() -> new FoldIn(model, new int[] {1}, new float[] {1}))
          .withMessageStartingWith("the model must hold what a user's row is solved with");
    }
  }

  private static int[] items(FactorModel model, int count, long seed) {
    return new SplittableRandom(seed).ints(0, model.items()).distinct().limit(count).toArray();
  }

  private static float[] values(int count) {
    float[] values = new float[count];
    for (int event = 0; event < count; event++) {
      values[event] = event % 11;
    }
    return values;
  }

  /// The system in double, by Gauss and Jordan.
  private static final class Dense {
    private final FactorModel model;
    private final int[] items;
    private final double[] pulls; // c t of each event
    private final double[][] matrix;
    private final double[] right;

    Dense(FactorModel model, int[] items, float[] values) {
      this.model = model;
      this.items = items;
      int unknowns = model.rank() + (model.hasBiases() ? 1 : 0);
      pulls = new double[items.length];
      matrix = new double[unknowns][unknowns];
      right = new double[unknowns];
      UserRidge ridge = model.ridge();
      double penalty = 0;
      for (int event = 0; event < items.length; event++) {
        int item = items[event];
        penalty += ridge.perEvent() / (1 + ridge.popularityDecay() * model.itemPopularity(item));
        double weight = 1 + ridge.ratingWeight() * values[event];
        double target = model.ranksOnly() ? 1 : values[event] - model.globalMean();
        target -= model.hasBiases() ? model.itemFactors().get(item, model.rank() + 1) : 0;
        pulls[event] = weight * target;
        for (int i = 0; i < unknowns; i++) {
          right[i] += weight * target * column(item, i);
          for (int j = 0; j < unknowns; j++) {
            matrix[i][j] += weight * column(item, i) * column(item, j);
          }
        }
      }
      for (int i = 0; i < unknowns; i++) {
        matrix[i][i] += ridge.columns()[i] + (i < model.rank() ? penalty : 0);
      }
    }

    private double column(int item, int column) {
      return model.itemFactors().get(item, column);
    }

    double[] contributions(int item) {
      double[] row = new double[right.length];
      Arrays.setAll(row, column -> column(item, column));
      double[] influence = solve(row);
      double[] contributions = new double[items.length];
      for (int event = 0; event < items.length; event++) {
        for (int i = 0; i < influence.length; i++) {
          contributions[event] += pulls[event] * influence[i] * column(items[event], i);
        }
      }
      return contributions;
    }

    double[] solve(double[] rightSide) {
      int size = matrix.length;
      double[][] system = new double[size][];
      for (int i = 0; i < size; i++) {
        system[i] = Arrays.copyOf(matrix[i], size + 1);
        system[i][size] = rightSide[i];
      }
      for (int pivot = 0; pivot < size; pivot++) {
        for (int i = 0; i < size; i++) {
          double factor = system[i][pivot] / system[pivot][pivot];
          for (int j = pivot; i != pivot && j <= size; j++) {
            system[i][j] -= factor * system[pivot][j];
          }
        }
      }
      double[] solution = new double[size];
      Arrays.setAll(solution, i -> system[i][size] / system[i][i]);
      return solution;
    }
  }
}
