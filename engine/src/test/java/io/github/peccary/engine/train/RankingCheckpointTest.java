package io.github.peccary.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peccary.engine.ratings.HoldoutRule;
import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.storage.CorruptFileException;
import io.github.peccary.engine.storage.Verify;
import io.github.peccary.engine.train.Ials.IterationListener;
import io.github.peccary.engine.train.Ials.IterationReport;
import io.github.peccary.engine.train.RankingProgress.Iteration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RankingCheckpointTest {
  private static final IterationListener DEAF = _ -> {};
  private static final HoldoutRule TENTH = new HoldoutRule.Fraction(0.1);
  private static final RankingConfig IALS =
      new RankingConfig(6, 9, 2, 42, TENTH, 0.01, OptionalDouble.empty(), 0.2);

  @TempDir private Path folder;
  private Path ratingsFile;
  private Path file;

  @BeforeEach
  void writeRatings() throws IOException {
    ratingsFile = folder.resolve("ratings.safetensors");
    file = folder.resolve("checkpoint.safetensors");
    RatingMatrices.open(ratingsFile, RatingMatrices.random(120, 80, 0.3, 3)).close();
  }

  private RatingMatrix ratings() throws IOException {
    return RatingMatrix.open(ratingsFile, Verify.STRUCTURE);
  }

  private static SamplingConfig sampling(RankingMethod method, double rate, boolean deterministic) {
    SamplingConfig defaults = SamplingConfig.defaults(method);
    return new SamplingConfig(
        method, 6, 9, 2, 42, TENTH, defaults.l2(), rate, defaults.negatives(), deterministic);
  }

  private static Stream<RankingSettings> trainings() {
    return Stream.of(
        IALS,
        sampling(RankingMethod.SOFTMAX, 0.3, true),
        sampling(RankingMethod.BPR, 0.3, true),
        new SamplingConfig(
            RankingMethod.SOFTMAX, 6, 9, 2, 42, TENTH, 0, 0.7, 4, true)); // starts over twice
  }

  private static RankingSettings withThreads(RankingSettings settings, int threads) {
    return switch (settings) {
      case RankingConfig ials ->
          new RankingConfig(
              ials.rank(),
              ials.iterations(),
              threads,
              ials.seed(),
              ials.holdout(),
              ials.l2(),
              ials.unobservedWeight(),
              ials.ratingWeight());
      case SamplingConfig sampling ->
          new SamplingConfig(
              sampling.method(),
              sampling.rank(),
              sampling.iterations(),
              threads,
              sampling.seed(),
              sampling.holdout(),
              sampling.l2(),
              sampling.learningRate(),
              sampling.negatives(),
              sampling.deterministic());
    };
  }

  /// What a listener throws to end a training as a kill would.
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /// Goes on from the file if there is one, with another number of threads, for `iterations` more,
  /// and is killed or stopped then.
  private RankingResult trainFor(
      int iterations, boolean killed, int every, RankingSettings settings, RatingMatrix ratings)
      throws IOException {
    try (Checkpoint before = Files.exists(file) ? Checkpoint.open(file) : null) {
      int first = before == null ? 1 : before.iterations().size() + 1;
      AtomicInteger left = new AtomicInteger(iterations);
      IterationListener listener =
          report -> {
            if (report.iteration() >= first && left.getAndDecrement() <= 0 && killed) {
              throw new Killed();
            }
          };
      RankingTrainer trainer =
          new RankingTrainer(ratings, withThreads(settings, 1 + iterations % 3), listener)
              .stopWhen(() -> !killed && left.get() <= 0)
              .checkpoint(file, every);
      return (before == null ? trainer : trainer.resume(before)).train();
    }
  }

  @ParameterizedTest
  @MethodSource("trainings")
  void howeverOftenItIsKilledOrStoppedATrainingEndsAsIfItHadNeverBeen(RankingSettings settings)
      throws IOException {
    long seed = 23;
    SplittableRandom random = new SplittableRandom(seed);
    try (RatingMatrix ratings = ratings();
        RankingResult whole = new RankingTrainer(ratings, settings, DEAF).train()) {
      for (int every = 1; every <= 3; every++) {
        Files.deleteIfExists(file);
        int ends = 0;
        String as = "seed=" + seed + ", every=" + every;
        while (true) {
          boolean killed = random.nextBoolean();
          int iterations = random.nextInt(killed ? every : 0, every + 3);
          try (RankingResult result = trainFor(iterations, killed, every, settings, ratings)) {
            if (!result.stopped()) {
              assertSame(result, whole, as);
              break;
            }
          } catch (Killed _) {
            // goes on from the checkpoint before
          }
          ends++;
        }
        assertThat(ends).as(as).isPositive();
      }
    }
  }

  private static void assertSame(RankingResult result, RankingResult whole, String as) {
    assertThat(result.users().segment().mismatch(whole.users().segment())).as(as).isEqualTo(-1);
    assertThat(result.items().segment().mismatch(whole.items().segment())).as(as).isEqualTo(-1);
    assertThat(result.metadata()).as(as).isEqualTo(whole.metadata());
    assertThat(result.ridge()).as(as).usingRecursiveComparison().isEqualTo(whole.ridge());
    assertThat(result.history().stream().map(IterationReport::loss).toList())
        .as(as)
        .isEqualTo(whole.history().stream().map(IterationReport::loss).toList());
  }

  @Test
  void amongTheTrainingsOneStartsOverLate() throws IOException {
    List<Integer> epochs = new ArrayList<>();
    IterationListener listener =
        new IterationListener() {
          @Override
          public void iteration(IterationReport report) {}

          @Override
          public void startedOver(int iteration, double learningRate) {
            epochs.add(iteration);
          }
        };
    try (RatingMatrix ratings = ratings()) {
      new RankingTrainer(ratings, trainings().toList().getLast(), listener).train().close();
    }
    assertThat(epochs).containsExactly(1, 3);
  }

  @Test
  void whatIsKeptIsTheLastMultipleAndTheEnd() throws IOException {
    try (RatingMatrix ratings = ratings()) {
      assertThatThrownBy(() -> trainFor(5, true, 2, IALS, ratings)).isInstanceOf(Killed.class);
      assertThat(iterationsKept()).isEqualTo(4);
      trainFor(1, false, 2, IALS, ratings).close();
      assertThat(iterationsKept()).isEqualTo(5);
      trainFor(9, false, 2, IALS, ratings).close();
      assertThat(iterationsKept()).isEqualTo(9);
      byte[] complete = Files.readAllBytes(file);
      trainFor(9, false, 1, IALS, ratings).close();
      assertThat(file).hasBinaryContent(complete);
    }
  }

  private int iterationsKept() throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(file)) {
      return checkpoint.iterations().size();
    }
  }

  @Test
  void iterationsOfIalsCanBeMoreAndTheListenerHearsOfAll() throws IOException {
    List<IterationReport> reports = new ArrayList<>();
    try (RatingMatrix ratings = ratings();
        RankingResult whole = new RankingTrainer(ratings, IALS, DEAF).train()) {
      new RankingTrainer(ratings, IALS.withIterations(4), DEAF).checkpoint(file, 3).train().close();
      try (Checkpoint checkpoint = Checkpoint.open(file);
          RankingResult longer =
              new RankingTrainer(ratings, IALS, reports::add).resume(checkpoint).train()) {
        assertSame(longer, whole, "longer");
        assertThat(reports)
            .extracting(IterationReport::iteration)
            .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
      }
    }
  }

  /// Nothing tells whether the bits are right, but it is a training of as many epochs.
  @Test
  void hogwildGoesOnToo() throws IOException {
    SamplingConfig settings = sampling(RankingMethod.SOFTMAX, 0.3, false);
    try (RatingMatrix ratings = ratings()) {
      trainFor(4, false, 1, settings, ratings).close();
      try (RankingResult result = trainFor(9, false, 1, settings, ratings)) {
        assertThat(result.history()).hasSize(9);
        assertThat(result.loss()).isLessThan(result.history().getFirst().loss());
      }
    }
  }

  record Change(String sentence, RankingSettings before, RankingSettings after) {
    @Override
    public String toString() {
      return sentence;
    }
  }

  private static Stream<Change> changes() {
    SamplingConfig softmax = sampling(RankingMethod.SOFTMAX, 0.3, true);
    return Stream.of(
        new Change("method=softmax, the checkpoint's=ials", IALS, softmax),
        new Change(
            "method=bpr, the checkpoint's=softmax",
            softmax,
            sampling(RankingMethod.BPR, 0.3, true)),
        new Change("epochs=8, the checkpoint's=9", IALS, IALS.withIterations(8)),
        new Change("epochs=10, the checkpoint's=9", softmax, softmax.withIterations(10)),
        new Change("rank=5, the checkpoint's=6", IALS, ials(5, 42, TENTH, 0.01, 0.2)),
        new Change("seed=1, the checkpoint's=42", IALS, ials(6, 1, TENTH, 0.01, 0.2)),
        new Change(
            "holdout=leave-1, the checkpoint's=0.1",
            IALS,
            ials(6, 42, new HoldoutRule.LeaveOut(1), 0.01, 0.2)),
        new Change("l2=0.1, the checkpoint's=0.01", IALS, ials(6, 42, TENTH, 0.1, 0.2)),
        new Change("ratingWeight=0.0, the checkpoint's=0.2", IALS, ials(6, 42, TENTH, 0.01, 0)),
        new Change(
            "unobservedWeight=2.0, the checkpoint's=default",
            IALS,
            new RankingConfig(6, 9, 2, 42, TENTH, 0.01, OptionalDouble.of(2), 0.2)),
        new Change(
            "learningRate=0.2, the checkpoint's=0.3",
            softmax,
            sampling(RankingMethod.SOFTMAX, 0.2, true)),
        new Change(
            "negatives=3, the checkpoint's=4",
            softmax,
            new SamplingConfig(
                RankingMethod.SOFTMAX, 6, 9, 2, 42, TENTH, softmax.l2(), 0.3, 3, true)),
        new Change(
            "deterministic=false, the checkpoint's=true",
            softmax,
            sampling(RankingMethod.SOFTMAX, 0.3, false)));
  }

  private static RankingConfig ials(
      int rank, long seed, HoldoutRule holdout, double l2, double ratingWeight) {
    return new RankingConfig(rank, 9, 2, seed, holdout, l2, OptionalDouble.empty(), ratingWeight);
  }

  private static void assertRefused(Checkpoint checkpoint, RankingTrainer trainer, String found) {
    assertThatThrownBy(() -> trainer.resume(checkpoint))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a resumed training must have the data and settings of its checkpoint: %s; give the same, or train from the start without --resume",
            found);
  }

  @ParameterizedTest
  @MethodSource("changes")
  void otherSettingsAreRefused(Change change) throws IOException {
    try (RatingMatrix ratings = ratings()) {
      trainFor(1, false, 1, change.before, ratings).close();
      try (Checkpoint checkpoint = Checkpoint.open(file)) {
        assertRefused(checkpoint, new RankingTrainer(ratings, change.after, DEAF), change.sentence);
      }
    }
  }

  @Test
  void otherRatingsAndTheOtherObjectiveAreRefused() throws IOException {
    TrainConfig config = TrainConfig.defaults().withRank(6).withThreads(2).withEpochs(2);
    try (RatingMatrix ratings = ratings();
        RatingMatrix others =
            RatingMatrices.open(
                folder.resolve("others.safetensors"), RatingMatrices.random(120, 80, 0.3, 4))) {
      trainFor(1, false, 1, IALS, ratings).close();
      try (Checkpoint checkpoint = Checkpoint.open(file)) {
        assertRefused(
            checkpoint,
            new RankingTrainer(others, IALS, DEAF),
            "ratingsFingerprint=%s, the checkpoint's=%s"
                .formatted(others.fingerprint(), ratings.fingerprint()));
        Trainer trainer = new Trainer(ratings, config, _ -> {}).resume(checkpoint);
        assertThatThrownBy(trainer::train)
            .hasMessageContaining("objective=rating, the checkpoint's=ranking;");
      }
      new Trainer(ratings, config, _ -> {}).checkpoint(file, 1).train().close();
      try (Checkpoint checkpoint = Checkpoint.open(file)) {
        assertRefused(
            checkpoint,
            new RankingTrainer(ratings, IALS, DEAF),
            "objective=ranking, the checkpoint's=rating");
      }
    }
  }

  @Test
  void aDamagedHistoryIsRefused() throws IOException {
    try (RatingMatrix ratings = ratings();
        RankingResult result = new RankingTrainer(ratings, IALS, DEAF).train()) {
      Rows rows = new Rows(result.users(), result.items());
      var identity = TrainingIdentity.of(ratings, IALS);
      assertThatThrownBy(
              () -> Checkpoint.write(file, identity, -1, List.of(new Iteration(1, 1, 1)), rows))
          .isInstanceOf(CorruptFileException.class)
          .hasMessageContaining("peccary.startsOver must be a whole number: found=-1");
      identity.put("peccary.epoch.000001", "loss=1");
      assertThatThrownBy(() -> Checkpoint.write(file, identity, 0, List.of(), rows))
          .isInstanceOf(CorruptFileException.class)
          .hasMessageContaining("peccary.epoch.000001 must have the numbers of an epoch");
    }
    assertThat(file).doesNotExist();
  }

  @Test
  void checkpointsAreAtLeastAnIterationApart() throws IOException {
    try (RatingMatrix ratings = ratings()) {
      RankingTrainer trainer = new RankingTrainer(ratings, IALS, DEAF);
      assertThatThrownBy(() -> trainer.checkpoint(file, 0))
          .hasMessage("epochs between checkpoints must be 1 or more: every=0");
    }
  }
}
