package io.github.peccary.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.ratings.CompressedRows;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.HoldoutRule;
import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrices.Triple;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.train.Ials.IterationReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IalsTest {
  private static final HoldoutRule NOTHING = new HoldoutRule.Fraction(0);

  @TempDir private Path folder;

  /// Users are solved last, so each must be the solution of its system in double. Ranks and numbers
  /// of events are such that rows are solved in events, in factors, and in several chunks of them.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 14, 15, 30, 62, 80, 94})
  void everyUserIsTheSolutionOfItsDenseSystem(int rank) throws IOException {
    RankingConfig config =
        new RankingConfig(rank, 2, 2, rank, NOTHING, 0.01, OptionalDouble.of(0.05), 0.3);
    try (RatingMatrix ratings = skewed(60, 500, 5);
        RankingResult result = new RankingTrainer(ratings, config, _ -> {}).train()) {
      double[][] gram = PrincipalAxesTest.gram(result.items());
      for (int user = 0; user < ratings.users(); user++) {
        double[] expected = solve(ratings.byUser(), user, result.items(), gram, config);
        double length = 0;
        for (double factor : expected) {
          length = Math.max(length, Math.abs(factor));
        }
        for (int column = 0; column < rank; column++) {
          assertThat((double) result.users().get(user, column))
              .as("user=%d, column=%d", user, column)
              .isCloseTo(expected[column], Offset.offset(4e-5 * length + 1e-9));
        }
        for (int column = rank; column < result.users().stride(); column++) {
          assertThat(result.users().get(user, column)).isZero();
        }
      }
    }
  }

  @Test
  void theLossIsTheOneDefinedAndFallsWithEveryHalf() throws IOException {
    RankingConfig config =
        new RankingConfig(8, 6, 2, 1, NOTHING, 0.01, OptionalDouble.of(0.05), 0.3);
    List<IterationReport> heard = new ArrayList<>();
    try (RatingMatrix ratings = skewed(200, 40, 7);
        RankingResult result = new RankingTrainer(ratings, config, heard::add).train()) {
      double before = Double.POSITIVE_INFINITY;
      for (IterationReport report : heard) {
        assertThat(report.lossOfUsers()).isLessThan(before);
        assertThat(report.loss()).isLessThan(report.lossOfUsers());
        before = report.loss();
      }
      assertThat(heard).isEqualTo(result.history()).hasSize(6);
      assertThat(result.loss()).isLessThan(before);
      double loss = loss(ratings, result, config);
      assertThat(result.loss()).isCloseTo(loss, Offset.offset(1e-5 * loss));
    }
  }

  @Test
  void theResultDependsOnTheSeedButNotOnTheThreads() throws IOException {
    try (RatingMatrix ratings = skewed(300, 90, 3);
        RankingResult one = new RankingTrainer(ratings, threads(1, 5), _ -> {}).train();
        RankingResult other = new RankingTrainer(ratings, threads(2, 6), _ -> {}).train()) {
      for (int threads = 2; threads <= 3; threads++) {
        try (RankingResult more =
            new RankingTrainer(ratings, threads(threads, 5), _ -> {}).train()) {
          assertThat(more.users().segment().mismatch(one.users().segment())).isEqualTo(-1);
          assertThat(more.items().segment().mismatch(one.items().segment())).isEqualTo(-1);
          assertThat(more.metadata()).isEqualTo(one.metadata());
        }
      }
      assertThat(other.items().segment().mismatch(one.items().segment())).isNotEqualTo(-1);
    }
  }

  private static RankingConfig threads(int threads, long seed) {
    return new RankingConfig(
        14, 3, threads, seed, new HoldoutRule.Fraction(0.2), 0.01, OptionalDouble.of(0.1), 0);
  }

  /// Even users like even items, odd ones odd ones; each has all of its own but one.
  @Test
  void theItemWithheldIsRankedFirst() throws IOException {
    List<Triple> triples = new ArrayList<>();
    for (int user = 0; user < 40; user++) {
      for (int item = user % 2; item < 20; item += 2) {
        if (item / 2 != user / 2 % 10) {
          triples.add(RatingMatrices.triple("u" + user, "i" + item, 0));
        }
      }
    }
    RankingConfig config = new RankingConfig(2, 10, 2, 1, NOTHING, 0.01, OptionalDouble.of(0.1), 0);
    try (RatingMatrix ratings = RatingMatrices.open(folder.resolve("r.safetensors"), triples);
        RankingResult result = new RankingTrainer(ratings, config, _ -> {}).train()) {
      for (int user = 0; user < 40; user++) {
        int row = ratings.userIds().indexOf("u" + user);
        String withheld = "i" + (user % 2 + 2 * (user / 2 % 10));
        double score = score(result, row, ratings.itemIds().indexOf(withheld));
        for (int item = 1 - user % 2; item < 20; item += 2) {
          int otherKind = ratings.itemIds().indexOf("i" + item);
          assertThat(score(result, row, otherKind)).as("user=%d", user).isLessThan(score - 0.5);
        }
      }
    }
  }

  /// Counts of items are so far apart that what is held out changes no number: a training on a file
  /// without it is the same training.
  @Test
  void whatIsHeldOutIsAsIfItDidNotExist() throws IOException {
    List<Triple> all = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(5);
    for (int user = 0; user < 400; user++) {
      for (int item = 0; 20 * item + user < 400; item++) {
        all.add(RatingMatrices.triple("u%03d".formatted(user), "i" + item, random.nextInt(3)));
      }
    }
    RankingConfig config = config(new HoldoutRule.LeaveOut(1, 18));
    try (RatingMatrix ratings = RatingMatrices.open(folder.resolve("all.safetensors"), all);
        RankingResult result = new RankingTrainer(ratings, config, _ -> {}).train()) {
      List<Triple> kept = new ArrayList<>(all);
      List<Triple> changed = new ArrayList<>(all);
      kept.removeIf(triple -> heldOut(ratings, result.holdout(), triple));
      changed.replaceAll(
          triple ->
              heldOut(ratings, result.holdout(), triple)
                  ? RatingMatrices.triple(triple.user(), triple.item(), 2 - triple.value())
                  : triple);
      assertThat(all.size() - kept.size()).isEqualTo(60); // of the users with 18 to 20 items
      assertThat(changed).isNotEqualTo(all);
      assertSame(result, "kept", kept, config(NOTHING));
      assertSame(result, "changed", changed, config);
      try (RankingResult apart =
          new RankingTrainer(ratings, config(NOTHING), report -> {})
              .holdingOut(result.holdout())
              .train()) {
        assertThat(apart.events()).isEqualTo(result.events());
        assertThat(apart.items().segment().mismatch(result.items().segment())).isEqualTo(-1);
      }
    }
  }

  private static RankingConfig config(HoldoutRule holdout) {
    return new RankingConfig(4, 2, 1, 1, holdout, 0.01, OptionalDouble.of(0.1), 0.5);
  }

  private static boolean heldOut(RatingMatrix ratings, Holdout holdout, Triple triple) {
    int user = ratings.userIds().indexOf(triple.user());
    return holdout.contains(user, ratings.itemIds().indexOf(triple.item()), triple.value());
  }

  private void assertSame(
      RankingResult result, String name, List<Triple> triples, RankingConfig config)
      throws IOException {
    try (RatingMatrix ratings = RatingMatrices.open(folder.resolve(name), triples);
        RankingResult other = new RankingTrainer(ratings, config, _ -> {}).train()) {
      assertThat(other.events()).as(name).isEqualTo(result.events());
      assertThat(other.users().segment().mismatch(result.users().segment())).isEqualTo(-1);
      assertThat(other.items().segment().mismatch(result.items().segment())).isEqualTo(-1);
      assertThat(other.baseline().user()).isEqualTo(result.baseline().user());
      assertThat(other.baseline().item()).isEqualTo(result.baseline().item());
      assertThat(other.baseline().globalMean()).isEqualTo(result.baseline().globalMean());
    }
  }

  @Test
  void stoppedAfterAnIterationItSaysSo() throws IOException {
    AtomicInteger iterations = new AtomicInteger();
    RankingConfig config = new RankingConfig(4, 9, 1, 1, NOTHING, 0.01, OptionalDouble.of(0.1), 0);
    try (RatingMatrix ratings = skewed(50, 20, 2);
        RankingResult result =
            new RankingTrainer(ratings, config, _ -> iterations.incrementAndGet())
                .stopWhen(() -> iterations.get() == 2)
                .train()) {
      assertThat(result.stopped()).isTrue();
      assertThat(result.metadata()).containsEntry("peccary.train.stoppedAfterEpoch", "2");
    }
  }

  @Test
  void settingsThatNoDataCouldMakeRightAreRefused() {
    assertThatThrownBy(
            () -> new RankingConfig(1025, 1, 1, 1, NOTHING, 0.1, OptionalDouble.of(0.1), 0))
        .hasMessage("rank must be from 1 to 1024 for rankings: rank=1025");
    assertThatThrownBy(() -> new RankingConfig(1, 0, 1, 1, NOTHING, 0.1, OptionalDouble.of(0.1), 0))
        .hasMessage("epochs must be 1 or more for rankings: epochs=0");
    assertThatThrownBy(() -> new RankingConfig(1, 1, 1, 1, NOTHING, 0, OptionalDouble.of(0.1), 0))
        .hasMessageStartingWith("l2 must be from 1e-9 to 1e6");
    assertThatThrownBy(
            () -> new RankingConfig(1, 1, 1, 1, NOTHING, 0.1, OptionalDouble.of(Double.NaN), 0))
        .hasMessageStartingWith("the weight of unobserved pairs must be from 1e-9 to 1e6");
    assertThatThrownBy(
            () -> new RankingConfig(1, 1, 1, 1, NOTHING, 0.1, OptionalDouble.of(0.1), -1))
        .hasMessage("the weight of a rating must be from 0 to 1e6: ratingWeight=-1.0");
  }

  /// Low numbers have many events, high ones a few.
  private RatingMatrix skewed(int users, int items, long seed) throws IOException {
    List<Triple> triples = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(seed);
    for (int user = 0; user < users; user++) {
      for (int item = 0; item < items; item++) {
        if (random.nextDouble() < 1.0 / (1 + item * 0.3 + user * 0.01) || item == user % items) {
          triples.add(RatingMatrices.triple("u" + user, "i" + item, random.nextInt(11)));
        }
      }
    }
    return RatingMatrices.open(folder.resolve("ratings-" + seed + ".safetensors"), triples);
  }

  private static double score(RankingResult result, int user, int item) {
    double sum = 0;
    for (int column = 0; column < result.users().rank(); column++) {
      sum += (double) result.users().get(user, column) * result.items().get(item, column);
    }
    return sum;
  }

  private static double pairWeight(CompressedRows matrix, RankingConfig config) {
    return config.pairWeight(matrix.entries(), matrix.rows(), matrix.columns());
  }

  private static double penalty(CompressedRows matrix, int row, RankingConfig config) {
    double pairWeight = pairWeight(matrix, config);
    long events = matrix.end(row) - matrix.start(row);
    return config.l2() * (events + pairWeight * matrix.columns());
  }

  private static double loss(RatingMatrix ratings, RankingResult result, RankingConfig config) {
    double loss = 0;
    CompressedRows rows = ratings.byUser();
    double pairWeight = pairWeight(rows, config);
    for (int user = 0; user < ratings.users(); user++) {
      for (int item = 0; item < ratings.items(); item++) {
        double score = score(result, user, item);
        loss += pairWeight * score * score;
      }
      for (long at = rows.start(user); at < rows.end(user); at++) {
        double error = 1 - score(result, user, rows.index(at));
        loss += (1 + config.ratingWeight() * rows.value(at)) * error * error;
      }
      loss += penalty(rows, user, config) * square(result.users(), user);
    }
    for (int item = 0; item < ratings.items(); item++) {
      loss += penalty(ratings.byItem(), item, config) * square(result.items(), item);
    }
    return loss;
  }

  private static double square(FactorMatrix rows, int row) {
    double sum = 0;
    for (int column = 0; column < rows.rank(); column++) {
      sum += (double) rows.get(row, column) * rows.get(row, column);
    }
    return sum;
  }

  /// Gauss and Jordan, in double.
  private static double[] solve(
      CompressedRows matrix, int row, FactorMatrix others, double[][] gram, RankingConfig config) {
    int rank = others.rank();
    double pairWeight = pairWeight(matrix, config);
    double[][] system = new double[rank][rank + 1];
    for (int i = 0; i < rank; i++) {
      for (int j = 0; j < rank; j++) {
        system[i][j] = pairWeight * gram[i][j];
      }
      system[i][i] += penalty(matrix, row, config);
    }
    for (long at = matrix.start(row); at < matrix.end(row); at++) {
      double weight = 1 + config.ratingWeight() * matrix.value(at);
      int other = matrix.index(at);
      for (int i = 0; i < rank; i++) {
        double factor = weight * others.get(other, i);
        for (int j = 0; j < rank; j++) {
          system[i][j] += factor * others.get(other, j);
        }
        system[i][rank] += factor;
      }
    }
    double[] solution = new double[rank];
    for (int pivot = 0; pivot < rank; pivot++) {
      for (int i = 0; i < rank; i++) {
        double factor = system[i][pivot] / system[pivot][pivot];
        for (int j = pivot; i != pivot && j <= rank; j++) {
          system[i][j] -= factor * system[pivot][j];
        }
      }
    }
    for (int i = 0; i < rank; i++) {
      solution[i] = system[i][rank] / system[i][i];
    }
    return solution;
  }
}
