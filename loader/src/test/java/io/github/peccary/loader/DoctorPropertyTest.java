package io.github.peccary.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.ratings.Zero;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A doctor's report on random dirty rows, and what maps say of them.
class DoctorPropertyTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void theDoctorFindsWhatMapsFind(long seed) throws Exception {
    Random random = new Random(seed);
    List<@Nullable Object[]> rows = rows(random, seed);
    Zero zero = random.nextBoolean() ? Zero.IMPLICIT : Zero.RATING;
    ItemIds itemIds = seed % 4 == 0 ? ItemIds.VERBATIM : ItemIds.ISBN;
    LoadConfig config =
        config("random", rows.toArray(Object[][]::new)).withZero(zero).withItemIds(itemIds);
    String message = "seed=%d, zero=%s, itemIds=%s".formatted(seed, zero, itemIds);

    DoctorReport report = Doctor.examine(config, LoadListener.NONE);
    assertThat(withoutSeconds(report))
        .as(message)
        .usingRecursiveComparison()
        .isEqualTo(DoctorOracle.report(rows, zero, itemIds));

    // again, with hardly any memory: most is in files then
    DoctorReport spilled =
        Doctor.examine(config, LoadListener.NONE, 1 << random.nextInt(18), seed % 2 * 100_000);
    assertThat(withoutSeconds(spilled)).as(message).isEqualTo(withoutSeconds(report));
    try (var files = Files.list(folder)) {
      assertThat(files).as(message).hasSize(1);
    }

    LoadReport loaded = Loader.load(config, LoadListener.NONE);
    assertThat(report.ratings()).as(message).isEqualTo(loaded.ratings());
    assertThat(report.implicit()).as(message).isEqualTo(loaded.implicit());
    assertThat(report.users()).as(message).isEqualTo(loaded.users());
    assertThat(report.items()).as(message).isEqualTo(loaded.items());
    assertThat(report.duplicates().rows()).as(message).isEqualTo(loaded.duplicates());
    assertThat(report.rejected()).as(message).isEqualTo(loaded.rejected());
  }

  private static List<@Nullable Object[]> rows(Random random, long seed) {
    int count = 1 + random.nextInt(seed > 5 ? 12_000 : 900);
    int books = 1 + random.nextInt(400);
    boolean many = random.nextBoolean();
    List<@Nullable Object[]> rows = new ArrayList<>();
    while (rows.size() < count) {
      // squares, so that some have many and some few
      String user = "u" + (int) (200 * Math.pow(random.nextDouble(), 3));
      Object value = many ? random.nextInt(-100, 100) / 8f : random.nextInt(11);
      Object item = DirtyIds.typed(random, books);
      rows.add(
          switch (random.nextInt(40)) {
            case 0 -> Databases.row(null, item, value);
            case 1 -> Databases.row(user, "- -", value);
            case 2 -> Databases.row(user, item, "many");
            case 3 -> Databases.row(user, item, "nan");
            default -> Databases.row(user, item, value);
          });
    }
    return rows;
  }

  @Test
  void aSourceWithoutAGoodRowHasAReport() throws Exception {
    DoctorReport report =
        Doctor.examine(
            config("bad", Databases.row("a", "b", "c"), Databases.row("a", null, 1)),
            LoadListener.NONE);
    assertThat(report.rows()).isEqualTo(2);
    assertThat(report.events()).isZero();
    assertThat(report.rejections())
        .extracting(Rejection::toString)
        .containsExactly("row 2: null, item=null", "row 1: nonNumeric, rating='c'");
    assertThat(Doctor.examine(config("empty"), LoadListener.NONE).rows()).isZero();
  }

  @Test
  void collectorsAreThoseWithVeryManyEvents() throws Exception {
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (int i = 0; i < 12_000; i++) {
      // 1,001 of one, 1,000 of another, 110 of a third who has less than 1 % of all
      String user = i < 1_001 ? "most" : i < 2_001 ? "many" : i < 2_111 ? "some" : "u" + i;
      rows.add(Databases.row(user, "i" + i, i % 2));
    }
    DoctorReport report =
        Doctor.examine(config("all", rows.toArray(Object[][]::new)), LoadListener.NONE);
    assertThat(report.collectors())
        .containsExactly(
            new DoctorReport.Collector("most", 1_001, 500, 501, 1),
            new DoctorReport.Collector("many", 1_000, 500, 500, 1));
    assertThat(report.collectorCount()).isEqualTo(2);
    assertThat(RulesProposal.of(report, "all"))
        .contains(
            "# drop-user most     # 1001 events, 8.3 % of all; 500 ratings, 8.3 % of all, mean");
  }

  /// Ten of eleven ids of nine digits are no ISBN with a 0 before them, whatever they are.
  @ParameterizedTest
  @CsvSource({"10, true", "30, true", "40, false", "300, false"})
  void zerosAreProposedWhereMostWereLost(int others, boolean proposed) throws Exception {
    List<@Nullable Object[]> rows = new ArrayList<>();
    int lost = 0;
    for (int number = 100_000_000; rows.size() < 30 + others; number++) {
      boolean zero = IsbnOracle.form(String.valueOf(number)) == IsbnForm.LEADING_ZERO;
      if (zero ? lost < 30 : rows.size() - lost < others) {
        rows.add(Databases.row("a", String.valueOf(number), 1));
        lost += zero ? 1 : 0;
      }
    }
    DoctorReport report =
        Doctor.examine(config("zeros", rows.toArray(Object[][]::new)), LoadListener.NONE);
    assertThat(RulesProposal.of(report, "zeros").lines())
        .anyMatch(line -> line.startsWith(proposed ? "fix-leading-zero" : "# fix-leading-zero"))
        .anyMatch(
            line -> line.contains(", about %d of the items by chance".formatted(others / 10)));
  }

  private LoadConfig config(String name, @Nullable Object[]... rows) throws Exception {
    return LoadConfig.of(
        Databases.ratings(folder.resolve(name + ".db"), rows), folder.resolve(name));
  }

  static DoctorReport withoutSeconds(DoctorReport it) {
    return new DoctorReport(
        it.rows(),
        it.ratings(),
        it.implicit(),
        it.users(),
        it.items(),
        it.rejected(),
        it.rejections(),
        it.values(),
        it.zeros(),
        it.usersByEvents(),
        it.itemsByEvents(),
        it.collectors(),
        it.collectorCount(),
        it.duplicates(),
        it.spellings(),
        it.forms(),
        it.effects(),
        it.newDuplicates(),
        it.itemsLeft(),
        0);
  }
}
