package io.github.peccary.engine.ratings;

import static io.github.peccary.engine.ratings.RatingMatrices.triple;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peccary.engine.ratings.RatingMatrices.Triple;
import io.github.peccary.engine.storage.CorruptFileException;
import io.github.peccary.engine.storage.TensorFile;
import io.github.peccary.engine.storage.Verify;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RatingMatrixWriterTest {

  private static final List<Triple> TRIPLES =
      List.of(triple("u0", "i0", 1), triple("u0", "i1", 2), triple("u1", "i0", 3));

  @TempDir Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void leaveAnOldFile() throws Exception {
    file = Files.writeString(folder.resolve("r.safetensors"), "old");
  }

  @Test
  void theSameEventsGiveTheSameBytes() throws Exception {
    List<Triple> triples = RatingMatrices.random(50, 70, 0.1, 3);
    RatingMatrices.write(file, triples, Zero.IMPLICIT, Map.of(), Map.of("a", "1", "b", "2"));
    byte[] first = Files.readAllBytes(file);
    List<Triple> shuffled = new ArrayList<>(triples);
    Collections.shuffle(shuffled, new Random(1));
    RatingMatrices.write(file, shuffled, Zero.IMPLICIT, Map.of(), Map.of("b", "2", "a", "1"));
    assertThat(Files.readAllBytes(file)).isEqualTo(first);
  }

  @Test
  void whatAZeroSaysIsPartOfTheContent() throws Exception {
    List<Triple> triples = List.of(triple("a", "x", 0), triple("a", "y", -2), triple("b", "x", 4));
    RatingMatrices.write(file, triples, Zero.IMPLICIT, Map.of(), Map.of());
    String implicit;
    try (RatingMatrix matrix = RatingMatrix.open(file, Verify.CHECKSUMS)) {
      assertThat(matrix.ratings()).isEqualTo(2);
      assertThat(matrix.implicitEvents()).isEqualTo(1);
      assertThat(matrix.isRating(0f)).isFalse();
      assertThat(matrix.isRating(-0f)).isFalse();
      assertThat(matrix.isRating(-2f)).isTrue();
      assertThat(matrix.minRating()).isEqualTo(-2f);
      assertThat(matrix.maxRating()).isEqualTo(4f);
      assertThat(matrix.titles()).isNull();
      implicit = matrix.fingerprint();
    }
    RatingMatrices.write(file, triples, Zero.RATING, Map.of(), Map.of());
    try (RatingMatrix matrix = RatingMatrix.open(file, Verify.CHECKSUMS)) {
      assertThat(matrix.ratings()).isEqualTo(3);
      assertThat(matrix.implicitEvents()).isZero();
      assertThat(matrix.isRating(0f)).isTrue();
      assertThat(matrix.fingerprint()).isNotEqualTo(implicit);
    }
  }

  @Test
  void aFileMayHaveNoRatings() throws Exception {
    List<Triple> triples = List.of(triple("a", "x", 0), triple("b", "x", 0));
    RatingMatrices.write(file, triples, Zero.IMPLICIT, Map.of(), Map.of());
    try (RatingMatrix matrix = RatingMatrix.open(file, Verify.CHECKSUMS)) {
      assertThat(matrix.ratings()).isZero();
      assertThat(matrix.events()).isEqualTo(2);
      assertThat(matrix.minRating()).isNaN();
      assertThat(matrix.maxRating()).isNaN();
      assertThat(Holdout.leaveOut(matrix, Holdout.Scope.EVENTS, 1, 2, 1).contains(0, 0, 1))
          .isFalse();
    }
  }

  @Test
  void tensorsStandByFallingElementSize() throws Exception {
    RatingMatrices.write(
        file, TRIPLES, Zero.IMPLICIT, Map.of("i0", "title"), triple -> 881250949, Map.of());
    try (TensorFile read = TensorFile.open(file, Verify.CHECKSUMS)) {
      assertThat(read.tensors().stream().map(tensor -> tensor.spec().name()))
          .containsExactly(
              "user_offsets",
              "item_offsets",
              "user_ids_offsets",
              "item_ids_offsets",
              "item_titles_offsets",
              "user_times",
              "user_items",
              "item_users",
              "user_values",
              "item_values",
              "user_ids_order",
              "item_ids_order",
              "user_ids",
              "item_ids",
              "item_titles");
      assertThat(read.tensors().getFirst().offset() % 64).isZero();
    }
  }

  @Test
  void refusesAnotherNumberingAndLeavesTheOldFile() throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      List<String> users = List.of("u1", "u0");
      List<String> items = List.of("i0", "i1");
      assertThatThrownBy(
              () ->
                  RatingMatrixWriter.write(
                      file,
                      RatingMatrices.rows(TRIPLES, users, items, arena),
                      RatingMatrices.texts(users, arena),
                      RatingMatrices.texts(items, arena),
                      null,
                      Zero.IMPLICIT,
                      Map.of()))
          .isInstanceOf(CorruptFileException.class)
          .hasMessageStartingWith(
              "rows must be numbered by falling number of events, then by ascending id: tensor="
                  + "user_offsets, row=1, events=2, id=u0, eventsBefore=1, idBefore=u1");
    }
    assertThat(Files.readString(file)).isEqualTo("old");
    assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void refusesSizesThatDoNotFit() throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      List<String> two = List.of("a", "b");
      CompressedRows rows =
          RatingMatrices.rows(TRIPLES, List.of("u0", "u1"), List.of("i0", "i1"), arena);
      TextColumn ids = RatingMatrices.texts(two, arena);
      TextColumn three = RatingMatrices.texts(List.of("a", "b", "c"), arena);
      String rule = "there must be an id per user, an id and a title per item: users=2, ";
      assertRefused(rows, three, ids, null, rule + "userIds=3, items=2, itemIds=2");
      assertRefused(rows, ids, three, null, rule + "userIds=2, items=2, itemIds=3");
      assertRefused(rows, ids, ids, three, rule + "userIds=2, items=2, itemIds=2, titles=3");
      CompressedRows none = RatingMatrices.rows(List.of(), two, two, arena);
      assertRefused(none, ids, ids, null, "a file of ratings must have events: events=0");
      assertThatThrownBy(
              () -> new CompressedRows(3, 2, rows.offsets(), rows.indices(), rows.values()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "offsets must be rows + 1 longs, indices and values as many: rows=3,"
                  + " offsetsBytes=24, indicesBytes=12, valuesBytes=12");
      assertThatThrownBy(() -> new TextColumn(3, ids.bytes(), ids.offsets()))
          .hasMessage("offsets must be size + 1 longs: size=3, bytes=24");
    }
  }

  private void assertRefused(
      CompressedRows rows,
      TextColumn userIds,
      TextColumn itemIds,
      @Nullable TextColumn titles,
      String sentence)
      throws Exception {
    assertThatThrownBy(
            () ->
                RatingMatrixWriter.write(
                    file, rows, userIds, itemIds, titles, Zero.IMPLICIT, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(sentence);
    assertThat(Files.readString(file)).isEqualTo("old");
  }
}
