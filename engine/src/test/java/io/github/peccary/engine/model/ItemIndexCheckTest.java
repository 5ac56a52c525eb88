package io.github.peccary.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.peccary.engine.model.ItemIndex.Bound;
import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.recommend.ItemFilter;
import io.github.peccary.engine.recommend.Recommender;
import io.github.peccary.engine.recommend.ScoredItem;
import io.github.peccary.engine.recommend.Similarity;
import io.github.peccary.engine.storage.CorruptFileException;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Indexes whose checksums are right and whose numbers are not.
class ItemIndexCheckTest {
  private static final int USERS = 8;
  private static final int UNTRAINED = 2;
  private static final Set<String> TENSORS =
      Set.of(ItemIndex.BLOCKS, ItemIndex.CODES, ItemIndex.ITEMS);

  @TempDir Path folder;
  private Path good;
  private Path file;

  /// Three blocks, the last of which is not full.
  @BeforeEach
  void writeModel() throws IOException {
    good = folder.resolve("good.safetensors");
    file = folder.resolve("model.safetensors");
    try (RatingMatrix ratings =
        RatingMatrices.open(
            folder.resolve("ratings.safetensors"), RatingMatrices.random(USERS, 170, 0.4, 1))) {
      Models.of(ratings, 1).blended().trainedItems(item -> item != UNTRAINED).write(good);
    }
    Files.copy(good, file);
  }

  private void change(String tensor, Consumer<MemorySegment> edit) throws IOException {
    change(Set.of(tensor), (_, bytes) -> edit.accept(bytes));
  }

  private void change(Set<String> tensors, BiConsumer<String, MemorySegment> edit)
      throws IOException {
    Files.copy(good, file, StandardCopyOption.REPLACE_EXISTING);
    ModelEdit.rewrite(file, Map.of(), tensors, edit);
  }

  private void setBound(int block, Bound bound, float value) throws IOException {
    change(ItemIndex.BLOCKS, bytes -> setBound(bytes, block, bound, value));
  }

  private static void setBound(MemorySegment bytes, int block, Bound bound, float value) {
    long at = (long) block * ItemIndex.BLOCK_FLOATS + bound.column;
    bytes.setAtIndex(ValueLayout.JAVA_FLOAT, at, value);
  }

  private void setItem(int place, int item) throws IOException {
    change(ItemIndex.ITEMS, bytes -> bytes.setAtIndex(ValueLayout.JAVA_INT, place, item));
  }

  private float bound(int block, Bound bound) throws IOException {
    try (FactorModel model = FactorModel.open(good)) {
      return model.itemIndex().get(block, bound);
    }
  }

  private void assertRefused(String message) {
    assertThatExceptionOfType(CorruptFileException.class)
        .isThrownBy(() -> FactorModel.open(file).close())
        .withMessageContaining(message)
        .withMessageContaining(file.toString());
  }

  /// Of users in and outside of the model, and of items.
  private static List<List<ScoredItem>> rankings(Path file, Verify verify) throws IOException {
    List<List<ScoredItem>> rankings = new ArrayList<>();
    try (FactorModel model = FactorModel.open(file, verify)) {
      for (Recommender by : List.of(new Recommender(model), Recommender.withoutBlend(model))) {
        for (int user = 0; user < USERS; user++) {
          rankings.add(by.recommend(user, 1 + 3 * user));
        }
        FoldIn folded = new FoldIn(model, new int[] {5, 9}, new float[] {9, 3});
        rankings.add(by.recommend(folded, 5, ItemFilter.unseen().preferEvents(3)));
      }
      for (Similarity by : Similarity.values()) {
        for (int item = 0; item < 10; item++) {
          rankings.add(new Recommender(model).similar(item, 4, ItemFilter.all(), by));
        }
      }
    }
    return rankings;
  }

  @ParameterizedTest
  @EnumSource
  void boundsMustBeNumbersAndNoneTooLow(Bound bound) throws IOException {
    for (int block = 0; block < 3; block++) {
      for (float none : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
        setBound(block, bound, none);
        assertRefused("tensor index_blocks must be finite, and no bound below what it is of");
      }
      setBound(block, bound, -100);
      assertRefused("tensor index_blocks must b");
      float right = bound(block, bound);
      assertThat(right).isNotZero();
      setBound(block, bound, right - Math.abs(right) * 0.01f);
      assertRefused("tensor index_blocks must b");
    }
  }

  @Test
  void whatABoundMustHoldOfIsNamed() throws IOException {
    setBound(1, Bound.NORM, 0);
    assertRefused("tensor index_blocks must bound its items: block=1, NORM=0.0, item=");
  }

  @Test
  void codesMustBeOfTheirItems() throws IOException {
    change(ItemIndex.CODES, bytes -> bytes.set(ValueLayout.JAVA_BYTE, 7, (byte) -128));
    assertRefused("tensor index_blocks must bound its items: block=0, ERROR=");
    change(ItemIndex.CODES, bytes -> bytes.fill((byte) 0));
    assertRefused("tensor index_blocks must bound its items: block=0, ERROR=");
  }

  /// An error that is large enough bounds any codes, but not the sums that they are in.
  @Test
  void codesMustNotBeLongerThanSumsHaveRoomFor() throws IOException {
    change(
        Set.of(ItemIndex.BLOCKS, ItemIndex.CODES),
        (tensor, bytes) -> {
          if (tensor.equals(ItemIndex.CODES)) {
            bytes.fill(Byte.MAX_VALUE);
          } else {
            setBound(bytes, 0, Bound.ERROR, 100);
          }
        });
    assertRefused("tensor index_codes must have norms of at most 181: item=");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, Integer.MIN_VALUE, 170, Integer.MAX_VALUE, UNTRAINED})
  void itemsMustBeTrainedOnes(int item) throws IOException {
    setItem(130, item);
    assertRefused(
        "tensor index_items must hold the trained items, each once: place=130, found=" + item);
  }

  @Test
  void everyTrainedItemMustBeThereOnce() throws IOException {
    try (FactorModel model = FactorModel.open(good)) {
      assertThat(model.itemIndex().size()).isEqualTo(model.items() - 1).isBetween(131, 191);
      setItem(130, model.itemIndex().item(0));
    }
    assertRefused("tensor index_items must hold the trained items, each once: place=130");
    change(
        ModelFormat.ITEM_FACTORS, bytes -> bytes.setAtIndex(ValueLayout.JAVA_FLOAT, 16 * 2, 0.5f));
    assertRefused("tensor index_items must hold all trained items: missing=2");
  }

  /// Whatever number is another one: it is found, or does no harm.
  @Test
  void whatIsAcceptedRanksAsEver() throws IOException {
    List<List<ScoredItem>> expected = rankings(good, Verify.CHECKSUMS);
    List<String> tensors = TENSORS.stream().sorted().toList();
    int accepted = 0;
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      change(tensors.get(seed % 3), bytes -> damage(bytes, random, 1));
      try {
        assertThat(rankings(file, Verify.CHECKSUMS)).as("seed=%d", seed).isEqualTo(expected);
        accepted++;
      } catch (CorruptFileException e) {
        assertThat(e).as("seed=%d", seed).hasMessageContaining("tensor index_");
      }
    }
    assertThat(accepted).isBetween(1, 199);
  }

  @Test
  void withoutChecksRankingsMayBeWrongAndNothingElse() throws IOException {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      change(TENSORS, (_, bytes) -> damage(bytes, random, 1 << random.nextInt(12)));
      assertThat(rankings(file, Verify.STRUCTURE))
          .as("seed=%d", seed)
          .allSatisfy(
              ranking ->
                  assertThat(ranking).allMatch(item -> item.item() >= 0 && item.item() < 170));
    }
  }

  /// Changes numbers, in an order of magnitude that they could be of.
  private static void damage(MemorySegment bytes, Random random, int times) {
    for (int i = 0; i < times; i++) {
      long at = random.nextLong(bytes.byteSize() / Float.BYTES);
      switch (random.nextInt(4)) {
        case 0 -> bytes.setAtIndex(ValueLayout.JAVA_INT, at, random.nextInt());
        case 1 -> bytes.setAtIndex(ValueLayout.JAVA_INT, at, random.nextInt(170));
        case 2 -> bytes.set(ValueLayout.JAVA_BYTE, at, (byte) random.nextInt());
        default -> {
          float before = bytes.getAtIndex(ValueLayout.JAVA_FLOAT, at);
          bytes.setAtIndex(ValueLayout.JAVA_FLOAT, at, before * 2 * random.nextFloat());
        }
      }
    }
  }
}
