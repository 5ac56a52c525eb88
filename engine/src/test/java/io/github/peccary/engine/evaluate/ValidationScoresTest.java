package io.github.peccary.engine.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peccary.engine.evaluate.Tuning.Report;
import io.github.peccary.engine.evaluate.Tuning.Trial;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.Holdout.Scope;
import io.github.peccary.engine.ratings.HoldoutRule;
import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrices.Triple;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.ratings.Zero;
import io.github.peccary.engine.storage.Verify;
import io.github.peccary.engine.train.RankingConfig;
import io.github.peccary.engine.train.RankingMethod;
import io.github.peccary.engine.train.RankingSettings;
import io.github.peccary.engine.train.SamplingConfig;
import io.github.peccary.engine.train.TrainConfig;
import io.github.peccary.engine.train.Trainer;
import io.github.peccary.engine.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValidationScoresTest {
  private static final int TRIALS = 8;
  private static final TrainConfig RATING =
      TrainConfig.defaults().withEpochs(6).withThreads(1).withSeed(9).withDeterministic(true);
  private static final List<RankingSettings> RANKINGS =
      List.of(
          new RankingConfig(
              6, 6, 1, 9, new HoldoutRule.Fraction(0.2), 0.01, OptionalDouble.empty(), 0.1),
          new SamplingConfig(
              RankingMethod.SOFTMAX, 6, 6, 1, 9, new HoldoutRule.LeaveOut(1), 3.5, 0.3, 4, true));

  @TempDir private Path folder;

  private static <S> List<String> trials(Tuning<S> tuning) throws IOException {
    AtomicInteger heard = new AtomicInteger();
    Report<S> report =
        tuning.search(1e9, () -> heard.get() == TRIALS, found -> heard.set(found.trials().size()));
    return report.trials().stream()
        .map(trial -> trial.candidate() + " " + trial.settings() + " " + trial.score())
        .toList();
  }

  /// The same with other values of what `test` holds out.
  private static List<Triple> changed(RatingMatrix ratings, List<Triple> triples, Holdout test) {
    List<Triple> changed = new ArrayList<>(triples);
    changed.replaceAll(
        triple -> {
          int user = ratings.userIds().indexOf(triple.user());
          int item = ratings.itemIds().indexOf(triple.item());
          return triple.value() != 0 && test.contains(user, item, triple.value())
              ? RatingMatrices.triple(triple.user(), triple.item(), 11 - triple.value())
              : triple;
        });
    assertThat(changed).isNotEqualTo(triples);
    return changed;
  }

  private void theTestPartHasNoPart(Holdout.Scope scope, HoldoutRule rule, long seed, Search search)
      throws IOException {
    List<Triple> triples = RatingMatrices.random(60, 40, 0.4, 5);
    try (RatingMatrix ratings = RatingMatrices.open(folder.resolve("one"), triples)) {
      Holdout test = rule.of(ratings, scope, seed);
      try (RatingMatrix other =
          RatingMatrices.open(folder.resolve("other"), changed(ratings, triples, test))) {
        List<String> found = search.trials(ratings);
        assertThat(found).hasSize(TRIALS);
        assertThat(search.trials(other)).isEqualTo(found);
      }
    }
  }

  private interface Search {
    List<String> trials(RatingMatrix ratings) throws IOException;
  }

  @Test
  void whatIsHeldOutToTestDecidesOnNothing() throws IOException {
    for (HoldoutRule rule : List.of(new HoldoutRule.Fraction(0.2), new HoldoutRule.LeaveOut(2))) {
      theTestPartHasNoPart(
          Scope.RATINGS,
          rule,
          9,
          ratings -> trials(Tuning.ofRatings(ratings, RATING.withHoldout(rule))));
    }
    for (RankingSettings settings : RANKINGS) {
      theTestPartHasNoPart(
          Scope.EVENTS,
          settings.holdout(),
          9,
          ratings -> trials(Tuning.ofRankings(ratings, settings, 1000)));
    }
  }

  /// Neither threads nor what ran before matter.
  @Test
  void aScoreIsThatOfTheSettings() throws IOException {
    try (RatingMatrix ratings =
        RatingMatrices.open(folder.resolve("r"), RatingMatrices.random(60, 40, 0.4, 5))) {
      Tuning<TrainConfig> tuning = Tuning.ofRatings(ratings, RATING.withThreads(2));
      List<Trial<TrainConfig>> trials = tuning.search(0.5, () -> false, found -> {}).trials();
      Trial<TrainConfig> last = trials.getLast();
      TrainConfig config = last.settings().withEpochs(last.epochs()).withSeed(10).withThreads(1);
      Holdout test = config.holdout().of(ratings, Scope.RATINGS, 9);
      try (TrainingResult result = new Trainer(ratings, config, _ -> {}).apartFrom(test).train()) {
        assertThat(result.holdout()).hasToString(tuning.validation());
        assertThat(result.heldOut().rmse()).as(last.toString()).isEqualTo(last.score());
      }
      assertThat(trials(Tuning.ofRankings(ratings, RANKINGS.getFirst(), 30)))
          .isEqualTo(trials(Tuning.ofRankings(ratings, RANKINGS.getFirst(), 30)));
    }
  }

  /// 200 events a day apart.
  private RatingMatrix timed() throws IOException {
    List<Triple> triples = new ArrayList<>();
    for (int day = 0; day < 200; day++) {
      triples.add(RatingMatrices.triple("u" + day % 10, "i" + day / 10, 1 + day % 10));
    }
    Path file = folder.resolve("timed");
    Map<Triple, Long> times = new HashMap<>();
    triples.forEach(triple -> times.put(triple, 86_400L * times.size()));
    RatingMatrices.write(
        file, triples, Zero.IMPLICIT, Map.of(), triple -> times.getOrDefault(triple, 0L), Map.of());
    return RatingMatrix.open(file, Verify.CHECKSUMS);
  }

  @Test
  void theValidationPartIsWhatComesJustBeforeTheTestPart() throws IOException {
    try (RatingMatrix ratings = timed()) {
      Function<HoldoutRule, String> validation =
          rule -> Tuning.ofRatings(ratings, RATING.withHoldout(rule)).validation();
      // a second after the last event that is in neither
      String before = "since time=1970-06-09T00:00:01Z, apart from since time=";
      assertThat(validation.apply(new HoldoutRule.Newest(0.1)))
          .isEqualTo(before + "1970-06-29T00:00:01Z");
      assertThat(validation.apply(new HoldoutRule.Since(180 * 86_400L)))
          .isEqualTo(before + "1970-06-30T00:00:00Z");
      assertThat(validation.apply(new HoldoutRule.Since(1000 * 86_400L)))
          .startsWith("since time=1970-06-29T00:00:01Z, apart from ");
      assertThat(validation.apply(new HoldoutRule.Latest(1)))
          .isEqualTo("latest k=1 seed=10, apart from latest k=1 seed=9");
      assertThat(validation.apply(new HoldoutRule.Fraction(0)))
          .isEqualTo("random fraction=0.1 seed=10");
    }
  }

  @Test
  void refusesWhereThereIsNothingToValidateOn() throws IOException {
    List<Triple> triples =
        List.of(RatingMatrices.triple("u", "i", 5), RatingMatrices.triple("v", "i", 4));
    try (RatingMatrix ratings = RatingMatrices.open(folder.resolve("two"), triples)) {
      HoldoutRule one = new HoldoutRule.LeaveOut(1);
      assertThatThrownBy(() -> trials(Tuning.ofRatings(ratings, RATING.withHoldout(one))))
          .hasMessage(
              "there must be ratings to validate on: validation=leave-out k=1 seed=10, apart from leave-out k=1 seed=9; hold out others with --holdout");
      RankingConfig ranking = new RankingConfig(2, 2, 1, 9, one, 0.01, OptionalDouble.empty(), 0);
      assertThatThrownBy(() -> trials(Tuning.ofRankings(ratings, ranking, 10)))
          .hasMessageStartingWith("there must be events to validate on: validation=leave-out k=1");
    }
  }
}
