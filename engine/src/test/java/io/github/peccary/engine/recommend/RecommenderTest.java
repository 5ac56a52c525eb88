package io.github.peccary.engine.recommend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.FoldIn;
import io.github.peccary.engine.model.Models;
import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecommenderTest {
  private static final int USERS = 12;

  @TempDir static Path folder;
  private static RatingMatrix ratings;

  /// More items than three blocks of the scan.
  @BeforeAll
  static void openRatings() throws IOException {
    ratings =
        RatingMatrices.open(
            folder.resolve("ratings.safetensors"), RatingMatrices.random(USERS, 3500, 0.2, 1));
  }

  @AfterAll
  static void closeRatings() {
    ratings.close();
  }

  @Test
  void aUserWhoIsFoldedInIsRankedForLikeAnyOther() throws IOException {
    try (FactorModel model = model(Models.of(ratings, 9).trainedItems(item -> item % 3 != 0))) {
      FoldIn user = new FoldIn(model, new int[] {7, 100, 9}, new float[] {9, 1, 5});
      Recommender recommender = new Recommender(model);
      for (int k : new int[] {1, 10, model.items()}) {
        assertThat(recommender.recommend(user, k, ItemFilter.unseen()))
            .isEqualTo(best(model, user::predict, k, item -> !user.hasEvent(item)));
        assertThat(recommender.recommend(user, k, ItemFilter.all()))
            .isEqualTo(best(model, user::predict, k, item -> true));
      }
    }
  }

  @Test
  void aUserOfAnotherModelIsRefused() throws IOException {
    try (FactorModel model = model(Models.of(ratings, 9));
        FactorModel other = Models.of(ratings, 8).open(folder.resolve("other.safetensors"))) {
      FoldIn user = new FoldIn(other, new int[] {7}, new float[] {9});
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new Recommender(model).recommend(user, 3, ItemFilter.all()))
          .withMessageStartingWith("the user must be folded into this model: model=");
    }
  }

  private static FactorModel model(Models models) throws IOException {
    return models.open(folder.resolve("model.safetensors"));
  }

  /// The obvious way: score every item, sort, cut.
  static List<ScoredItem> best(FactorModel model, int user, int k, IntPredicate allowed) {
    return best(model, item -> model.predict(user, item), k, allowed);
  }

  private static List<ScoredItem> best(
      FactorModel model, IntFunction<Float> predict, int k, IntPredicate allowed) {
    return IntStream.range(0, model.items())
        .filter(allowed)
        .mapToObj(item -> new ScoredItem(item, predict.apply(item)))
        .sorted(
            Comparator.comparing((ScoredItem item) -> !model.itemTrained(item.item()))
                .thenComparingDouble(item -> -item.score())
                .thenComparingInt(ScoredItem::item))
        .limit(k)
        .toList();
  }

  @Test
  void equalsScoringAndSortingEveryItem() throws IOException {
    for (int rank : new int[] {1, 14, 15, 30, 62, 100}) {
      try (FactorModel model = model(Models.of(ratings, rank).rank(rank))) {
        Recommender recommender = new Recommender(model);
        for (int user = 0; user < USERS; user++) {
          int shown = user;
          for (int k : new int[] {1, 10, 100}) {
            assertThat(recommender.recommend(user, k, ItemFilter.all()))
                .as("rank=%d, user=%d, k=%d", rank, user, k)
                .isEqualTo(best(model, user, k, item -> true));
            assertThat(recommender.recommend(user, k))
                .as("unseen, rank=%d, user=%d, k=%d", rank, user, k)
                .isEqualTo(best(model, user, k, item -> !model.seen(shown, item)));
          }
        }
      }
    }
  }

  @Test
  void listsAreTestedInsideTheScan() throws IOException {
    try (FactorModel model = model(Models.of(ratings, 3))) {
      Recommender recommender = new Recommender(model);
      for (int seed = 0; seed < 60; seed++) {
        Random random = new Random(seed);
        BitSet allowed = bits(random, model.items(), seed % 3 == 0 ? 0.002 : 0.3);
        BitSet denied = bits(random, model.items(), seed % 4 == 0 ? 0.99 : 0.3);
        int user = random.nextInt(USERS);
        int k = 1 + random.nextInt(30);

        assertThat(recommender.recommend(user, k, ItemFilter.unseen().allow(allowed).deny(denied)))
            .as("seed=%d, user=%d, k=%d", seed, user, k)
            .isEqualTo(
                best(
                    model,
                    user,
                    k,
                    item -> allowed.get(item) && !denied.get(item) && !model.seen(user, item)));
      }
    }
  }

  private static BitSet bits(Random random, int size, double density) {
    BitSet bits = new BitSet();
    IntStream.range(0, size).filter(i -> random.nextDouble() < density).forEach(bits::set);
    return bits;
  }

  @Test
  void neverTrainedItemsComeLastAndFillUp() throws IOException {
    Models models = Models.of(ratings, 5).trainedItems(item -> item % 700 == 3);
    try (FactorModel model = model(models)) {
      Recommender recommender = new Recommender(model);
      List<ScoredItem> top = recommender.recommend(0, 8, ItemFilter.all());

      assertThat(top).isEqualTo(best(model, 0, 8, item -> true));
      assertThat(top.subList(0, 5)).allMatch(item -> item.item() % 700 == 3);
      assertThat(top.subList(5, 8)).extracting(ScoredItem::item).containsExactly(0, 1, 2);
      assertThat(top.get(4).score())
          .as("a trained item, though its score is lower than that of one never trained")
          .isLessThan(top.get(5).score());
    }
  }

  @Test
  void alwaysAsManyAsAreAllowed() throws IOException {
    try (FactorModel model = model(Models.of(ratings, 5).trainedItems(item -> item % 2 == 0))) {
      Recommender recommender = new Recommender(model);

      assertThat(recommender.recommend(1, Integer.MAX_VALUE, ItemFilter.all()))
          .isEqualTo(best(model, 1, Integer.MAX_VALUE, item -> true))
          .hasSize(model.items());
      assertThat(recommender.recommend(1, 10, ItemFilter.all().allow(new BitSet()))).isEmpty();
      BitSet all = new BitSet();
      all.set(0, model.items());
      assertThat(recommender.recommend(1, 10, ItemFilter.all().deny(all))).isEmpty();
      BitSet beyond = new BitSet();
      beyond.set(model.items() + 5);
      assertThat(recommender.recommend(1, 10, ItemFilter.all().allow(beyond))).isEmpty();
      assertThat(recommender.similar(1, Integer.MAX_VALUE)).hasSize(model.items() - 1);
    }
  }

  @Test
  void equalScoresGoToTheLowerIndex() throws IOException {
    // without biases every score of a user who was never trained is the mean
    Models models = Models.of(ratings, 5).withoutBiases().trainedUsers(user -> false);
    try (FactorModel model = model(models)) {
      List<ScoredItem> top = new Recommender(model).recommend(0, 5, ItemFilter.all());

      assertThat(top).extracting(ScoredItem::item).containsExactly(0, 1, 2, 3, 4);
      assertThat(top).extracting(ScoredItem::score).containsOnly(model.globalMean());
    }
  }

  @Test
  void aUserNeverTrainedGetsTheRankingByItemBias() throws IOException {
    try (FactorModel model = model(Models.of(ratings, 5).trainedUsers(user -> user != 4))) {
      List<Integer> byBias =
          IntStream.range(0, model.items())
              .boxed()
              .sorted(
                  Comparator.comparingDouble(
                      item -> -model.itemFactors().get(item, model.rank() + 1)))
              .limit(20)
              .toList();

      assertThat(new Recommender(model).recommend(4, 20, ItemFilter.all()))
          .extracting(ScoredItem::item)
          .isEqualTo(byBias);
    }
  }

  @Test
  void withoutSeenItemsNothingIsLeftOut() throws IOException {
    try (FactorModel model = model(Models.of(ratings, 5).withoutSeen())) {
      assertThat(new Recommender(model).recommend(2, 10))
          .isEqualTo(best(model, 2, 10, item -> true));
    }
  }

  @Test
  void preferredItemsComeFirstWhateverTheirScores() throws IOException {
    try (FactorModel model = model(Models.of(ratings, 5))) {
      int events = model.itemPopularity(10);
      int preferred =
          (int)
              IntStream.range(0, model.items())
                  .filter(i -> model.itemPopularity(i) >= events)
                  .count();
      List<ScoredItem> top =
          new Recommender(model)
              .recommend(0, preferred + 10, ItemFilter.all().preferEvents(events));

      assertThat(top.subList(0, preferred))
          .isEqualTo(best(model, 0, preferred, i -> model.itemPopularity(i) >= events));
      assertThat(top.subList(preferred, preferred + 10))
          .isEqualTo(best(model, 0, 10, i -> model.itemPopularity(i) < events));
    }
  }

  /// In `double`, over the factor columns.
  private static double cosine(FactorModel model, int a, int b) {
    FactorMatrix items = model.itemFactors();
    double dot = 0;
    double aa = 0;
    double bb = 0;
    for (int column = 0; column < model.rank(); column++) {
      dot += (double) items.get(a, column) * items.get(b, column);
      aa += (double) items.get(a, column) * items.get(a, column);
      bb += (double) items.get(b, column) * items.get(b, column);
    }
    return dot / Math.sqrt(aa * bb);
  }

  @Test
  void similarItemsAreThoseOfTheHighestCosine() throws IOException {
    for (int rank : new int[] {2, 14, 30, 62}) {
      try (FactorModel model = model(Models.of(ratings, rank).rank(rank))) {
        Recommender recommender = new Recommender(model);
        for (int item = 0; item < 5; item++) {
          int query = item * 600;
          List<ScoredItem> top = recommender.similar(query, 10, ItemFilter.all());

          double[] expected =
              IntStream.range(0, model.items())
                  .filter(other -> other != query)
                  .mapToDouble(other -> -cosine(model, query, other))
                  .sorted()
                  .limit(10)
                  .toArray();
          assertThat(top).hasSize(10).noneMatch(found -> found.item() == query);
          for (int place = 0; place < 10; place++) {
            ScoredItem found = top.get(place);
            assertThat((double) found.score())
                .as("rank=%d, item=%d, place=%d", rank, query, place)
                .isCloseTo(-expected[place], within(1e-5))
                .isCloseTo(cosine(model, query, found.item()), within(1e-5))
                .isBetween(-1.0, 1.0);
          }
        }
      }
    }
  }

  @Test
  void similarPrefersItemsThatAreKnownWellAndFillsUpWithOthers() throws IOException {
    Path file = folder.resolve("sparse.safetensors");
    // 7 % of 40 users: most items have fewer than five events
    try (RatingMatrix sparse = RatingMatrices.open(file, RatingMatrices.random(40, 300, 0.07, 2));
        FactorModel model = model(Models.of(sparse, 7))) {
      int wellKnown =
          (int) IntStream.range(1, model.items()).filter(i -> model.itemPopularity(i) >= 5).count();
      assertThat(wellKnown).isBetween(3, 100);

      List<ScoredItem> top = new Recommender(model).similar(0, wellKnown + 3);

      assertThat(top.subList(0, wellKnown)).allMatch(i -> model.itemPopularity(i.item()) >= 5);
      assertThat(top.subList(wellKnown, wellKnown + 3))
          .allMatch(item -> model.itemPopularity(item.item()) < 5);
      assertThat(new Recommender(model).similar(0, 20, ItemFilter.all()))
          .as("switched off")
          .anyMatch(item -> model.itemPopularity(item.item()) < 5);
    }
  }

  @Test
  void itemsWithoutDirectionAreSimilarToNothing() throws IOException {
    try (FactorModel model = model(Models.of(ratings, 5).trainedItems(item -> item % 1000 == 0))) {
      Recommender recommender = new Recommender(model);
      List<ScoredItem> top = recommender.similar(0, 6, ItemFilter.all());

      assertThat(top.subList(0, 3)).allMatch(item -> item.item() % 1000 == 0);
      assertThat(top.subList(3, 6))
          .containsExactly(new ScoredItem(1, 0), new ScoredItem(2, 0), new ScoredItem(3, 0));
      assertThat(recommender.similar(1, 3, ItemFilter.all()))
          .allMatch(item -> item.score() == 0)
          .hasSize(3);
    }
  }

  @Test
  void isSharedByThreads() throws Exception {
    try (FactorModel model = model(Models.of(ratings, 5));
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      Recommender recommender = new Recommender(model);
      List<Callable<Boolean>> calls =
          IntStream.range(0, 200)
              .<Callable<Boolean>>mapToObj(
                  call -> {
                    int user = call % USERS;
                    List<ScoredItem> expected = best(model, user, 5, item -> true);
                    return () ->
                        recommender.recommend(user, 5, ItemFilter.all()).equals(expected)
                            && recommender.similar(user, 5).size() == 5;
                  })
              .toList();
      for (var result : threads.invokeAll(calls)) {
        assertThat(result.get()).isTrue();
      }
    }
  }

  @Test
  void refusesWhatMakesNoSense() throws IOException {
    try (FactorModel model = model(Models.of(ratings, 5))) {
      Recommender recommender = new Recommender(model);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> recommender.recommend(0, 0))
          .withMessage("k must be at least 1: k=0");
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> recommender.recommend(model.users(), 1));
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> recommender.similar(-1, 1));
    }
  }
}
