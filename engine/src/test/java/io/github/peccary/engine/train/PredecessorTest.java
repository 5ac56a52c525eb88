package io.github.peccary.engine.train;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.FactorModelWriter;
import io.github.peccary.engine.ratings.HoldoutRule;
import io.github.peccary.engine.ratings.PairFilter;
import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrices.Triple;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.storage.Verify;
import io.github.peccary.engine.train.EpochListener.EpochReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Trainings that start from a model: of the first 80 % of planted ratings, in random order.
class PredecessorTest {
  private static final EpochListener DEAF = _ -> {};
  private static final TrainConfig CONFIG =
      TrainConfig.defaults().withThreads(2).withRank(6).withDeterministic(true);

  @TempDir private Path folder;

  private RatingMatrix ratings(String name, List<Triple> triples) throws IOException {
    return RatingMatrices.open(folder.resolve(name), triples);
  }

  private FactorModel model(RatingMatrix ratings, TrainConfig config, boolean withSeen)
      throws IOException {
    try (TrainingResult result = Trainer.train(ratings, config, DEAF)) {
      return write(ratings, result, withSeen);
    }
  }

  private FactorModel write(RatingMatrix ratings, TrainingResult result, boolean withSeen)
      throws IOException {
    Path file = folder.resolve("model.safetensors");
    new FactorModelWriter(
            ratings, result.users(), result.items(), result.baseline(), result.metadata())
        .globalMean(result.globalMean())
        .seen(withSeen)
        .earlier(result.earlier())
        .write(file);
    return FactorModel.open(file, Verify.CHECKSUMS);
  }

  private static TrainingResult from(FactorModel model, RatingMatrix ratings, TrainConfig config) {
    return new Trainer(ratings, config, DEAF).startFrom(model).train();
  }

  @Test
  void afterOneEpochItIsFarAheadOfATrainingFromScratch() throws IOException {
    List<Triple> all = planted();
    List<EpochReport> reports = new ArrayList<>();
    try (RatingMatrix old = ratings("old", all.subList(0, all.size() * 4 / 5));
        RatingMatrix ratings = ratings("all", all);
        FactorModel model = model(old, CONFIG.withEpochs(30), true);
        TrainingResult start = from(model, ratings, CONFIG.withEpochs(0));
        TrainingResult scratch = Trainer.train(ratings, CONFIG.withEpochs(1), DEAF);
        TrainingResult first =
            new Trainer(ratings, CONFIG.withEpochs(1), reports::add).startFrom(model).train()) {
      double known = Double.parseDouble(model.metadata().get("peccary.metric.holdoutRmse"));
      assertThat(start.heldOut().rmse()).isLessThan(1.15 * known);
      assertThat(reports.getFirst().holdoutRmse()).isLessThan(1.15 * known);
      assertThat(first.heldOut().rmse()).isLessThan(0.7 * scratch.heldOut().rmse());
      // a fifth of a tenth: nothing that the model has been trained on
      assertThat(first.heldOut().count())
          .isBetween(all.size() / 50 * 4L / 5, all.size() / 50 * 6L / 5);
    }
  }

  @Test
  void whoIsKnownKeepsTheModelsScoresAndOthersStartFromTheirBiases() throws IOException {
    List<Triple> all = planted();
    List<Triple> newer = new ArrayList<>();
    for (Triple triple : all) {
      newer.add(RatingMatrices.triple(triple.user(), triple.item(), triple.value() + 1));
    }
    newer.add(RatingMatrices.triple("new", "i1", 9));
    newer.add(RatingMatrices.triple("u2", "new", 9));
    newer.removeIf(triple -> triple.user().equals("u3"));
    newer.add(RatingMatrices.triple("u3", "seen, not rated", 0));
    TrainConfig config = CONFIG.withHoldout(new HoldoutRule.Fraction(0)).withEpochs(0);
    try (RatingMatrix old = ratings("old", all);
        RatingMatrix ratings = ratings("newer", newer);
        FactorModel model = model(old, CONFIG, true);
        TrainingResult start = from(model, ratings, config);
        TrainingResult scratch = Trainer.train(ratings, config, DEAF)) {
      assertThat(start.globalMean())
          .isEqualTo(scratch.globalMean())
          .isNotEqualTo(model.globalMean());
      for (String user : List.of("u1", "u2", "u3", "u150")) {
        float expected =
            model.predict(model.userIds().indexOf(user), model.itemIds().indexOf("i7"));
        assertThat(score(start, ratings, user, "i7")).isCloseTo(expected, Offset.offset(1e-4f));
      }
      int user = ratings.userIds().indexOf("new");
      int item = ratings.itemIds().indexOf("new");
      assertThat(start.users().get(user, 6)).isEqualTo(scratch.users().get(user, 6)).isNotZero();
      assertThat(start.items().get(item, 7)).isEqualTo(scratch.items().get(item, 7)).isNotZero();
    }
  }

  private static float score(
      TrainingResult result, RatingMatrix ratings, String user, String item) {
    return result.globalMean()
        + Kernels.forRank(6)
            .dot(
                result.users().segment(),
                result.users().rowOffset(ratings.userIds().indexOf(user)),
                result.items().segment(),
                result.items().rowOffset(ratings.itemIds().indexOf(item)));
  }

  @Test
  void onTheSameRatingsNothingCanBeHeldOutSoThatAllEpochsRun() throws IOException {
    try (RatingMatrix ratings = ratings("all", planted())) {
      for (boolean withSeen : new boolean[] {true, false}) {
        try (FactorModel model = model(ratings, CONFIG, withSeen);
            TrainingResult result = from(model, ratings, CONFIG.withEpochs(3))) {
          assertThat(result.heldOut().count()).isZero();
          assertThat(result.bestEpoch()).isEqualTo(3);
          assertThat(result.training().rmse()).isLessThan(0.3);
        }
      }
    }
  }

  /// Users and items that the second model does not have, and pairs that its ratings do not have,
  /// are remembered by the third: what it measures, none of the three trained on.
  @Test
  void inAChainNothingIsMeasuredThatAnyModelMayHaveBeenTrainedOn() throws IOException {
    List<Triple> all = planted();
    List<Triple> first = all.subList(0, all.size() / 2);
    List<Triple> second = new ArrayList<>(all.subList(all.size() / 3, all.size() * 3 / 4));
    second.removeIf(triple -> triple.user().equals("u1") || triple.item().equals("i1"));
    for (boolean withSeen : new boolean[] {true, false}) {
      try (RatingMatrix old = ratings("old", first);
          RatingMatrix newer = ratings("newer", second);
          RatingMatrix newest = ratings("newest", all);
          FactorModel model = model(old, CONFIG, withSeen);
          TrainingResult result = from(model, newer, CONFIG)) {
        FactorModel next = write(newer, result, withSeen);
        try (next;
            TrainingResult last = from(next, newest, CONFIG)) {
          Set<Triple> learnt = new HashSet<>(first);
          learnt.addAll(second);
          long[] users = PairFilter.hashes(newest.userIds());
          long[] items = PairFilter.hashes(newest.itemIds());
          PairFilter earlier = requireNonNull(last.earlier());
          long heldOut = 0;
          long news = 0;
          for (Triple triple : all) {
            int user = newest.userIds().indexOf(triple.user());
            int item = newest.itemIds().indexOf(triple.item());
            boolean found = earlier.contains(users[user], items[item]);
            assertThat(found || !learnt.contains(triple)).as(triple.toString()).isTrue();
            heldOut += last.holdout().contains(user, item, triple.value()) ? 1 : 0;
            news += last.holdout().contains(user, item, triple.value()) && !found ? 1 : 0;
          }
          assertThat(last.heldOut().count()).isEqualTo(news);
          assertThat(last.setAside()).isEqualTo(heldOut - news);
          if (withSeen) {
            assertThat(news).isGreaterThan(heldOut / 5); // of a quarter
          } else {
            assertThat(news).isZero(); // all are known, so that nothing is news for certain
          }
        }
      }
    }
  }

  @Test
  void whereNoEpochIsBetterTheStartStays() throws IOException {
    List<Triple> all = planted();
    try (RatingMatrix old = ratings("old", all.subList(0, all.size() * 4 / 5));
        RatingMatrix ratings = ratings("all", all);
        FactorModel model = model(old, CONFIG.withEpochs(30), true);
        TrainingResult start = from(model, ratings, CONFIG.withEpochs(0));
        TrainingResult spoilt =
            from(model, ratings, CONFIG.withEpochs(3).withLearningRate(2).withL2(100))) {
      assertThat(spoilt.bestEpoch()).isZero();
      assertThat(spoilt.users().segment().mismatch(start.users().segment())).isEqualTo(-1);
    }
  }

  @Test
  void aResumedTrainingMustStartFromTheSameModel() throws IOException {
    Path file = folder.resolve("checkpoint.safetensors");
    TrainConfig config = CONFIG.withEpochs(4).withRefit(true);
    List<Triple> all = planted();
    try (RatingMatrix old = ratings("old", all.subList(0, all.size() * 4 / 5));
        RatingMatrix ratings = ratings("all", all);
        FactorModel model = model(old, CONFIG, true);
        TrainingResult whole = from(model, ratings, config)) {
      int[] asked = {0};
      Trainer stopping = new Trainer(ratings, config.withThreads(1), DEAF).startFrom(model);
      stopping.checkpoint(file, 1).stopWhen(() -> ++asked[0] > 150).train().close();
      try (Checkpoint checkpoint = Checkpoint.open(file)) {
        Trainer other = new Trainer(ratings, config, DEAF).resume(checkpoint);
        assertThatThrownBy(other::train)
            .hasMessageContaining("from=none, the checkpoint's=" + model.fingerprint());
        try (TrainingResult result = other.startFrom(model).train()) {
          assertThat(result.users().segment().mismatch(whole.users().segment())).isEqualTo(-1);
          assertThat(result.metadata())
              .isEqualTo(whole.metadata())
              .containsEntry("peccary.train.from", model.fingerprint());
        }
      }
    }
  }

  @Test
  void aModelOfOtherRowsIsRefused() throws IOException {
    try (RatingMatrix ratings = ratings("all", planted());
        FactorModel model = model(ratings, CONFIG.withEpochs(1), true)) {
      assertThatThrownBy(() -> from(model, ratings, CONFIG.withRank(7)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith(
              "the rank must be that of the model to start from: rank=7, the model's=6; give --rank 6");
      assertThatThrownBy(() -> from(model, ratings, CONFIG.withBiases(false)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith(
              "biases must be those of the model to start from: biases=false, the model's=true;");
    }
  }

  /// 200 users × 150 items, three in ten rated, of rank 2 with biases and a little noise.
  private static List<Triple> planted() {
    Random random = new Random(5);
    double[][] p = new double[200][3];
    double[][] q = new double[150][3];
    for (double[][] rows : List.of(p, q)) {
      for (double[] row : rows) {
        for (int column = 0; column < row.length; column++) {
          row[column] = random.nextGaussian();
        }
      }
    }
    List<Triple> triples = new ArrayList<>();
    for (int user = 0; user < p.length; user++) {
      for (int item = 0; item < q.length; item++) {
        if (random.nextDouble() < 0.3) {
          double value = 6 + 0.5 * (p[user][2] + q[item][2]) + 0.1 * random.nextGaussian();
          value += 0.7 * (p[user][0] * q[item][0] + p[user][1] * q[item][1]);
          triples.add(RatingMatrices.triple("u" + user, "i" + item, value));
        }
      }
    }
    Collections.shuffle(triples, random);
    return triples;
  }
}
