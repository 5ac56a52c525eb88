package io.github.peccary.engine.recommend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.Models;
import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a holder does about an Error: the model that it has is as good as before.
class ModelHolderErrorTest {
  @TempDir private Path folder;
  private Path first;
  private Path second;
  private Path served;

  @BeforeEach
  void writeModels() throws IOException {
    first = folder.resolve("first.safetensors");
    second = folder.resolve("second.safetensors");
    served = folder.resolve("served.safetensors");
    try (RatingMatrix ratings =
        RatingMatrices.open(
            folder.resolve("ratings.safetensors"), RatingMatrices.random(6, 300, 0.2, 1))) {
      Models.of(ratings, 1).write(first);
      Models.of(ratings, 2).write(second);
    }
    replaceBy(first);
  }

  private void replaceBy(Path file) throws IOException {
    Path copy = Files.copy(file, folder.resolve("copy"), StandardCopyOption.REPLACE_EXISTING);
    Files.move(copy, served, StandardCopyOption.ATOMIC_MOVE);
  }

  private static List<ScoredItem> best(ModelHolder holder) {
    return holder.call(recommender -> recommender.recommend(0, 5));
  }

  private static List<ScoredItem> best(Path file) throws IOException {
    try (FactorModel model = FactorModel.open(file)) {
      return new Recommender(model).recommend(0, 5);
    }
  }

  @Test
  void anErrorInOpeningIsToldAndALaterGoodFileIsTaken() throws IOException {
    AtomicReference<@Nullable Error> thrown = new AtomicReference<>();
    ModelHolder.Opener opener =
        path -> {
          Error error = thrown.get();
          if (error != null) {
            throw error;
          }
          return FactorModel.open(path);
        };
    List<Exception> refused = new ArrayList<>();
    ModelHolder.Listener listener =
        new ModelHolder.Listener() {
          @Override
          public void refused(Path path, Exception why) {
            refused.add(why);
          }
        };
    try (ModelHolder holder = ModelHolder.open(served, Duration.ofDays(1), listener, opener)) {
      for (Error error : List.of(new OutOfMemoryError("Java heap space"), new InternalError())) {
        thrown.set(error);
        replaceBy(second);
        assertThat(holder.refresh()).isFalse();
        assertThat(refused.getLast())
            .hasCause(error)
            .hasMessageContaining(" must ")
            .hasMessageContaining(served.toString());
        assertThat(best(holder)).isEqualTo(best(first));
      }
      assertThat(refused).hasSize(2);
      thrown.set(null);
      replaceBy(second);
      assertThat(holder.refresh()).isTrue();
      assertThat(best(holder)).isEqualTo(best(second));
    }
  }

  @Test
  void anErrorDoesNotEndTheWatch() throws Exception {
    LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
    ModelHolder.Listener listener =
        new ModelHolder.Listener() {
          @Override
          public void swapped(FactorModel model) {
            heard.add(model.fingerprint());
            throw new OutOfMemoryError("a listener's");
          }
        };
    try (ModelHolder holder = ModelHolder.open(served, Duration.ofMillis(1), listener)) {
      for (Path next : List.of(second, first)) {
        replaceBy(next);
        assertThat(heard.poll(1, TimeUnit.MINUTES))
            .isEqualTo(holder.call(now -> now.model().fingerprint()));
      }
      assertThat(best(holder)).isEqualTo(best(first));
    }
  }
}
