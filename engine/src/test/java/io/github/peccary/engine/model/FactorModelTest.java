package io.github.peccary.engine.model;

import static io.github.peccary.engine.ratings.RatingMatrices.triple;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.github.peccary.engine.ratings.CompressedRows;
import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.ratings.Titles;
import io.github.peccary.engine.ratings.Zero;
import io.github.peccary.engine.storage.CorruptFileException;
import io.github.peccary.engine.storage.TensorFile;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FactorModelTest {
  @TempDir Path folder;
  private RatingMatrix ratings;

  @BeforeEach
  void openRatings() throws IOException {
    ratings =
        RatingMatrices.open(
            folder.resolve("ratings.safetensors"), RatingMatrices.random(40, 30, 0.2, 1));
  }

  @AfterEach
  void closeRatings() {
    ratings.close();
  }

  private Path file() {
    return folder.resolve("model.safetensors");
  }

  @Test
  void predictsTheMeanPlusTheProductOfTheRows() throws IOException {
    for (int rank : new int[] {1, 13, 14, 15, 30, 62}) {
      try (FactorModel model = Models.of(ratings, rank).rank(rank).open(file())) {
        assertThat(model.rank()).isEqualTo(rank);
        assertThat(model.stride()).isEqualTo((rank + 2 + 15) / 16 * 16);
        for (int user = 0; user < model.users(); user++) {
          int item = user % model.items();
          double expected = model.globalMean();
          expected += model.userFactors().get(user, rank) + model.itemFactors().get(item, rank + 1);
          for (int column = 0; column < rank; column++) {
            expected +=
                (double) model.userFactors().get(user, column)
                    * model.itemFactors().get(item, column);
          }
          assertThat((double) model.predict(user, item))
              .as("rank=%d, user=%d, item=%d", rank, user, item)
              .isCloseTo(expected, within(1e-4));
        }
      }
    }
  }

  @Test
  void carriesWhatServingNeedsOverFromTheRatings() throws IOException {
    try (FactorModel model = Models.of(ratings, 1).open(file())) {
      assertThat(model.users()).isEqualTo(ratings.users());
      assertThat(model.items()).isEqualTo(ratings.items());
      assertThat(model.ratingsFingerprint()).isEqualTo(ratings.fingerprint());
      assertThat(model.minRating()).isEqualTo(ratings.minRating());
      assertThat(model.maxRating()).isEqualTo(ratings.maxRating());
      assertThat(model.objective()).isEqualTo("rating");
      assertThat(model.holdout()).isEqualTo("none");
      assertThat(model.refit()).isFalse();
      assertThat(model.metadata()).containsEntry("peccary.train.seed", "42");
      assertThat(model.titles()).isNull();
      for (int user = 0; user < model.users(); user++) {
        assertThat(model.userIds().id(user)).isEqualTo(ratings.userIds().id(user));
      }
      CompressedRows byItem = ratings.byItem();
      for (int item = 0; item < model.items(); item++) {
        assertThat(model.itemIds().indexOf(ratings.itemIds().id(item))).isEqualTo(item);
        assertThat((long) model.itemPopularity(item))
            .isEqualTo(byItem.end(item) - byItem.start(item));
      }
    }
  }

  @Test
  void knowsWhatEachUserHasSeen() throws IOException {
    try (FactorModel model = Models.of(ratings, 1).open(file())) {
      CompressedRows byUser = ratings.byUser();
      for (int user = 0; user < model.users(); user++) {
        List<Integer> expected =
            LongStream.range(byUser.start(user), byUser.end(user)).mapToObj(byUser::index).toList();
        List<Integer> found =
            LongStream.range(model.seenStart(user), model.seenEnd(user))
                .mapToObj(model::seenItem)
                .toList();
        assertThat(found).isEqualTo(expected);
        for (int item = 0; item < model.items(); item++) {
          assertThat(model.seen(user, item)).isEqualTo(expected.contains(item));
        }
      }
    }
  }

  @Test
  void worksWithoutSeenItemsButSaysSoWhenAsked() throws IOException {
    try (FactorModel model = Models.of(ratings, 1).withoutSeen().open(file())) {
      assertThat(model.hasSeen()).isFalse();
      assertThatIllegalStateException()
          .isThrownBy(() -> model.seen(0, 0))
          .withMessageContaining("train it without --no-seen")
          .withMessageContaining("model.safetensors");
    }
  }

  @Test
  void tellsTrainedRowsFromOthers() throws IOException {
    for (boolean biases : new boolean[] {true, false}) {
      Models models =
          Models.of(ratings, 3).trainedUsers(user -> user != 7).trainedItems(item -> item != 4);
      try (FactorModel model = (biases ? models : models.withoutBiases()).open(file())) {
        assertThat(model.hasBiases()).isEqualTo(biases);
        assertThat(model.userTrained(6)).isTrue();
        assertThat(model.userTrained(7)).isFalse();
        assertThat(model.itemTrained(3)).isTrue();
        assertThat(model.itemTrained(4)).isFalse();
        float itemBias = biases ? model.itemFactors().get(3, model.rank() + 1) : 0;
        assertThat(model.predict(7, 3)).isEqualTo(model.globalMean() + itemBias);
        assertThat(model.predict(7, 4)).isEqualTo(model.globalMean());
      }
    }
  }

  @Test
  void clipsToTheScaleOfTheRatings() throws IOException {
    try (FactorModel model = Models.of(ratings, 1).open(file())) {
      assertThat(model.clip(-3)).isEqualTo(model.minRating()).isEqualTo(1);
      assertThat(model.clip(12)).isEqualTo(model.maxRating()).isEqualTo(10);
      assertThat(model.clip(4.5f)).isEqualTo(4.5f);
    }
  }

  @Test
  void keepsTitles() throws IOException {
    Path path = folder.resolve("titled.safetensors");
    RatingMatrices.write(
        path,
        List.of(triple("u1", "a", 5), triple("u1", "b", 3), triple("u2", "a", 1)),
        Zero.IMPLICIT,
        Map.of("a", "Überfahrt"),
        Map.of());
    try (RatingMatrix titled = RatingMatrix.open(path, Verify.CHECKSUMS);
        FactorModel model = Models.of(titled, 1).open(file())) {
      Titles titles = Objects.requireNonNull(model.titles());
      assertThat(titles.title(model.itemIds().indexOf("a"))).isEqualTo("Überfahrt");
      assertThat(titles.title(model.itemIds().indexOf("b"))).isNull();
    }
  }

  @Test
  void rowsLieAtMultiplesOf64BytesInTheFile() throws IOException {
    Models.of(ratings, 1).rank(30).write(file());
    try (TensorFile file = TensorFile.open(file(), Verify.STRUCTURE)) {
      assertThat(file.tensors().get(0).spec().name()).isEqualTo("user_factors");
      assertThat(file.tensors().get(1).spec().name()).isEqualTo("item_factors");
      assertThat(file.tensors().get(0).offset() % 64).isZero();
      assertThat(file.tensors().get(1).offset() % 64).isZero();
    }
  }

  @Test
  void theBaselineComesBackAsItWas() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      float[] users = new float[ratings.users()];
      float[] items = new float[ratings.items()];
      users[3] = 1.5f;
      items[2] = -0.25f;
      new FactorModelWriter(
              ratings,
              FactorMatrix.allocate(arena, ratings.users(), 4),
              FactorMatrix.allocate(arena, ratings.items(), 4),
              new DampedBiases(7.5f, users, items),
              Models.of(ratings, 1).withoutBiases().metadata())
          .write(file());
    }
    try (FactorModel model = FactorModel.open(file(), Verify.CHECKSUMS)) {
      DampedBiases biases = model.biases();
      assertThat(biases.globalMean()).isEqualTo(7.5f);
      assertThat(biases.user()).hasSize(ratings.users());
      assertThat(biases.user()[3]).isEqualTo(1.5f);
      assertThat(biases.item()[2]).isEqualTo(-0.25f);
    }
  }

  @Test
  void refusesAnIndexThatIsNone() throws IOException {
    try (FactorModel model = Models.of(ratings, 1).open(file())) {
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> model.predict(model.users(), 0));
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> model.predict(0, -1));
    }
  }

  @Test
  void closingUnmaps() throws IOException {
    FactorModel model = Models.of(ratings, 1).open(file());
    model.close();
    assertThatIllegalStateException().isThrownBy(() -> model.predict(0, 0));
  }

  @Test
  void writerRefusesRowsOfOtherRatings() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      FactorMatrix users = FactorMatrix.allocate(arena, ratings.users(), 4);
      FactorMatrix items = FactorMatrix.allocate(arena, ratings.items() - 1, 4);
      DampedBiases biases =
          new DampedBiases(1, new float[ratings.users()], new float[ratings.items()]);
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  new FactorModelWriter(
                          ratings, users, items, biases, Models.of(ratings, 1).metadata())
                      .globalMean(1)
                      .write(file()))
          .withMessageContaining("rows=" + (ratings.items() - 1))
          .withMessageContaining("items=" + ratings.items());
    }
  }

  @Test
  void writerRefusesFactorsThatAreNotFiniteAndLeavesTheOldFile() throws IOException {
    Models.of(ratings, 1).write(file());
    byte[] before = Files.readAllBytes(file());
    try (Arena arena = Arena.ofConfined()) {
      FactorMatrix users = FactorMatrix.allocate(arena, ratings.users(), 4);
      FactorMatrix items = FactorMatrix.allocate(arena, ratings.items(), 4);
      items.set(5, 2, Float.NaN);
      DampedBiases biases =
          new DampedBiases(1, new float[ratings.users()], new float[ratings.items()]);
      assertThatExceptionOfType(CorruptFileException.class)
          .isThrownBy(
              () ->
                  new FactorModelWriter(
                          ratings,
                          users,
                          items,
                          biases,
                          Models.of(ratings, 1).withoutBiases().metadata())
                      .globalMean(1)
                      .write(file()))
          .withMessageContaining("tensor item_factors must be finite: row=5, column=2, found=NaN");
    }
    assertThat(Files.readAllBytes(file())).isEqualTo(before);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("model.safetensors", "ratings.safetensors");
    }
  }
}
