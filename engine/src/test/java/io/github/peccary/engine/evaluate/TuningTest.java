package io.github.peccary.engine.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peccary.engine.evaluate.Tuning.Report;
import io.github.peccary.engine.evaluate.Tuning.Score;
import io.github.peccary.engine.evaluate.Tuning.Trial;
import io.github.peccary.engine.train.RankingConfig;
import io.github.peccary.engine.train.RankingMethod;
import io.github.peccary.engine.train.RankingSettings;
import io.github.peccary.engine.train.SamplingConfig;
import io.github.peccary.engine.train.TrainConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The search, with a score that is a function of the settings, and a clock that it moves.
class TuningTest {
  private static final TrainConfig DEFAULTS = TrainConfig.defaults().withEpochs(18);

  private final List<Integer> asked = new ArrayList<>(); // epochs of every training
  private long nanos;

  /// How far settings are from rank 62, l2 12 and a learning rate of 0.07; further after few
  /// epochs. A training takes a tenth of a second for each epoch.
  private Score distance(TrainConfig settings, int epochs) {
    double distance =
        Math.hypot(
            Math.log(settings.l2() / 12),
            Math.hypot(Math.log(settings.learningRate() / 0.07), Math.log(settings.rank() / 62.0)));
    asked.add(epochs);
    nanos += epochs * 100_000_000L;
    return new Score(distance + 0.5 / epochs, epochs, 0.1 * epochs);
  }

  private Tuning<TrainConfig> tuning(long seed, boolean higherIsBetter) {
    return new Tuning<>(
        DEFAULTS,
        random -> SearchSpace.draw(DEFAULTS, random),
        (settings, epochs, stop) -> {
          Score score = distance(settings, epochs);
          double value = higherIsBetter ? -score.score() : score.score();
          return stop.getAsBoolean() ? null : new Score(value, epochs, score.seconds());
        },
        "distance",
        higherIsBetter,
        "none",
        DEFAULTS.epochs(),
        seed,
        () -> nanos);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void findsAPlantedOptimum(boolean higherIsBetter) throws IOException {
    for (long seed = 1; seed <= 5; seed++) {
      nanos = 0;
      Tuning<TrainConfig> tuning = tuning(seed, higherIsBetter);
      Report<TrainConfig> report = tuning.search(400, () -> false, found -> {});
      Trial<TrainConfig> best = report.best();
      assertThat(best.epochs()).isEqualTo(18);
      assertThat(Math.abs(best.score())).as("seed=%d, %s", seed, best).isLessThan(0.6);
      assertThat(Math.abs(report.defaults().score())).isGreaterThan(1.5);
      assertThat(tuning.gain(best.score(), report.defaults().score())).isGreaterThan(0.9);
    }
  }

  @Test
  void theBestThirdGoesOn() throws IOException {
    Report<TrainConfig> report = tuning(3, false).search(200, () -> false, found -> {});
    assertThat(new HashSet<>(asked)).containsExactlyInAnyOrder(2, 6, 18);
    assertThat(asked.getFirst()).isEqualTo(18);
    List<Trial<TrainConfig>> low = ofEpochs(report, 2);
    List<Trial<TrainConfig>> middle = ofEpochs(report, 6);
    List<Trial<TrainConfig>> high = ofEpochs(report, 18);
    assertThat(low).hasSize(report.candidates() - 1);
    assertThat(middle.size()).isBetween(low.size() / 4, low.size() / 2);
    assertThat(high.size() - 1).isBetween(middle.size() / 4, middle.size() / 2);
    Set<Integer> below = new HashSet<>(low.stream().map(Trial::candidate).toList());
    assertThat(below)
        .hasSize(low.size())
        .containsAll(middle.stream().map(Trial::candidate).toList());
    Trial<TrainConfig> best = low.getFirst();
    for (Trial<TrainConfig> trial : low) {
      best = trial.score() < best.score() ? trial : best;
    }
    assertThat(report.best().candidate()).isEqualTo(best.candidate());
    List<Trial<TrainConfig>> frontier = report.frontier();
    for (int i = 1; i < frontier.size(); i++) {
      assertThat(frontier.get(i).seconds()).isGreaterThan(frontier.get(i - 1).seconds());
      assertThat(frontier.get(i).score()).isLessThan(frontier.get(i - 1).score());
    }
    assertThat(frontier.getLast()).isEqualTo(report.best());
  }

  private static List<Trial<TrainConfig>> ofEpochs(Report<TrainConfig> report, int epochs) {
    return report.trials().stream().filter(trial -> trial.epochs() == epochs).toList();
  }

  @Test
  void theBudgetIsKeptButForOneTraining() throws IOException {
    for (int budget = 0; budget <= 20; budget++) {
      nanos = 0;
      int heard = tuning(7, false).search(budget, () -> false, found -> {}).trials().size();
      assertThat(heard).isPositive();
      assertThat(nanos * 1e-9).as("budget=%d", budget).isBetween((double) budget, budget + 1.8);
    }
  }

  @Test
  void theBudgetDecidesOnlyOnHowFarItComes() throws IOException {
    List<Trial<TrainConfig>> longer =
        tuning(5, false).search(60, () -> false, found -> {}).trials();
    nanos = 0;
    List<Trial<TrainConfig>> shorter =
        tuning(5, false).search(20, () -> false, found -> {}).trials();
    assertThat(shorter).hasSizeGreaterThan(20).hasSizeLessThan(longer.size());
    assertThat(longer.subList(0, shorter.size())).isEqualTo(shorter);
    nanos = 0;
    assertThat(tuning(6, false).search(20, () -> false, found -> {}).trials())
        .isNotEqualTo(shorter);
  }

  @Test
  void itEndsWhenAsked() throws IOException {
    List<Integer> heard = new ArrayList<>();
    Report<TrainConfig> report =
        tuning(5, false)
            .search(1e9, () -> heard.size() == 7, found -> heard.add(found.trials().size()));
    assertThat(heard).containsExactly(1, 2, 3, 4, 5, 6, 7);
    assertThat(report.trials()).hasSize(7);
  }

  @Test
  void whatDivergesIsNeverTheBestAndGoesNowhere() throws IOException {
    Tuning<TrainConfig> tuning =
        new Tuning<>(
            DEFAULTS,
            random -> SearchSpace.draw(DEFAULTS, random),
            (settings, epochs, stop) -> {
              Score score = distance(settings, epochs);
              boolean diverges = settings.equals(DEFAULTS) || settings.learningRate() > 0.05;
              return diverges ? new Score(Double.NaN, epochs, 0) : score;
            },
            "distance",
            false,
            "none",
            18,
            11,
            () -> nanos);
    Report<TrainConfig> report = tuning.search(100, () -> false, found -> {});
    assertThat(report.defaults().score()).isNaN();
    assertThat(report.best().settings().learningRate()).isLessThanOrEqualTo(0.05);
    assertThat(report.trials().subList(1, report.trials().size()))
        .filteredOn(trial -> trial.epochs() > 2)
        .isNotEmpty()
        .noneMatch(trial -> Double.isNaN(trial.score()));
    assertThat(report.frontier()).noneMatch(trial -> Double.isNaN(trial.score()));
  }

  @Test
  void epochsMayBeTooFewToHalve() throws IOException {
    Tuning<TrainConfig> tuning =
        new Tuning<>(
            DEFAULTS,
            random -> SearchSpace.draw(DEFAULTS, random),
            (settings, epochs, stop) -> distance(settings, epochs),
            "distance",
            false,
            "none",
            1,
            1,
            () -> nanos);
    assertThat(tuning.search(1, () -> false, found -> {}).candidates()).isEqualTo(10);
    assertThat(new HashSet<>(asked)).containsExactly(1);
  }

  /// The records of the settings refuse what no training can have.
  @Test
  void allThatIsDrawnIsValidAndPrintsShort() {
    SplittableRandom random = new SplittableRandom(13);
    List<RankingSettings> rankings =
        List.of(
            RankingConfig.defaults(),
            SamplingConfig.defaults(RankingMethod.SOFTMAX),
            SamplingConfig.defaults(RankingMethod.BPR));
    for (int i = 0; i < 1000; i++) {
      TrainConfig drawn = SearchSpace.draw(DEFAULTS, random);
      assertThat(drawn.rank() % 16).isEqualTo(14);
      assertThat(Double.toString(drawn.l2())).hasSizeLessThanOrEqualTo(4);
      assertThat(Double.toString(drawn.learningRate())).hasSizeLessThanOrEqualTo(5);
      for (RankingSettings base : rankings) {
        RankingSettings ranking = SearchSpace.draw(base, random);
        assertThat(ranking.method()).isEqualTo(base.method());
        assertThat(ranking.holdout()).isEqualTo(base.holdout());
        assertThat(ranking.rank()).isBetween(14, 126);
      }
    }
  }

  @Test
  void refusesNoEpochs() {
    assertThatThrownBy(
            () ->
                new Tuning<>(
                    DEFAULTS,
                    random -> DEFAULTS,
                    (settings, epochs, stop) -> null,
                    "",
                    false,
                    "",
                    0,
                    1,
                    () -> 0))
        .hasMessage("epochs must be 1 or more to tune: epochs=0");
  }
}
