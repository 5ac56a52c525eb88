package io.github.peccary.engine.model;

import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.PairFilter;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Model files for tests, with random factors: reading, ranking and scoring do not care how good a
/// model is.
public final class Models {
  private final RatingMatrix ratings;
  private final Random random;
  private int rank = 5;
  private boolean biases = true;
  private boolean seen = true;
  private boolean refit;
  private boolean rankings;
  private boolean ridge = true;
  private boolean blended;
  private @Nullable PairFilter earlier;
  private Holdout holdout = Holdout.none();
  private IntPredicate userTrained = user -> true;
  private IntPredicate itemTrained = item -> true;
  private BiConsumer<FactorMatrix, FactorMatrix> rows = (users, items) -> {};

  private Models(RatingMatrix ratings, long seed) {
    this.ratings = ratings;
    random = new Random(seed);
  }

  public static Models of(RatingMatrix ratings, long seed) {
    return new Models(ratings, seed);
  }

  public Models rank(int factors) {
    rank = factors;
    return this;
  }

  public Models withoutBiases() {
    biases = false;
    return this;
  }

  public Models withoutSeen() {
    seen = false;
    return this;
  }

  public Models holdout(Holdout held) {
    holdout = held;
    return this;
  }

  /// Says of these pairs that models before may have been trained on them.
  public Models earlier(PairFilter pairs) {
    earlier = pairs;
    return this;
  }

  /// Scores are no ratings, and a rating counts as some more of an event.
  public Models forRankings() {
    rankings = true;
    return this;
  }

  /// Rankings go by neighbours and popularity, too.
  public Models blended() {
    blended = true;
    return this;
  }

  /// No user can be folded in.
  public Models withoutRidge() {
    ridge = false;
    return this;
  }

  public Models refit() {
    refit = true;
    return this;
  }

  /// Rows of other users stay as they were before training.
  public Models trainedUsers(IntPredicate trained) {
    userTrained = trained;
    return this;
  }

  /// Rows of other items stay as they were before training.
  public Models trainedItems(IntPredicate trained) {
    itemTrained = trained;
    return this;
  }

  /// Changes the rows of users and items before they are written.
  public Models rows(BiConsumer<FactorMatrix, FactorMatrix> change) {
    rows = change;
    return this;
  }

  public FactorModel open(Path file) throws IOException {
    write(file);
    return FactorModel.open(file, Verify.CHECKSUMS);
  }

  public void write(Path file) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      FactorMatrix users = FactorMatrix.allocate(arena, ratings.users(), rank);
      FactorMatrix items = FactorMatrix.allocate(arena, ratings.items(), rank);
      DampedBiases baseline =
          new DampedBiases(5.25f, new float[ratings.users()], new float[ratings.items()]);
      fill(users, rank, rank + 1, userTrained, baseline.user());
      fill(items, rank + 1, rank, itemTrained, baseline.item());
      rows.accept(users, items);
      new FactorModelWriter(ratings, users, items, baseline, metadata())
          .globalMean(5.25f)
          .seen(seen)
          .earlier(earlier)
          .ridge(ridge ? ridge() : null)
          .blend(blended ? blend() : null)
          .write(file);
    }
  }

  /// Each item is a neighbour of the one before it, but for the last, and has some of nine events.
  private Blend blend() {
    int[][] neighbors = new int[ratings.items()][];
    float[][] similarities = new float[ratings.items()][];
    for (int item = 0; item < neighbors.length; item++) {
      boolean last = item + 1 == neighbors.length;
      neighbors[item] = last ? new int[0] : new int[] {item + 1};
      similarities[item] = last ? new float[0] : new float[] {0.5f};
    }
    Map<HistoryLength, Blend.Weights> weights = new EnumMap<>(HistoryLength.class);
    for (HistoryLength length : HistoryLength.values()) {
      weights.put(length, new Blend.Weights(1, 2, 0.25f));
    }
    int[] events = IntStream.range(0, ratings.items()).map(item -> item * 7 % 10).toArray();
    return Blend.of(weights, ItemNeighbors.of(neighbors, similarities), events);
  }

  private UserRidge ridge() {
    float[] columns = new float[biases ? rank + 1 : rank];
    for (int column = 0; column < columns.length; column++) {
      columns[column] = 0.5f + column % 3;
    }
    return new UserRidge(columns, 0.25, 0.125, rankings ? 0.5 : 0);
  }

  public Map<String, String> metadata() {
    Map<String, String> metadata = new HashMap<>();
    metadata.put(ModelFormat.BIASES, Boolean.toString(biases));
    metadata.put(ModelFormat.OBJECTIVE, rankings ? ModelFormat.RANKING : "rating");
    metadata.put(ModelFormat.HOLDOUT, holdout.toString());
    metadata.put(ModelFormat.REFIT, Boolean.toString(refit));
    metadata.put("peccary.train.seed", "42");
    return metadata;
  }

  private void fill(
      FactorMatrix rows, int biasColumn, int constantColumn, IntPredicate trained, float[] damped) {
    for (int row = 0; row < rows.rows(); row++) {
      if (biases) {
        rows.set(row, constantColumn, 1);
      }
      if (trained.test(row)) {
        for (int column = 0; column < rows.rank(); column++) {
          rows.set(row, column, (float) random.nextGaussian());
        }
        damped[row] = (float) random.nextGaussian();
        if (biases) {
          rows.set(row, biasColumn, damped[row] + (float) random.nextGaussian() / 4);
        }
      }
    }
  }
}
