package io.github.peccary.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peccary.engine.ratings.HoldoutRule;
import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.storage.CorruptFileException;
import io.github.peccary.engine.storage.ElementType;
import io.github.peccary.engine.storage.TensorFile;
import io.github.peccary.engine.storage.TensorFileWriter;
import io.github.peccary.engine.storage.TensorSpec;
import io.github.peccary.engine.storage.Verify;
import io.github.peccary.engine.train.EpochListener.EpochReport;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
  private static final EpochListener DEAF = _ -> {};
  private static final TrainConfig CONFIG =
      TrainConfig.defaults().withThreads(2).withRank(6).withDeterministic(true).withEpochs(12);

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

  /// A training that is asked to stop at its `tiles`-th tile.
  private static Trainer stoppingAt(int tiles, RatingMatrix ratings, TrainConfig config) {
    AtomicInteger visited = new AtomicInteger();
    return new Trainer(ratings, config, DEAF).stopWhen(() -> visited.getAndIncrement() >= tiles);
  }

  private static Stream<TrainConfig> trainings() {
    return Stream.of(
        CONFIG,
        CONFIG.withEpochs(40).withL2(0).withLearningRate(0.3), // stops early
        CONFIG.withHoldout(new HoldoutRule.Fraction(0)),
        CONFIG.withHoldout(new HoldoutRule.LeaveOut(2)).withBiases(false),
        CONFIG.withLearningRate(3), // diverges
        planted(CONFIG).withRefit(true));
  }

  /// At this rate and penalty some epoch is better than the biases, so that a refit has any.
  private static TrainConfig planted(TrainConfig config) {
    return config.withBiases(false).withL2(1).withEpochs(8);
  }

  @Test
  void amongTheTrainingsSomeDivergeAndSomeStopEarlyAndSomeAreRefitted() throws IOException {
    List<EpochReport> reports = new ArrayList<>();
    int early = 0;
    try (RatingMatrix ratings = ratings()) {
      for (TrainConfig config : trainings().toList()) {
        try (TrainingResult result = Trainer.train(ratings, config, reports::add)) {
          early += result.epochs() < config.epochs() ? 1 : 0;
        }
      }
    }
    assertThat(reports).anyMatch(EpochReport::diverged).anyMatch(EpochReport::refit);
    assertThat(early).isPositive();
  }

  @ParameterizedTest
  @MethodSource("trainings")
  void howeverOftenItIsStoppedATrainingEndsAsIfItHadNeverBeen(TrainConfig config)
      throws IOException {
    long seed = 17;
    Random random = new Random(seed);
    for (int every = 1; every <= 3; every++) {
      Files.deleteIfExists(file);
      int stops = 0;
      try (RatingMatrix ratings = ratings();
          TrainingResult whole = Trainer.train(ratings, config, DEAF)) {
        while (true) {
          // one training is 12 epochs of 64 tiles; from one time to the next it gets further
          int tiles = random.nextInt(200) + 64 * stops;
          try (Checkpoint before = Files.exists(file) ? Checkpoint.open(file) : null) {
            Trainer trainer = stoppingAt(tiles, ratings, config.withThreads(1 + stops % 3));
            trainer.checkpoint(file, every);
            if (before != null) {
              trainer.resume(before);
            }
            try (TrainingResult result = trainer.train()) {
              if (result.stopped()) {
                stops++;
                continue;
              }
              String as = "seed=" + seed + ", every=" + every + ", stops=" + stops;
              assertThat(result.users().segment().mismatch(whole.users().segment()))
                  .as(as)
                  .isEqualTo(-1);
              assertThat(result.items().segment().mismatch(whole.items().segment()))
                  .as(as)
                  .isEqualTo(-1);
              assertThat(result.metadata()).as(as).isEqualTo(whole.metadata());
              assertThat(result.epochs()).as(as).isEqualTo(whole.epochs());
              break;
            }
          }
        }
      }
      assertThat(stops).as("every=" + every).isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 64, 100, 64 * 5, 64 * 5 + 1})
  void whatIsStoppedIsTheModelOfAsManyEpochs(int tiles) throws IOException {
    try (RatingMatrix ratings = ratings();
        TrainingResult stopped = stoppingAt(tiles, ratings, CONFIG).train();
        TrainingResult shorter = Trainer.train(ratings, CONFIG.withEpochs(tiles / 64), DEAF)) {
      assertThat(stopped.stopped()).isTrue();
      assertThat(shorter.stopped()).isFalse();
      assertThat(stopped.epochs()).isEqualTo(tiles / 64);
      assertThat(stopped.users().segment().mismatch(shorter.users().segment())).isEqualTo(-1);
      assertThat(stopped.items().segment().mismatch(shorter.items().segment())).isEqualTo(-1);
      assertThat(stopped.metadata()).containsKey("peccary.train.stoppedAfterEpoch");
    }
  }

  @Test
  void aRefitThatIsStoppedLeavesTheFirstTrainingsModel() throws IOException {
    TrainConfig config = planted(CONFIG);
    try (RatingMatrix ratings = ratings();
        TrainingResult first = Trainer.train(ratings, config, DEAF);
        TrainingResult stopped =
            stoppingAt(64 * first.epochs() + 100, ratings, config.withRefit(true)).train()) {
      assertThat(first.bestEpoch()).isGreaterThan(2);
      assertThat(stopped.stopped()).isTrue();
      assertThat(stopped.refit()).isFalse();
      assertThat(stopped.users().segment().mismatch(first.users().segment())).isEqualTo(-1);
      assertThat(stopped.training().rmse()).isEqualTo(first.training().rmse());
    }
  }

  @Test
  void aCompleteTrainingCanGoOnToMoreEpochsAndTheListenerHearsOfAll() throws IOException {
    List<EpochReport> reports = new ArrayList<>();
    TrainConfig plain = CONFIG.withHoldout(new HoldoutRule.Fraction(0));
    try (RatingMatrix ratings = ratings()) {
      new Trainer(ratings, plain.withEpochs(5), DEAF).checkpoint(file, 3).train().close();
      try (Checkpoint checkpoint = Checkpoint.open(file);
          TrainingResult longer =
              new Trainer(ratings, plain.withEpochs(9), reports::add).resume(checkpoint).train();
          TrainingResult whole = Trainer.train(ratings, plain.withEpochs(9), DEAF)) {
        assertThat(longer.users().segment().mismatch(whole.users().segment())).isEqualTo(-1);
        assertThat(reports)
            .extracting(EpochReport::epoch)
            .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(longer.epochSeconds()).hasSize(9).doesNotContain(0);
      }
    }
  }

  record Change(String name, String sentence, UnaryOperator<TrainConfig> settings) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Stream<Change> changes() {
    return Stream.of(
        new Change("rank", "rank=7, the checkpoint's=6", config -> config.withRank(7)),
        new Change("seed", "seed=1, the checkpoint's=42", config -> config.withSeed(1)),
        new Change("epochs", "epochs=11, the checkpoint's=12", config -> config.withEpochs(11)),
        new Change("l2", "l2=1.0, the checkpoint's=4.0", config -> config.withL2(1)),
        new Change(
            "rate",
            "learningRate=0.1, the checkpoint's=0.16",
            config -> config.withLearningRate(0.1)),
        new Change(
            "holdout",
            "holdout=leave-1, the checkpoint's=0.1",
            config -> config.withHoldout(new HoldoutRule.LeaveOut(1))),
        new Change(
            "schedule",
            "deterministic=false, the checkpoint's=true",
            config -> config.withDeterministic(false)),
        new Change("refit", "refit=true, the checkpoint's=false", config -> config.withRefit(true)),
        new Change(
            "biases", "biases=false, the checkpoint's=true", config -> config.withBiases(false)));
  }

  @ParameterizedTest
  @MethodSource("changes")
  void otherSettingsAreRefused(Change change) throws IOException {
    try (RatingMatrix ratings = ratings()) {
      stoppingAt(100, ratings, CONFIG).checkpoint(file, 1).train().close();
      try (Checkpoint checkpoint = Checkpoint.open(file)) {
        Trainer trainer =
            new Trainer(ratings, change.settings.apply(CONFIG), DEAF).resume(checkpoint);
        assertThatThrownBy(trainer::train)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage(
                "a resumed training must have the data and settings of its checkpoint: %s; give the same, or train from the start without --resume",
                change.sentence);
      }
    }
  }

  @Test
  void otherRatingsAreRefused() throws IOException {
    try (RatingMatrix ratings = ratings();
        RatingMatrix others =
            RatingMatrices.open(
                folder.resolve("others.safetensors"), RatingMatrices.random(120, 80, 0.3, 4))) {
      stoppingAt(100, ratings, CONFIG).checkpoint(file, 1).train().close();
      try (Checkpoint checkpoint = Checkpoint.open(file)) {
        Trainer trainer = new Trainer(others, CONFIG, DEAF).resume(checkpoint);
        assertThatThrownBy(trainer::train)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining(
                "ratingsFingerprint=%s, the checkpoint's=%s",
                others.fingerprint(), ratings.fingerprint());
      }
    }
  }

  @Test
  void leftoversOfKilledTrainingsGoAndNothingElse() throws IOException {
    Path leftover = Files.writeString(folder.resolve(".checkpoint.safetensors.1a2b3c4d.tmp"), "");
    Path other = Files.writeString(folder.resolve(".other.safetensors.1a2b3c4d.tmp"), "");
    try (RatingMatrix ratings = ratings()) {
      new Trainer(ratings, CONFIG.withEpochs(1), DEAF).checkpoint(file, 1).train().close();
    }
    assertThat(leftover).doesNotExist();
    assertThat(other).exists();
    assertThat(file).exists();
  }

  @Test
  void aFileThatIsNoCheckpointIsRefused() throws IOException {
    assertThatThrownBy(() -> Checkpoint.open(ratingsFile))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("must be a checkpoint file: kind=ratings");
    write(Map.of("peccary.train.rank", "0"), 16, 0);
    assertThatThrownBy(() -> Checkpoint.open(file))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("the rank must be from 1 to 65536: rank=0");
    write(Map.of("peccary.train.rank", "30"), 16, 0);
    assertThatThrownBy(() -> Checkpoint.open(file))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("user_rows");
    write(Map.of("peccary.train.rank", "3"), 16, 1);
    assertThatThrownBy(() -> Checkpoint.open(file))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("the best rows must be as many as the last: users=1, expected=2");
    Map<String, String> half =
        Map.of(
            "peccary.objective",
            "rating",
            "peccary.train.rank",
            "3",
            "peccary.epoch.000001",
            "trainRmse=1");
    write(half, 16, 0);
    assertThatThrownBy(() -> Checkpoint.open(file))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining(
            "peccary.epoch.000001 must have the numbers of an epoch: found=trainRmse=1");
  }

  private void write(Map<String, String> metadata, int stride, int best) throws IOException {
    Map<String, String> entries = new HashMap<>(metadata);
    entries.put(TensorFile.KIND, Checkpoint.KIND);
    try (var writer =
        TensorFileWriter.create(
            file,
            entries,
            List.of(
                TensorSpec.of("user_rows", ElementType.F32, 2, stride),
                TensorSpec.of("item_rows", ElementType.F32, 2, stride),
                TensorSpec.of("best_user_rows", ElementType.F32, best, stride),
                TensorSpec.of("best_item_rows", ElementType.F32, best, stride)))) {
      for (String rows : List.of("user_rows", "item_rows")) {
        writer.append(rows, MemorySegment.ofArray(new byte[8 * stride]));
        writer.append("best_" + rows, MemorySegment.ofArray(new byte[4 * best * stride]));
      }
      writer.commit();
    }
  }
}
