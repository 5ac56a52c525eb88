package io.github.peccary.engine.recommend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.peccary.engine.evaluate.BlendTraining;
import io.github.peccary.engine.model.Blend;
import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.FactorModelWriter;
import io.github.peccary.engine.model.FoldIn;
import io.github.peccary.engine.model.HistoryLength;
import io.github.peccary.engine.model.ItemNeighbors;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.storage.Verify;
import io.github.peccary.engine.train.RankingConfig;
import io.github.peccary.engine.train.RankingResult;
import io.github.peccary.engine.train.RankingTrainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlendedRecommenderTest {
  @TempDir private Path folder;

  private FactorModel trained() throws IOException {
    Path file = folder.resolve("ratings.st");
    Path model = folder.resolve("model.st");
    RankingConfig config = RankingConfig.defaults().withIterations(4);
    try (RatingMatrix ratings = RatingMatrices.open(file, RatingMatrices.random(150, 90, 0.08, 5));
        Workers workers = new Workers(2);
        RankingResult result = new RankingTrainer(ratings, config, report -> {}).train()) {
      Blend blend =
          BlendTraining.learn(ratings, config, config.holdoutOf(ratings), workers, () -> false);
      new FactorModelWriter(
              ratings, result.users(), result.items(), result.baseline(), result.metadata())
          .ridge(result.ridge())
          .blend(blend)
          .write(model);
    }
    return FactorModel.open(model, Verify.CHECKSUMS);
  }

  private static double score(FactorModel model, Blend blend, int user, int item, BitSet had) {
    ItemNeighbors neighbors = blend.neighbors();
    double similar = 0;
    for (int of : had.stream().toArray()) {
      for (long at = neighbors.start(of); at < neighbors.end(of); at++) {
        similar += neighbors.item(at) == item ? neighbors.similarity(at) : 0;
      }
    }
    Blend.Weights weights = blend.weights(HistoryLength.of(had.cardinality()));
    return weights.factors() * model.predict(user, item)
        + weights.neighbors() * similar
        + weights.popularity() * blend.events(item);
  }

  @Test
  void rankingsAreThoseOfSortingTheBlendedScores() throws IOException {
    try (FactorModel model = trained()) {
      Blend blend = Objects.requireNonNull(model.blend());
      Recommender recommender = new Recommender(model);
      for (int user = 0; user < model.users(); user++) {
        BitSet had = new BitSet();
        for (long at = model.seenStart(user); at < model.seenEnd(user); at++) {
          had.set(model.seenItem(at));
        }
        int of = user;
        List<Integer> sorted =
            IntStream.range(0, model.items())
                .filter(item -> !had.get(item))
                .boxed()
                .sorted(
                    Comparator.comparingDouble(
                        (Integer item) -> -score(model, blend, of, item, had)))
                .limit(10)
                .toList();
        List<ScoredItem> found = recommender.recommend(user, 10);
        assertThat(recommender.recommend(user, 10, had)).isEqualTo(found);
        for (int place = 0; place < found.size(); place++) {
          ScoredItem item = found.get(place);
          double expected = score(model, blend, user, item.item(), had);
          assertThat((double) item.score()).isCloseTo(expected, within(1e-4));
          double best = score(model, blend, user, sorted.get(place), had);
          assertThat(expected).as("user=%d place=%d", user, place).isCloseTo(best, within(1e-4));
        }
      }
    }
  }

  @Test
  void reasonsAddUpToTheScoreButForPopularity() throws IOException {
    try (FactorModel model = trained()) {
      Blend blend = Objects.requireNonNull(model.blend());
      Recommender recommender = new Recommender(model);
      for (int user = 0; user < model.users(); user += 7) {
        FoldIn folded = FoldIn.ofSeen(model, user);
        int events = folded.items().length;
        Blend.Weights weights = blend.weights(HistoryLength.of(events));
        for (ScoredItem item : recommender.recommend(folded, 5, ItemFilter.unseen())) {
          double[] all = folded.contributions(item.item());
          for (int event = 0; event < events; event++) {
            all[event] =
                weights.factors() * all[event]
                    + weights.neighbors()
                        * blend.neighbors().similarity(folded.items()[event], item.item());
          }
          double score = weights.popularity() * blend.events(item.item());
          for (double contribution : all) {
            score += contribution;
          }
          assertThat((double) item.score()).as("user=%d", user).isCloseTo(score, within(1e-3));
          double largest = Arrays.stream(all).max().orElseThrow();
          List<Reason> reasons = recommender.reasons(folded, item.item(), 3).events();
          assertThat(reasons.isEmpty()).isEqualTo(largest <= 0);
          assertThat(reasons.isEmpty() ? largest : reasons.getFirst().contribution())
              .isEqualTo(largest);
        }
      }
    }
  }

  @Test
  void withoutTheBlendFactorsDecide() throws IOException {
    try (FactorModel model = trained()) {
      List<ScoredItem> found = Recommender.withoutBlend(model).recommend(3, 5);
      for (ScoredItem item : found) {
        assertThat(item.score()).isCloseTo(model.predict(3, item.item()), within(1e-6f));
      }
    }
  }
}
