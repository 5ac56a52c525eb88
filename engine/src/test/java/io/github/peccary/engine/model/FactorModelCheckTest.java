package io.github.peccary.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.storage.CorruptFileException;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files whose checksums are right and whose numbers are not, as another program might write them.
class FactorModelCheckTest {
  @TempDir Path folder;
  private Path file;
  private Path ratingsFile;

  @BeforeEach
  void writeModel() throws IOException {
    file = folder.resolve("model.safetensors");
    ratingsFile = folder.resolve("ratings.safetensors");
    try (RatingMatrix ratings =
        RatingMatrices.open(ratingsFile, RatingMatrices.random(20, 15, 0.3, 1))) {
      Models.of(ratings, 1).rank(5).write(file);
    }
  }

  /// Writes the model again with one tensor changed.
  private void change(String tensor, Consumer<MemorySegment> edit) throws IOException {
    rewrite(new HashMap<>(), tensor, edit);
  }

  /// Writes the model again with one entry of the metadata changed, or taken away.
  private void say(String key, String value) throws IOException {
    rewrite(Map.of(key, value), "", bytes -> {});
  }

  private void rewrite(Map<String, String> changes, String changed, Consumer<MemorySegment> edit)
      throws IOException {
    ModelEdit.rewrite(file, changes, Set.of(changed), (_, bytes) -> edit.accept(bytes));
  }

  private void assertRefused(Verify verify, String message) {
    assertThatExceptionOfType(CorruptFileException.class)
        .isThrownBy(() -> FactorModel.open(file, verify).close())
        .withMessageContaining(message)
        .withMessageContaining(file.toString());
  }

  private static Consumer<MemorySegment> setFloat(long index, float value) {
    return bytes -> bytes.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
  }

  @Test
  void anUnchangedCopyIsFine() throws IOException {
    change("user_factors", bytes -> {});
    assertThatCode(() -> FactorModel.open(file, Verify.CHECKSUMS).close())
        .doesNotThrowAnyException();
  }

  @Test
  void factorsMustBeFinite() throws IOException {
    change("user_factors", setFloat(16 * 3 + 2, Float.POSITIVE_INFINITY));
    assertRefused(
        Verify.CHECKSUMS, "tensor user_factors must be finite: row=3, column=2, found=Infinity");
  }

  /// Whichever thread comes first: the factors, and not what is made of them.
  @Test
  void ofSeveralProblemsTheSameOneIsTold() throws IOException {
    change("item_factors", setFloat(16 * 3 + 2, 1e9f));
    change("seen_items", bytes -> bytes.setAtIndex(ValueLayout.JAVA_INT, 0, -1));
    change("user_factors", setFloat(16 * 3 + 2, Float.NaN));
    for (int repeat = 0; repeat < 50; repeat++) {
      assertRefused(
          Verify.CHECKSUMS, "tensor user_factors must be finite: row=3, column=2, found=NaN");
    }
  }

  @Test
  void constantColumnsMustHoldTheirConstants() throws IOException {
    change("user_factors", setFloat(16 * 3 + 6, 2f));
    assertRefused(
        Verify.CHECKSUMS,
        "tensor user_factors must have its constants: row=3, column=6, found=2.0, expected=1.0");
  }

  @Test
  void columnsAfterTheBiasesMustBeZero() throws IOException {
    change("item_factors", setFloat(16 * 2 + 7, 0.5f));
    assertRefused(
        Verify.CHECKSUMS,
        "tensor item_factors must have its constants: row=2, column=7, found=0.5, expected=0.0");
  }

  @Test
  void withoutBiasesBothColumnsMustBeZero() throws IOException {
    try (RatingMatrix ratings = RatingMatrix.open(ratingsFile, Verify.CHECKSUMS)) {
      Models.of(ratings, 1).rank(5).withoutRidge().write(file);
    }
    say(ModelFormat.BIASES, "false");
    assertRefused(Verify.CHECKSUMS, "tensor user_factors must have its constants: row=0, column=5");
  }

  @Test
  void baselineMustBeFinite() throws IOException {
    change("item_biases", setFloat(4, Float.NaN));
    assertRefused(Verify.CHECKSUMS, "tensor item_biases must be finite: row=4, found=NaN");
  }

  @Test
  void whatARowIsSolvedWithMustNotBeNegative() throws IOException {
    change("user_ridge", setFloat(3, -1f));
    assertRefused(
        Verify.CHECKSUMS,
        "tensor user_ridge must be finite and not negative, and above 0 for the bias: column=3,"
            + " found=-1.0");
    change("user_ridge", setFloat(3, Float.NaN));
    assertRefused(Verify.CHECKSUMS, "above 0 for the bias: column=3, found=NaN");
    change("user_ridge", setFloat(3, 0));
    change("user_ridge", setFloat(5, 0));
    assertRefused(Verify.CHECKSUMS, "above 0 for the bias: column=5, found=0.0");
  }

  @Test
  void whatARowIsSolvedWithHasItsNumbers() throws IOException {
    say("peccary.ridge.perEvent", "0");
    assertRefused(Verify.STRUCTURE, "peccary.ridge.perEvent must be finite, and above 0: 0");
    say("peccary.ridge.perEvent", "much");
    assertRefused(Verify.STRUCTURE, "peccary.ridge.perEvent must be a number: much");
    rewrite(
        Map.of("peccary.ridge.perEvent", "1", "peccary.ridge.popularityDecay", "-1"),
        "",
        bytes -> {});
    assertRefused(
        Verify.STRUCTURE, "peccary.ridge.popularityDecay must be finite, and 0 or more: -1");
  }

  @Test
  void popularityMustNotBeNegative() throws IOException {
    change("item_popularity", bytes -> bytes.setAtIndex(ValueLayout.JAVA_INT, 1, -2));
    assertRefused(
        Verify.CHECKSUMS, "tensor item_popularity must not be negative: item=1, events=-2");
  }

  @Test
  void seenOffsetsMustEndWithTheEvents() throws IOException {
    change("seen_offsets", bytes -> bytes.setAtIndex(ValueLayout.JAVA_LONG, 20, 1));
    assertRefused(
        Verify.STRUCTURE,
        "tensor seen_offsets must go from 0 to the number of events: first=0, last=1");
  }

  @Test
  void seenOffsetsMustNotFall() throws IOException {
    change("seen_offsets", bytes -> bytes.setAtIndex(ValueLayout.JAVA_LONG, 2, 0));
    assertRefused(Verify.CHECKSUMS, "tensor seen_offsets must never fall: user=1, start=");
  }

  @Test
  void seenItemsMustBeItems() throws IOException {
    change("seen_items", bytes -> bytes.setAtIndex(ValueLayout.JAVA_INT, 0, -1));
    assertRefused(
        Verify.CHECKSUMS,
        "tensor seen_items must hold items, ascending within a user: user=0, before=-1, found=-1");
  }

  @Test
  void metadataMustSayWhatTheRowsAre() throws IOException {
    say(ModelFormat.STRIDE, "32");
    assertRefused(Verify.STRUCTURE, "stride must be rank + 2 rounded up to 16: rank=5, stride=32");
  }

  @Test
  void aRankMustBeOne() throws IOException {
    say(ModelFormat.RANK, "0");
    assertRefused(Verify.STRUCTURE, "rank must be from 1 to 65536: rank=0");
  }

  @Test
  void anotherStrideDoesNotFitTheTensor() throws IOException {
    rewrite(Map.of(ModelFormat.RANK, "20", ModelFormat.STRIDE, "32"), "", bytes -> {});
    assertRefused(Verify.STRUCTURE, "user_factors");
  }

  @Test
  void numbersInTheMetadataMustBeNumbers() throws IOException {
    say(ModelFormat.GLOBAL_MEAN, "seven");
    assertRefused(Verify.STRUCTURE, "peccary.globalMean must be a number: seven");
  }

  @Test
  void numbersInTheMetadataMustBeFinite() throws IOException {
    say(ModelFormat.GLOBAL_MEAN, "NaN");
    assertRefused(Verify.STRUCTURE, "peccary.globalMean must be finite: NaN");
  }

  @Test
  void theScaleMustNotBeEmpty() throws IOException {
    say(ModelFormat.MIN_RATING, "11");
    assertRefused(
        Verify.STRUCTURE, "the rating scale must not be empty: minRating=11.0, maxRating=10.0");
  }

  /// No number is clipped to a scale that the JDK takes for none.
  @Test
  void aScaleFromZeroToMinusZeroIsEmpty() throws IOException {
    rewrite(Map.of(ModelFormat.MIN_RATING, "0.0", ModelFormat.MAX_RATING, "-0.0"), "", bytes -> {});
    assertRefused(
        Verify.STRUCTURE, "the rating scale must not be empty: minRating=0.0, maxRating=-0.0");
  }

  @Test
  void withoutChecksumsWrongSeenOffsetsGiveWrongAnswersAndNothingElse() throws IOException {
    change(
        "seen_offsets",
        bytes -> {
          bytes.setAtIndex(ValueLayout.JAVA_LONG, 2, 1L << 60);
          bytes.setAtIndex(ValueLayout.JAVA_LONG, 3, -9);
        });
    try (FactorModel model = FactorModel.open(file, Verify.STRUCTURE)) {
      for (int user = 0; user < 5; user++) {
        assertThat(model.seenStart(user)).isBetween(0L, model.seenCount());
        assertThat(model.seenEnd(user)).isBetween(0L, model.seenCount());
        assertThat(model.seen(user, -1)).isFalse();
      }
    }
  }

  @Test
  void aFlagMustBeTrueOrFalse() throws IOException {
    say(ModelFormat.REFIT, "yes");
    assertRefused(Verify.STRUCTURE, "peccary.refit must be true or false: yes");
  }

  @Test
  void everyEntryMustBeThere() throws IOException {
    say(ModelFormat.HOLDOUT, "");
    assertRefused(Verify.STRUCTURE, "peccary.holdout");
  }

  @Test
  void aFileOfRatingsIsNoModel() {
    file = ratingsFile;
    assertRefused(Verify.STRUCTURE, "must be a model file: kind=ratings");
  }
}
