package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is asked of a model: predict, recommend, similar, evaluate, inspect.
class ModelCommandsTest {
  @TempDir private static Path folder;
  private static Path ratings;
  private static Path model;

  @BeforeAll
  static void train() {
    ratings = TwoTastes.ratings(folder);
    model = TwoTastes.model(folder, ratings);
  }

  private static Map<String, Object> json(Object... args) {
    List<Object> all = new ArrayList<>(List.of(args));
    all.add("--json");
    Cli.Result result = Cli.run(all.toArray());
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out().lines()).hasSize(1);
    return result.json();
  }

  private static List<Map<?, ?>> items(Map<String, Object> json) {
    List<Map<?, ?>> items = new ArrayList<>();
    if (json.get("items") instanceof List<?> list) {
      list.forEach(item -> items.add((Map<?, ?>) item));
    }
    return items;
  }

  private static List<Integer> books(Map<String, Object> json) {
    return items(json).stream()
        .map(item -> TwoTastes.book(String.valueOf(item.get("title"))))
        .toList();
  }

  @Test
  void predictsWhatTheUserLikes() {
    Map<String, Object> liked = json("predict", model, "--user", 2, "--item", TwoTastes.isbn(8));
    assertThat(liked)
        .containsEntry("user", "2")
        .containsEntry("item", TwoTastes.isbn(8))
        .containsEntry("title", "Book 8")
        .containsEntry("known", true);
    assertThat(Cli.number(liked, "score")).isCloseTo(9, within(2.0));
    Map<String, Object> disliked = json("predict", model, "--user", 2, "--item", TwoTastes.isbn(7));
    assertThat(Cli.number(disliked, "score")).isCloseTo(2, within(2.0));
  }

  @Test
  void theRatingIsTheScoreOnTheScale() {
    for (int book = 0; book < TwoTastes.BOOKS; book++) {
      Map<String, Object> json =
          json("predict", model, "--user", 3, "--item", TwoTastes.isbn(book));
      assertThat(Cli.number(json, "rating"))
          .isCloseTo(Math.clamp(Cli.number(json, "score"), 2, 9), within(1e-6));
    }
  }

  @Test
  void anIsbnMayBeTypedAsItIsPrinted() {
    assertThat(json("predict", model, "--user", 2, "--item", TwoTastes.printedIsbn(8)))
        .isEqualTo(json("predict", model, "--user", 2, "--item", TwoTastes.isbn(8)));
  }

  @Test
  void recommendsWhatTheUserLikesAndHasNotSeen() {
    for (int user : new int[] {2, 3, 5}) {
      int reader = user;
      Map<String, Object> json = json("recommend", model, "--user", reader, "--k", 3);
      assertThat(json).containsEntry("user", String.valueOf(reader));
      assertThat(Cli.number(json, "microseconds")).isPositive();
      if (reader % 5 != 0) {
        assertThat(books(json))
            .hasSize(3)
            .allMatch(book -> TwoTastes.likes(reader, book) && !TwoTastes.seen(reader, book));
      } else {
        assertThat(books(json)).isEmpty();
      }
    }
  }

  @Test
  void scoresFallAndAreThoseOfPredict() {
    List<Map<?, ?>> items = items(json("recommend", model, "--user", 2, "--k", 5));
    double last = Double.POSITIVE_INFINITY;
    for (Map<?, ?> item : items) {
      double score = Cli.number(item, "score");
      assertThat(score).isLessThanOrEqualTo(last);
      last = score;
      Map<String, Object> predicted =
          json("predict", model, "--user", 2, "--item", String.valueOf(item.get("item")));
      assertThat(Cli.number(predicted, "score")).isCloseTo(score, within(1e-4));
    }
  }

  @Test
  void seenItemsComeBackWhenAskedFor() {
    Map<String, Object> json =
        json("recommend", model, "--user", 2, "--k", TwoTastes.BOOKS, "--include-seen");
    assertThat(books(json)).hasSize(TwoTastes.BOOKS).doesNotHaveDuplicates();
    assertThat(books(json).subList(0, 15)).allMatch(book -> book % 2 == 0);
    assertThat(books(json("recommend", model, "--user", 2, "--k", TwoTastes.BOOKS)))
        .isNotEmpty()
        .noneMatch(book -> TwoTastes.seen(2, book));
  }

  /// Who likes even books, told by two events, is recommended even ones; his own are left out.
  @Test
  void recommendsToSomebodyOfWhomOnlyEventsAreKnown() {
    String events =
        "%s:9,%s:2,%s:5,%s:9"
            .formatted(
                TwoTastes.printedIsbn(8),
                TwoTastes.isbn(7),
                TwoTastes.isbn(12),
                TwoTastes.isbn(12));
    Map<String, Object> json = json("recommend", model, "--events", events, "--k", 12);
    assertThat(books(json))
        .hasSize(12)
        .doesNotContain(8, 12)
        .allMatch(book -> TwoTastes.likes(2, book));
    assertThat(json).containsEntry("untrained", 0).doesNotContainKey("user");
    assertThat(json.get("events"))
        .asString()
        .isEqualTo(
            "[{item=000008X, title=Book 8, rating=9.0}, {item=000007X, title=Book 7, rating=2.0}, "
                + "{item=000012X, title=Book 12, rating=9.0}]");
    for (Map<?, ?> item : items(json)) {
      Map<String, Object> predicted =
          json("predict", model, "--events", events, "--item", String.valueOf(item.get("item")));
      assertThat(Cli.number(predicted, "score")).isCloseTo(Cli.number(item, "score"), within(1e-4));
    }
    assertThat(books(json("recommend", model, "--events", events, "--k", 30, "--include-seen")))
        .hasSize(30)
        .contains(8, 12, 7);
  }

  /// Three books are the reasons for one of the same taste, and those that contribute most.
  @Test
  void whoseEventsAreKnownIsToldWhatContributes() {
    String events = "%s:9,%s:9".formatted(TwoTastes.isbn(8), TwoTastes.isbn(12));
    Map<String, Object> json = json("recommend", model, "--events", events, "--k", 3, "--explain");
    assertThat(json).containsEntry("reasonsBy", "contribution").containsEntry("reasonsExact", true);
    for (Map<?, ?> item : items(json)) {
      List<Map<?, ?>> reasons = reasons(item);
      double shares = 0;
      for (Map<?, ?> reason : reasons) {
        assertThat(reason.get("title")).isIn("Book 8", "Book 12");
        assertThat(Cli.number(reason, "contribution")).isPositive();
        shares += Cli.number(reason, "share");
      }
      assertThat(shares).isCloseTo(1, within(1e-9));
    }
    assertThat(Cli.run("recommend", model, "--events", events, "--explain").out())
        .contains("below each, what contributes most to its score, and its share")
        .containsPattern("(?m)^ +[0-9.]+ %  000012X \\(Book 12\\)$");
  }

  /// What the users rated their books a model for ratings does not keep.
  @Test
  void aUserOfAModelForRatingsIsToldWhatIsSimilar() {
    Map<String, Object> json = json("recommend", model, "--user", 2, "--k", 3, "--explain");
    assertThat(json).containsEntry("reasonsBy", "similarity").containsEntry("reasonsExact", false);
    for (Map<?, ?> item : items(json)) {
      assertThat(reasons(item))
          .hasSize(3)
          .allMatch(
              reason -> TwoTastes.seen(2, TwoTastes.book(String.valueOf(reason.get("title")))))
          .allMatch(reason -> TwoTastes.book(String.valueOf(reason.get("title"))) % 2 == 0);
    }
    assertThat(Cli.run("recommend", model, "--user", 2, "--explain").out())
        .contains("below each, what is most similar of all that the user has seen");
  }

  private static List<Map<?, ?>> reasons(Map<?, ?> item) {
    List<Map<?, ?>> reasons = new ArrayList<>();
    if (item.get("reasons") instanceof List<?> list) {
      list.forEach(reason -> reasons.add((Map<?, ?>) reason));
    }
    assertThat(reasons).isNotEmpty();
    return reasons;
  }

  @Test
  void unknownItemsOfEventsAreNamed() {
    Cli.Result result =
        Cli.run("recommend", model, "--events", "nope:3," + TwoTastes.isbn(8) + ":9, none");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err())
        .isEqualTo("peccary: the model does not have 2 of the 3 items of --events: nope:3, none\n");
    assertThat(result.out()).startsWith("1 event: the best 10 of 30 items, ");
  }

  @Test
  void allowAndDeny() throws IOException {
    String printed = TwoTastes.printedIsbn(8);
    assertThat(
            books(
                json(
                    "recommend",
                    model,
                    "--user",
                    2,
                    "--include-seen",
                    "--allow",
                    printed + "," + TwoTastes.isbn(7))))
        .containsExactly(8, 7);
    List<Integer> best = books(json("recommend", model, "--user", 2, "--k", 2));
    Path deny = folder.resolve("deny.txt");
    Files.writeString(deny, TwoTastes.isbn(best.getFirst()) + "\n\n");
    assertThat(books(json("recommend", model, "--user", 2, "--k", 1, "--deny", deny)))
        .containsExactly(best.get(1));
  }

  @Test
  void unknownItemsOfAListAreCounted() {
    Cli.Result result =
        Cli.run("recommend", model, "--user", 2, "--allow", "nope,none," + TwoTastes.isbn(8));
    assertThat(result.exitCode()).isZero();
    assertThat(result.err())
        .isEqualTo("peccary: the model does not have 2 of the 3 items of --allow\n");
  }

  @Test
  void similarBooksAreOfTheSameTaste() {
    Map<String, Object> json =
        json("similar", model, "--item", TwoTastes.printedIsbn(7), "--k", 14);
    assertThat(json).containsEntry("item", TwoTastes.isbn(7)).containsKey("microseconds");
    assertThat(books(json)).hasSize(14).doesNotContain(7).allMatch(book -> book % 2 == 1);
    assertThat(items(json)).allMatch(item -> Math.abs(Cli.number(item, "score")) <= 1);
  }

  @Test
  void innerProductsOfBooksFallAndAreNoCosines() {
    String book = TwoTastes.isbn(7);
    Map<String, Object> cosines = json("similar", model, "--item", book, "--k", 29);
    assertThat(json("similar", model, "--item", book, "--k", 29, "--by", "cosine").get("items"))
        .isEqualTo(cosines.get("items"));
    Map<String, Object> json =
        json("similar", model, "--item", book, "--k", 29, "--by", "inner-product");
    assertThat(books(json)).hasSameElementsAs(books(cosines));
    assertThat(json.get("items")).isNotEqualTo(cosines.get("items"));
    assertThat(items(json).stream().map(item -> -Cli.number(item, "score")).toList()).isSorted();
  }

  @Test
  void forPeopleRankingsAreTables() {
    Cli.Result result = Cli.run("recommend", model, "--user", 2, "--k", 2);
    assertThat(result.out())
        .startsWith("user 2: the best 2 of 30 items, ")
        .containsPattern("(?m)^ +score  item +$|^ +score  item$")
        .containsPattern("(?m)^ +1 +[0-9.]+ +00\\d{4}X +Book \\d+$");
    assertThat(Cli.run("similar", model, "--item", TwoTastes.isbn(7)).out())
        .startsWith("like 000007X (Book 7): the nearest 10 of 30 items, ");
    assertThat(Cli.run("predict", model, "--user", 2, "--item", TwoTastes.isbn(7)).out())
        .startsWith("user 2, item 000007X (Book 7): ");
  }

  @Test
  void settingsAreCrossValidatedBesideTheBaselines() {
    Path own = folder.resolve("to-fold.safetensors");
    assertThat(Cli.run("train", ratings, "-o", own, "--rank", 4, "--epochs", 3).exitCode())
        .isZero();
    Map<String, Object> json = json("evaluate", own, ratings, "--folds", 3, "--k", 5);
    assertThat((String) json.get("split")).startsWith("3 folds of all ratings of ");
    assertThat(json).containsEntry("k", 5);
    for (String field : List.of("models", "deviations")) {
      Map<String, Object> models = Cli.object(json, field);
      assertThat(models.keySet())
          .containsExactlyInAnyOrder("model", "globalMean", "biases", "popularity", "itemKnn");
      assertThat(Cli.object(models, "model")).containsKeys("rmse", "mae", "ndcg@5", "mrr@5");
    }
    assertThat((List<?>) json.get("folds")).hasSize(3).allMatch(Map.class::isInstance);
    assertThat(Cli.run("evaluate", own, ratings, "--folds", 2).out())
        .containsPattern("\\R  rmse +[0-9.]+.*\\R    sd +[0-9.]+")
        .contains("means over folds, and their standard deviations; ");
  }

  @Test
  void evaluatesOnTheHeldOutPartBesideTheBaselines() {
    Path own = folder.resolve("held-out.safetensors");
    assertThat(Cli.run("train", ratings, "-o", own, "--rank", 4).exitCode()).isZero();
    Map<String, Object> json = json("evaluate", own, ratings);
    assertThat(json.get("split")).isEqualTo("holdout: random fraction=0.1 seed=42");
    Map<String, Object> models = Cli.object(json, "models");
    assertThat(models.keySet())
        .containsExactlyInAnyOrder("model", "globalMean", "biases", "popularity", "itemKnn");
    assertThat(Cli.object(models, "model"))
        .containsKeys("rmse", "mae", "ndcg@10", "recall@10", "precision@10")
        .containsKeys("mrr@10", "map@10", "hitRate@10")
        .containsKeys("coverage@10", "gini@10", "meanPopularity@10");
    assertThat(Cli.object(models, "globalMean")).containsKeys("rmse", "mae");
    assertThat((List<?>) Cli.object(Cli.object(json, "intervals"), "model").get("ndcg@10"))
        .hasSize(2);
    Map<String, Object> some = Cli.object(Cli.object(json, "history"), "6-20");
    assertThat(Cli.number(some, "users")).isPositive();
    assertThat(Cli.object(Cli.object(some, "models"), "popularity")).containsKey("ndcg@10");
    assertThat(Cli.object(models, "popularity")).containsKeys("ndcg@10", "recall@10");
    assertThat(Cli.number(models, "model", "rmse"))
        .isLessThan(Cli.number(models, "biases", "rmse"));
  }

  @ParameterizedTest
  @CsvSource({"5", "20"})
  void theLengthOfTheRankingsNamesTheMeasures(int k) {
    Path own = folder.resolve("k.safetensors");
    assertThat(Cli.run("train", ratings, "-o", own, "--rank", 4).exitCode()).isZero();
    Map<String, Object> json = json("evaluate", own, ratings, "--k", k);
    assertThat(Cli.object(Cli.object(json, "models"), "model")).containsKey("ndcg@" + k);
  }

  @Test
  void evaluatesOnOtherRatingsOfTheSameUsers() {
    Path database =
        Database.ofRatings(
            folder.resolve("more.db"),
            Database.row(2, TwoTastes.isbn(8), 9),
            Database.row(2, TwoTastes.isbn(7), 2),
            Database.row("stranger", TwoTastes.isbn(7), 2));
    Path more = folder.resolve("more.safetensors");
    assertThat(Cli.run("load", database, "-o", more).exitCode()).isZero();
    Map<String, Object> json = json("evaluate", model, more);
    assertThat(json)
        .containsEntry("split", "all ratings of more.safetensors")
        .containsEntry("ratings", 3)
        .containsEntry("coldRatings", 1);
  }

  @Test
  void forPeopleEvaluationIsATable() {
    Cli.Result result = Cli.run("evaluate", model, ratings);
    assertThat(result.exitCode()).isZero();
    assertThat(result.out())
        .containsPattern("(?m)^ +model +global mean +biases +popularity +item kNN$")
        .containsPattern("(?m)^ +rmse +[0-9.]+ +[0-9.]+ +[0-9.]+ +– +–$");
  }

  @Test
  void forPeopleThereIsATableByHistory() {
    Path own = folder.resolve("by-history.safetensors");
    assertThat(Cli.run("train", ratings, "-o", own, "--rank", 4).exitCode()).isZero();
    assertThat(Cli.run("evaluate", own, ratings).out())
        .contains("ndcg@10 by the number of items that the user had before")
        .containsPattern("(?m)^ +items +users +model +biases +popularity +item kNN$")
        .containsPattern("(?m)^ +ndcg@10 .*\\n +from +[0-9.]+ .*\\n +to +[0-9.]+ ")
        .containsPattern("(?m)^ +6-20 +\\d+( +[0-9.]+){4}$");
  }

  @Test
  void inspectsRatingsAndModels() {
    Map<String, Object> json = json("inspect", model);
    assertThat(json).containsEntry("kind", "model").containsEntry("valid", true);
    assertThat((List<?>) json.get("tensors"))
        .first()
        .satisfies(
            tensor ->
                assertThat(tensor.toString())
                    .matches(
                        "\\{name=user_factors, dtype=F32, shape=\\[40, 16], crc32c=[0-9a-f]{8}}"));
    assertThat(Cli.object(json, "metadata")).containsEntry("peccary.rank", "4");
    assertThat(json("inspect", ratings))
        .containsEntry("kind", "ratings")
        .containsEntry("valid", true);
    assertThat(Cli.run("inspect", model).out())
        .startsWith(model + ": a valid model file, ")
        .contains("user_factors", "40 × 16", "peccary.rank");
  }
}
