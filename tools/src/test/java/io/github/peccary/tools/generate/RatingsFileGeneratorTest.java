package io.github.peccary.tools.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.peccary.engine.ratings.CompressedRows;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RatingsFileGeneratorTest {
  /// More users than one range of work has.
  private static final RatingsShape SHAPE = RatingsShape.of(5_000, 1_500, 200_000);

  @TempDir private Path folder;

  private Path generate(RatingsShape shape, long seed, int threads) throws IOException {
    Path output = folder.resolve("ratings-%d-%d.safetensors".formatted(seed, threads));
    RatingsFileGenerator.generate(
        new RatingsFileConfig(shape, seed, output, threads), GeneratorListener.NONE);
    return output;
  }

  @Test
  void theBytesDependOnTheSeedAndNotOnTheThreads() throws IOException {
    Path one = generate(SHAPE, 42, 1);
    assertThat(Files.mismatch(one, generate(SHAPE, 42, 2))).isEqualTo(-1);
    assertThat(Files.mismatch(one, generate(SHAPE, 42, 5))).isEqualTo(-1);
    assertThat(Files.mismatch(one, generate(SHAPE, 43, 1))).isNotEqualTo(-1);
  }

  /// That no pair occurs twice, and that users and items are numbered as they should be, is what
  /// opening a file with its checksums checks.
  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "1, 9, 9",
    "9, 1, 9",
    "12, 12, 12",
    "12, 12, 144",
    "12, 12, 143",
    "40, 1100, 1200",
    "1100, 40, 30000",
    "5000, 1500, 200000",
  })
  void filesOfAnySizeHaveTheTotalsAskedFor(int users, int items, long ratings) throws IOException {
    RatingsShape shape = RatingsShape.of(users, items, ratings);
    try (RatingMatrix matrix = RatingMatrix.open(generate(shape, 1, 2), Verify.CHECKSUMS)) {
      assertThat(matrix.users()).isEqualTo(users);
      assertThat(matrix.items()).isEqualTo(items);
      CompressedRows byUser = matrix.byUser();
      assertThat(byUser.entries()).isEqualTo(ratings);
      int[] sizes = shape.userSizes();
      for (int user = 0; user < users; user++) {
        assertThat(byUser.end(user) - byUser.start(user)).isEqualTo(sizes[user]);
      }
      CompressedRows byItem = matrix.byItem();
      assertThat(byItem.end(items - 1) - byItem.start(items - 1))
          .as("ratings of the coldest item")
          .isPositive();
    }
  }

  @Test
  void popularityFallsAsItsLaw() throws IOException {
    try (RatingMatrix matrix = RatingMatrix.open(generate(SHAPE, 2, 2), Verify.CHECKSUMS)) {
      int[] weights = SHAPE.itemWeights();
      CompressedRows byItem = matrix.byItem();
      for (int item : new int[] {40, 150, 500, 1_000}) {
        assertThat((double) (byItem.end(item) - byItem.start(item)) / weights[item])
            .as("item=%d, weight=%d", item, weights[item])
            .isBetween(0.75, 1.4);
      }
    }
  }

  @Test
  void ratingsAreHalvesWithTheMomentsAskedFor() throws IOException {
    try (RatingMatrix matrix = RatingMatrix.open(generate(SHAPE, 3, 2), Verify.CHECKSUMS)) {
      CompressedRows byUser = matrix.byUser();
      double sum = 0;
      double squares = 0;
      for (long position = 0; position < byUser.entries(); position++) {
        float value = byUser.value(position);
        assertThat(value).isBetween(0.5f, 5f);
        assertThat(value * 2).isEqualTo((float) Math.rint(value * 2));
        sum += value;
        squares += value * value;
      }
      double mean = sum / byUser.entries();
      assertThat(mean).isCloseTo(3.5, within(0.1));
      assertThat(Math.sqrt(squares / byUser.entries() - mean * mean)).isCloseTo(0.9, within(0.05));
    }
  }

  @Test
  void progressEndsWithAllRatings() throws IOException {
    List<Long> heard = new ArrayList<>();
    RatingsFileGenerator.generate(
        new RatingsFileConfig(SHAPE, 4, folder.resolve("r.safetensors"), 3),
        (made, planned) -> {
          assertThat(planned).isEqualTo(SHAPE.ratings());
          heard.add(made);
        });
    assertThat(heard).isSorted().endsWith(SHAPE.ratings());
  }
}
