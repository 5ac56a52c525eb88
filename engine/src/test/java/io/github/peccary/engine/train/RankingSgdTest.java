package io.github.peccary.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.HoldoutRule;
import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrices.Triple;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.train.Ials.IterationListener;
import io.github.peccary.engine.train.Ials.IterationReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class RankingSgdTest {
  @TempDir private Path folder;

  private static SamplingConfig config(
      RankingMethod method, int threads, long seed, double holdout, boolean deterministic) {
    SamplingConfig defaults = SamplingConfig.defaults(method);
    return new SamplingConfig(
        method,
        6,
        8,
        threads,
        seed,
        new HoldoutRule.Fraction(holdout),
        defaults.l2(),
        defaults.learningRate(),
        defaults.negatives(),
        deterministic);
  }

  private RatingMatrix random() throws IOException {
    return RatingMatrices.open(folder.resolve("random"), RatingMatrices.random(300, 150, 0.1, 4));
  }

  /// Even users like even items, odd ones odd ones; each has all of its own but one.
  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "IALS")
  void theItemWithheldIsRankedFirst(RankingMethod method) throws IOException {
    List<Triple> triples = new ArrayList<>();
    for (int user = 0; user < 80; user++) {
      for (int item = user % 2; item < 40; item += 2) {
        if (item / 2 != user / 2 % 20) {
          triples.add(RatingMatrices.triple("u" + user, "i" + item, 0));
        }
      }
    }
    try (RatingMatrix ratings = RatingMatrices.open(folder.resolve("r"), triples);
        RankingResult result =
            new RankingTrainer(ratings, config(method, 2, 1, 0, false), _ -> {}).train()) {
      for (int user = 0; user < 80; user++) {
        int row = ratings.userIds().indexOf("u" + user);
        String withheld = "i" + (user % 2 + 2 * (user / 2 % 20));
        double score = score(result, row, ratings.itemIds().indexOf(withheld));
        for (int item = 1 - user % 2; item < 40; item += 2) {
          int otherKind = ratings.itemIds().indexOf("i" + item);
          assertThat(score(result, row, otherKind)).as("user=%d", user).isLessThan(score);
        }
      }
      assertThat(result.loss()).isLessThan(0.8 * result.history().getFirst().loss());
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "IALS")
  void aDeterministicResultDependsOnTheSeedButNotOnTheThreads(RankingMethod method)
      throws IOException {
    try (RatingMatrix ratings = random();
        RankingResult one = train(ratings, config(method, 1, 5, 0.2, true));
        RankingResult other = train(ratings, config(method, 2, 6, 0.2, true))) {
      for (int threads = 2; threads <= 3; threads++) {
        try (RankingResult more = train(ratings, config(method, threads, 5, 0.2, true))) {
          assertThat(more.users().segment().mismatch(one.users().segment())).isEqualTo(-1);
          assertThat(more.items().segment().mismatch(one.items().segment())).isEqualTo(-1);
          assertThat(more.metadata()).isEqualTo(one.metadata());
        }
      }
      assertThat(other.items().segment().mismatch(one.items().segment())).isNotEqualTo(-1);
    }
  }

  private static RankingResult train(RatingMatrix ratings, SamplingConfig config) {
    return new RankingTrainer(ratings, config, _ -> {}).train();
  }

  /// Items have the logarithm of their events, compared with the average; who has no training event
  /// has nothing but the constant.
  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "IALS")
  void biasesArePopularityAndRowsWithoutEventsStayZero(RankingMethod method) throws IOException {
    List<Triple> triples = new ArrayList<>(RatingMatrices.random(200, 90, 0.05, 8));
    triples.add(RatingMatrices.triple("lonely", "unheard-of", 5));
    long seed = 0;
    try (RatingMatrix ratings = RatingMatrices.open(folder.resolve("r"), triples)) {
      int user = ratings.userIds().indexOf("lonely");
      int item = ratings.itemIds().indexOf("unheard-of");
      HoldoutRule half = new HoldoutRule.Fraction(0.5);
      while (!half.of(ratings, Holdout.Scope.EVENTS, seed).contains(user, item, 5)) {
        seed++;
      }
      try (RankingResult result = train(ratings, config(method, 2, seed, 0.5, false))) {
        long events = 0;
        for (int other = 0; other < ratings.items(); other++) {
          events += count(ratings, result, other);
        }
        assertThat(result.events()).isEqualTo(events);
        for (int other = 0; other < ratings.items(); other++) {
          int count = count(ratings, result, other);
          double bias = count == 0 ? 0 : Math.log((double) count * ratings.items() / events);
          assertThat((double) result.items().get(other, 7))
              .as("item=%d", other)
              .isCloseTo(bias, Offset.offset(1e-5));
          assertThat(result.items().get(other, 6)).isEqualTo(1f);
        }
        for (int column = 0; column < 6; column++) {
          assertThat(result.users().get(user, column)).isZero();
          assertThat(result.items().get(item, column)).isZero();
        }
        assertThat(result.users().get(user, 6)).isZero();
        assertThat(result.users().get(user, 7)).isEqualTo(1f);
      }
    }
  }

  private static int count(RatingMatrix ratings, RankingResult result, int item) {
    RankingEvents events = new RankingEvents(ratings, result.holdout(), 0, false);
    events.start(item);
    return events.count();
  }

  @Test
  void stoppedAfterAnEpochItSaysSo() throws IOException {
    AtomicInteger epochs = new AtomicInteger();
    try (RatingMatrix ratings = random();
        RankingResult result =
            new RankingTrainer(
                    ratings,
                    config(RankingMethod.SOFTMAX, 2, 1, 0, false),
                    _ -> epochs.incrementAndGet())
                .stopWhen(() -> epochs.get() == 3)
                .train()) {
      assertThat(result.stopped()).isTrue();
      assertThat(result.metadata())
          .containsEntry("peccary.train.stoppedAfterEpoch", "3")
          .containsEntry("peccary.train.method", "softmax");
    }
  }

  @Test
  void whereTheLossGoesOutOfBoundsTrainingStartsOverAtHalfOfTheRate() throws IOException {
    double rate = 1;
    try (RatingMatrix ratings = random()) {
      List<Double> rates = new ArrayList<>();
      while (rates.isEmpty()) {
        rate *= 2;
        try (RankingResult result = trainAt(rate, ratings, rates)) {
          assertThat(result.history()).hasSize(8);
          assertThat(result.loss()).isLessThan(3 * Math.log(5));
          assertThat(result.metadata().getOrDefault("peccary.train.startsOver", "0"))
              .isEqualTo(Integer.toString(rates.size()));
        }
      }
      assertThat(rates).startsWith(rate / 2);
      assertThatThrownBy(() -> trainAt(1e6, ratings, rates))
          .isInstanceOf(TrainingDivergedException.class)
          .hasMessage(
              "the loss must stay bounded: epoch=1, learningRate=125000.0; give a lower learning rate or a higher l2");
    }
  }

  private static RankingResult trainAt(double rate, RatingMatrix ratings, List<Double> rates) {
    HoldoutRule nothing = new HoldoutRule.Fraction(0);
    SamplingConfig config =
        new SamplingConfig(RankingMethod.SOFTMAX, 6, 8, 1, 1, nothing, 1, rate, 4, true);
    IterationListener listener =
        new IterationListener() {
          @Override
          public void iteration(IterationReport report) {}

          @Override
          public void startedOver(int iteration, double learningRate) {
            rates.add(learningRate);
          }
        };
    return new RankingTrainer(ratings, config, listener).train();
  }

  @Test
  void thereMustBeEvents() throws IOException {
    List<Triple> one = List.of(RatingMatrices.triple("u", "i", 5));
    try (RatingMatrix ratings = RatingMatrices.open(folder.resolve("one"), one)) {
      try (RankingResult result = train(ratings, config(RankingMethod.BPR, 2, 1, 0, false))) {
        assertThat(result.loss()).isZero(); // nothing to be set against
      }
      assertThatThrownBy(() -> train(ratings, config(RankingMethod.BPR, 2, 1, 0.999999, false)))
          .hasMessageStartingWith("there must be events to train on: events=1");
    }
  }

  @Test
  void settingsThatNoDataCouldMakeRightAreRefused() {
    HoldoutRule nothing = new HoldoutRule.Fraction(0);
    assertThatThrownBy(
            () -> new SamplingConfig(RankingMethod.IALS, 1, 1, 1, 1, nothing, 0, 0.1, 1, false))
        .hasMessage("negatives must be sampled by bpr or softmax: method=ials");
    assertThatThrownBy(
            () -> new SamplingConfig(RankingMethod.BPR, 1, 1, 1, 1, nothing, 0, 0.1, 2, false))
        .hasMessage("bpr must have one negative: negatives=2");
    assertThatThrownBy(
            () ->
                new SamplingConfig(RankingMethod.SOFTMAX, 1, 1, 1, 1, nothing, 0, 0.1, 1025, false))
        .hasMessage("negatives must be from 1 to 1024: negatives=1025");
    assertThatThrownBy(
            () -> new SamplingConfig(RankingMethod.SOFTMAX, 1, 1, 1, 1, nothing, 0, 0, 4, false))
        .hasMessage("the learning rate must be a finite number above 0: learningRate=0.0");
  }

  private static double score(RankingResult result, int user, int item) {
    return Kernels.forRank(result.users().rank())
        .dot(
            result.users().segment(),
            result.users().rowOffset(user),
            result.items().segment(),
            result.items().rowOffset(item));
  }
}
