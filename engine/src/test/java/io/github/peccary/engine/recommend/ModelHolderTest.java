package io.github.peccary.engine.recommend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.Models;
import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.storage.CorruptFileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelHolderTest {
  private static final int USERS = 6;
  private static final int K = 5;
  private static final Duration NEVER = Duration.ofDays(1);

  @TempDir static Path folder;
  private static RatingMatrix ratings;
  private static Path first;
  private static Path second;

  private final Told told = new Told();
  private Path served;

  /// What a listener heard.
  private static final class Told implements ModelHolder.Listener {
    final List<String> swapped = new ArrayList<>();
    final List<Exception> refused = new ArrayList<>();

    @Override
    public void swapped(FactorModel model) {
      swapped.add(model.fingerprint());
    }

    @Override
    public void refused(Path path, Exception why) {
      refused.add(why);
    }
  }

  @BeforeAll
  static void writeModels() throws IOException {
    ratings =
        RatingMatrices.open(
            folder.resolve("ratings.safetensors"), RatingMatrices.random(USERS, 300, 0.2, 1));
    first = folder.resolve("first.safetensors");
    second = folder.resolve("second.safetensors");
    Models.of(ratings, 1).write(first);
    Models.of(ratings, 2).write(second);
  }

  @AfterAll
  static void closeRatings() {
    ratings.close();
  }

  @BeforeEach
  void serveTheFirst() throws IOException {
    served = folder.resolve("served.safetensors");
    replaceBy(first);
  }

  /// As it should be done: a copy beside it, renamed.
  private void replaceBy(Path file) throws IOException {
    Path copy = Files.copy(file, folder.resolve("copy"), StandardCopyOption.REPLACE_EXISTING);
    Files.move(copy, served, StandardCopyOption.ATOMIC_MOVE);
  }

  private ModelHolder open() throws IOException {
    return ModelHolder.open(served, NEVER, told);
  }

  private static List<List<ScoredItem>> rankings(Path file) throws IOException {
    try (FactorModel model = FactorModel.open(file)) {
      return rankings(new Recommender(model));
    }
  }

  private static List<List<ScoredItem>> rankings(Recommender recommender) {
    List<List<ScoredItem>> rankings = new ArrayList<>();
    for (int user = 0; user < USERS; user++) {
      rankings.add(recommender.recommend(user, K));
    }
    return rankings;
  }

  private static List<List<ScoredItem>> rankings(ModelHolder holder) {
    return holder.call(recommender -> rankings(recommender));
  }

  private static String fingerprint(ModelHolder holder) {
    return holder.call(recommender -> recommender.model().fingerprint());
  }

  private static long mappingsOf(Path file) throws IOException {
    Path maps = Path.of("/proc/self/maps");
    assumeTrue(Files.isReadable(maps), "mappings can be counted where there is " + maps);
    try (Stream<String> lines = Files.lines(maps)) {
      return lines.filter(line -> line.contains(file.toString())).count();
    }
  }

  @Test
  void aModelThatIsRenamedInTakesThePlaceOfTheOneBefore() throws IOException {
    try (ModelHolder holder = open()) {
      assertThat(rankings(holder)).isEqualTo(rankings(first));
      assertThat(holder.refresh()).isFalse();
      replaceBy(second);
      assertThat(holder.refresh()).isTrue();
      assertThat(rankings(holder)).isEqualTo(rankings(second));
      assertThat(holder.refresh()).isFalse();
      assertThat(holder.swaps()).isEqualTo(1);
      assertThat(told.swapped).containsExactly(fingerprint(holder));
      assertThat(told.refused).isEmpty();
    }
  }

  @Test
  void theTimeOfLoadingIsThatOfTheCurrentModel() throws IOException {
    try (ModelHolder holder = open()) {
      Instant before = holder.loadedAt();
      replaceBy(second);
      holder.refresh();
      assertThat(holder.loadedAt()).isAfterOrEqualTo(before).isNotSameAs(before);
    }
  }

  @Test
  void everyCallSeesOneModelWhileModelsAreSwapped() throws Exception {
    List<List<ScoredItem>> ofFirst = rankings(first);
    List<List<ScoredItem>> ofSecond = rankings(second);
    AtomicBoolean done = new AtomicBoolean();
    AtomicLong calls = new AtomicLong();
    try (ModelHolder holder = open();
        ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<Boolean>> callers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        callers.add(
            threads.submit(
                () -> {
                  while (!done.get()) {
                    assertThat(rankings(holder)).isIn(ofFirst, ofSecond);
                    calls.incrementAndGet();
                  }
                  return true;
                }));
      }
      try {
        for (int swap = 0; swap < 50; swap++) {
          long before = calls.get();
          replaceBy(swap % 2 == 0 ? second : first);
          assertThat(holder.refresh()).isTrue();
          while (calls.get() == before && callers.stream().noneMatch(Future::isDone)) {
            Thread.onSpinWait();
          }
        }
      } finally {
        done.set(true);
      }
      for (Future<Boolean> caller : callers) {
        assertThat(caller.get()).isTrue();
      }
    }
  }

  @Test
  void aHundredSwapsLeaveOneMappingAndCloseNone() throws IOException {
    try (ModelHolder holder = open()) {
      for (int swap = 0; swap < 100; swap++) {
        replaceBy(swap % 2 == 0 ? second : first);
        assertThat(holder.refresh()).isTrue();
      }
      assertThat(holder.swaps()).isEqualTo(100);
      assertThat(mappingsOf(served)).isEqualTo(1);
    }
    assertThat(mappingsOf(served)).isZero();
  }

  @Test
  void whatCannotBeServedIsToldOnceAndALaterGoodFileIsTaken() throws IOException {
    byte[] whole = Files.readAllBytes(second);
    Path garbage = Files.write(folder.resolve("garbage"), new byte[1000]);
    Path empty = Files.write(folder.resolve("empty"), new byte[0]);
    Path half = Files.write(folder.resolve("half"), Arrays.copyOf(whole, whole.length / 2));
    byte[] flipped = whole.clone();
    flipped[flipped.length - 1] ^= 1;
    Path damaged = Files.write(folder.resolve("damaged"), flipped);
    for (Path bad : List.of(garbage, empty, ratings.path(), half, damaged)) {
      replaceBy(first);
      told.refused.clear();
      try (ModelHolder holder = open()) {
        replaceBy(bad);
        assertThat(holder.refresh()).isFalse();
        assertThat(holder.refresh()).isFalse();
        assertThat(told.refused).as("%s", bad).hasSize(1);
        assertThat(told.refused.getFirst())
            .isInstanceOf(CorruptFileException.class)
            .hasMessageContaining(served.toString());
        assertThat(rankings(holder)).isEqualTo(rankings(first));
        assertThat(holder.swaps()).isZero();
        replaceBy(second);
        assertThat(holder.refresh()).isTrue();
        assertThat(rankings(holder)).isEqualTo(rankings(second));
        assertThat(told.refused).hasSize(1);
      }
      assertThat(mappingsOf(served)).isZero();
    }
  }

  @Test
  void aDeletedFileIsToldOnceAndANewOneIsTaken() throws IOException {
    try (ModelHolder holder = open()) {
      Files.delete(served);
      assertThat(holder.refresh()).isFalse();
      assertThat(holder.refresh()).isFalse();
      assertThat(told.refused).singleElement().isInstanceOf(NoSuchFileException.class);
      assertThat(rankings(holder)).isEqualTo(rankings(first));
      replaceBy(second);
      assertThat(holder.refresh()).isTrue();
      assertThat(rankings(holder)).isEqualTo(rankings(second));
    }
  }

  @Test
  void aFileThatIsCompletedAfterItWasFoundHalfWrittenIsTaken() throws IOException {
    byte[] whole = Files.readAllBytes(second);
    try (ModelHolder holder = open()) {
      Files.delete(served);
      Files.write(served, Arrays.copyOf(whole, whole.length / 2));
      assertThat(holder.refresh()).isFalse();
      Files.write(served, whole);
      assertThat(holder.refresh()).isTrue();
      assertThat(told.refused).hasSize(1);
      assertThat(rankings(holder)).isEqualTo(rankings(second));
    }
  }

  @Test
  void aTouchedFileIsOpenedAgainOnce() throws IOException {
    try (ModelHolder holder = open()) {
      Files.setLastModifiedTime(served, FileTime.fromMillis(1_000_000_000_000L));
      assertThat(holder.refresh()).isTrue();
      assertThat(holder.refresh()).isFalse();
      assertThat(told.swapped).hasSize(1);
      assertThat(rankings(holder)).isEqualTo(rankings(first));
      assertThat(mappingsOf(served)).isEqualTo(1);
    }
  }

  @Test
  void aCallThatRunsKeepsItsModelThroughSwapAndClose() throws Exception {
    List<List<ScoredItem>> ofFirst = rankings(first);
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      ModelHolder holder = open();
      Future<List<List<ScoredItem>>> call =
          thread.submit(
              () ->
                  holder.call(
                      recommender -> {
                        entered.countDown();
                        await(closed);
                        return rankings(recommender);
                      }));
      await(entered);
      replaceBy(second);
      assertThat(holder.refresh()).isTrue();
      holder.close();
      closed.countDown();
      assertThat(call.get(1, TimeUnit.MINUTES)).isEqualTo(ofFirst);
    }
    assertThat(mappingsOf(served)).isZero();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aCallWithinACallSeesTheNewerModelAndTheOuterOneItsOwn() throws IOException {
    try (ModelHolder holder = open()) {
      String fingerprint =
          holder.call(
              outer -> {
                String before = outer.model().fingerprint();
                replaceUnchecked(second);
                assertThat(holder.refresh()).isTrue();
                String inner = fingerprint(holder);
                assertThat(inner).isNotEqualTo(before);
                rankings(outer);
                return inner;
              });
      assertThat(told.swapped).containsExactly(fingerprint);
    }
  }

  private void replaceUnchecked(Path file) {
    try {
      replaceBy(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aTaskThatFailsLeavesNothingBehind() throws IOException {
    ModelHolder holder = open();
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(
            () ->
                holder.call(
                    recommender -> {
                      throw new UnsupportedOperationException();
                    }));
    holder.close();
    assertThat(mappingsOf(served)).isZero();
  }

  @Test
  void thePathIsWatched() throws Exception {
    LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
    ModelHolder.Listener listener =
        new ModelHolder.Listener() {
          @Override
          public void swapped(FactorModel model) {
            heard.add("swapped");
            throw new IllegalArgumentException("a listener that fails does not end the watch");
          }

          @Override
          public void refused(Path path, Exception why) {
            heard.add("refused");
          }
        };
    try (ModelHolder holder = ModelHolder.open(served, Duration.ofMillis(1), listener)) {
      replaceBy(second);
      assertThat(heard.poll(1, TimeUnit.MINUTES)).isEqualTo("swapped");
      replaceBy(ratings.path());
      assertThat(heard.poll(1, TimeUnit.MINUTES)).isEqualTo("refused");
      assertThat(rankings(holder)).isEqualTo(rankings(second));
    }
  }

  @Test
  void whatIsWrongIsRefused() throws IOException {
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> ModelHolder.open(folder.resolve("none")));
    assertThatExceptionOfType(CorruptFileException.class)
        .isThrownBy(() -> ModelHolder.open(ratings.path()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ModelHolder.open(served, Duration.ZERO, told))
        .withMessage("period must be at least 1 ms: period=PT0S");
    ModelHolder closed = ModelHolder.open(served);
    closed.close();
    closed.close();
    assertThat(closed.refresh()).isFalse();
    assertThatIllegalStateException()
        .isThrownBy(() -> closed.call(recommender -> 1))
        .withMessage("the model holder must be open (" + served + ")");
  }
}
