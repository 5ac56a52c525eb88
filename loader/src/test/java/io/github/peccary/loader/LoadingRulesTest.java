package io.github.peccary.loader;

import static io.github.peccary.loader.Databases.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.peccary.engine.ratings.Zero;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Every loading rule, from a database to the file.
class LoadingRulesTest {
  @TempDir private Path folder;

  private LoadConfig config(@Nullable Object[]... rows) throws Exception {
    return LoadConfig.of(
        Databases.ratings(folder.resolve("books.db"), rows), folder.resolve("out.safetensors"));
  }

  private static LoadReport load(LoadConfig config) throws Exception {
    LoadReport report = Loader.load(config, LoadListener.NONE);
    long rejected = report.rejected().values().stream().mapToLong(Long::longValue).sum();
    assertThat(report.ratings() + report.implicit() + report.duplicates() + rejected)
        .as("every row is accounted for: %s", report)
        .isEqualTo(report.rows());
    return report;
  }

  @Test
  void isbnsAreOneItemHoweverTheyAreTyped() throws Exception {
    LoadConfig config =
        config(
            row(1, "034545104X", 5),
            row(2, "0-345-45104-x", 6),
            row(3, " 034545104x\u00A0", 7),
            row(4, "0 345 45104 X", 8),
            row(5, "978-0345451040", 9));
    LoadReport report = load(config);
    Loaded loaded = Loaded.from(config.output());
    // no repair: an ISBN-13 stays another item
    assertThat(loaded.items()).containsExactly("034545104X", "9780345451040");
    assertThat(loaded.users()).containsExactly("1", "2", "3", "4", "5");
    assertThat(report.items()).isEqualTo(2);
    assertThat(report.rejected()).isEmpty();
  }

  @Test
  void verbatimItemIdsAreOnlyStripped() throws Exception {
    LoadConfig config =
        config(row(1, " a-b x ", 5), row(1, "a-b x", 6), row(1, "abX", 7))
            .withItemIds(ItemIds.VERBATIM);
    assertThat(load(config).duplicates()).isEqualTo(1);
    assertThat(Loaded.from(config.output()).items()).containsExactly("a-b x", "abX");
  }

  @Test
  void whatSomebodyTypesIsNormalisedAsTheLoadDid() throws Exception {
    LoadConfig config = config(row(1, "é 0-345\u00A0x", 5));
    load(config);
    Loaded loaded = Loaded.from(config.output());
    assertThat(loaded.items()).containsExactly(ItemIds.ISBN.normalize(" é-0345x"));
    assertThat(loaded.metadata()).containsEntry(ItemIds.METADATA_KEY, ItemIds.ISBN.text());
    assertThat(ItemIds.VERBATIM.normalize(" a-x b\u2003")).isEqualTo("a-x b");
  }

  @Test
  void usersAreStrippedAndColumnsMayHaveAnyType() throws Exception {
    LoadConfig config =
        config(
            row(276725, "a", 5),
            row("276725 ", "b", "6"),
            row("\t276725".getBytes(StandardCharsets.UTF_8), 12, 7.5),
            row("Zoë\u2003", 1.5, "8.25".getBytes(StandardCharsets.UTF_8)));
    load(config);
    Loaded loaded = Loaded.from(config.output());
    assertThat(loaded.events())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                List.of("276725", "a"), 5f,
                List.of("276725", "b"), 6f,
                List.of("276725", "12"), 7.5f,
                List.of("Zoë", "1.5"), 8.25f));
  }

  @Test
  void aZeroIsAnEventWithoutARating() throws Exception {
    LoadConfig config =
        config(row(1, "a", 0), row(1, "b", "0.0"), row(2, "a", "-0"), row(2, "b", 3));
    LoadReport report = load(config);
    assertThat(report.ratings()).isEqualTo(1);
    assertThat(report.implicit()).isEqualTo(3);
    assertThat(Loaded.from(config.output()).metadata())
        .containsEntry("peccary.zero", "implicit")
        .containsEntry("peccary.implicit", "3")
        .containsEntry("peccary.minRating", "3.0");
  }

  @Test
  void aZeroIsARatingWhereAskedFor() throws Exception {
    LoadConfig config = config(row(1, "a", 0), row(2, "b", 3)).withZero(Zero.RATING);
    LoadReport report = load(config);
    assertThat(report.ratings()).isEqualTo(2);
    assertThat(report.implicit()).isZero();
    assertThat(Loaded.from(config.output()).metadata())
        .containsEntry("peccary.zero", "rating")
        .containsEntry("peccary.minRating", "0.0");
  }

  /// One pair, rows of these values in this order.
  @ParameterizedTest
  @CsvSource({
    "LAST,  IMPLICIT, 3;9;5, 5",
    "LAST,  IMPLICIT, 3;9;0, 0",
    "LAST,  RATING,   3;9;0, 0",
    "FIRST, IMPLICIT, 3;9;5, 3",
    "FIRST, IMPLICIT, 0;9;5, 0",
    "FIRST, RATING,   0;9;5, 0",
    "MEAN,  IMPLICIT, 3;9;6, 6",
    "MEAN,  IMPLICIT, 0;3;0;4, 3.5",
    "MEAN,  RATING,   0;3;0;5, 2",
    "MEAN,  IMPLICIT, 0;0, 0",
    "MAX,   IMPLICIT, 3;9;5, 9",
    "MAX,   IMPLICIT, 0;-3;-9;0, -3",
    "MAX,   RATING,   0;-3;-9;0, 0",
    "MAX,   IMPLICIT, 0;0, 0",
  })
  void duplicatesAreMerged(DuplicatePolicy policy, Zero zero, String values, float expected)
      throws Exception {
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (String value : values.split(";", -1)) {
      rows.add(row(1, "0-0", value));
      rows.add(row(2, "other " + rows.size(), 4)); // so that they do not stand together
    }
    LoadConfig config = config(rows.toArray(new Object[0][])).withDuplicates(policy).withZero(zero);
    LoadReport report = load(config);
    assertThat(report.duplicates()).isEqualTo(rows.size() / 2 - 1);
    Loaded loaded = Loaded.from(config.output());
    assertThat(loaded.events()).containsEntry(List.of("1", "00"), expected);
    assertThat(loaded.events()).hasSize(1 + rows.size() / 2);
    assertThat(loaded.metadata())
        .containsEntry("peccary.duplicates", Long.toString(report.duplicates()));
  }

  @Test
  void duplicatesAreRefusedWhereAskedFor() throws Exception {
    LoadConfig config =
        config(row(1, "a", 5), row(2, "b-", 5), row(2, " b", 6), row(2, "b", 0))
            .withDuplicates(DuplicatePolicy.ERROR);
    assertThatExceptionOfType(LoaderException.class)
        .isThrownBy(() -> load(config))
        .withMessage(
            "a user may rate an item once: user='2', item='b', rows=3; choose which to keep with"
                + " --duplicates last|first|mean|max");
    assertThat(config.output()).doesNotExist();
    LoadConfig single = Databases.withQuery(config, "SELECT * FROM ratings WHERE user_id = 1");
    assertThat(load(single).duplicates()).isZero();
  }

  @Test
  void rowsThatCannotBeUsedAreCountedByReason() throws Exception {
    byte[] latin1 = "Zo\u00EB".getBytes(StandardCharsets.ISO_8859_1);
    LoadConfig config =
        config(
            row(null, "a", 5), // 1
            row(1, null, 5), // 2
            row(1, "a", null), // 3
            row("", "a", 5), // 4
            row(" \u00A0", "a", 5), // 5
            row(1, " - ", 5), // 6
            row(1, "a", "five"), // 7
            row(1, "a", "3,5"), // 8
            row(1, "a", ""), // 9
            row(1, "a", "NaN"), // 10
            row(1, "a", Double.POSITIVE_INFINITY), // 11
            row(1, "a", "1e40"), // 12
            row(latin1, "a", 5), // 13
            row(1, latin1, 5), // 14
            row(1, "a", 11), // 15
            row(1, "a", 0.5), // 16
            row(1, "a", 5), // accepted
            row(1, "b", 0)); // accepted: no rating, so on no scale
    LoadReport report = load(config.withScale(new Scale(1, 10)));
    assertThat(report.rejected())
        .containsExactly(
            Map.entry("null", 3L),
            Map.entry("invalidUtf8", 2L),
            Map.entry("emptyId", 3L),
            Map.entry("nonNumeric", 3L),
            Map.entry("notFinite", 3L),
            Map.entry("outOfScale", 2L));
    assertThat(report.firstRejections())
        .hasSize(10)
        .extracting(Rejection::toString)
        .startsWith(
            "row 1: null, user=null",
            "row 2: null, item=null",
            "row 3: null, rating=null",
            "row 4: emptyId, user=''")
        .contains(
            "row 6: emptyId, item=' - '",
            "row 7: nonNumeric, rating='five'",
            "row 8: nonNumeric, rating='3,5'",
            "row 10: notFinite, rating='NaN'");
    assertThat(report.ratings()).isEqualTo(1);
    assertThat(report.implicit()).isEqualTo(1);
    assertThat(Loaded.from(config.output()).metadata())
        .containsEntry("peccary.rejected.nonNumeric", "3")
        .containsEntry("peccary.rejected.outOfScale", "2");
  }

  @Test
  void aZeroThatIsARatingMustBeOnTheScale() throws Exception {
    LoadConfig config =
        config(row(1, "a", 0), row(1, "b", 1), row(1, "c", 10))
            .withZero(Zero.RATING)
            .withScale(Scale.parse("1..10"));
    assertThat(load(config).rejected()).containsExactly(Map.entry("outOfScale", 1L));
  }

  @Test
  void aRejectedRowLeavesNoUserAndNoItemBehind() throws Exception {
    LoadConfig config = config(row("ghost", "phantom", "boo"), row(1, "a", 5));
    LoadReport report = load(config);
    assertThat(report.users()).isEqualTo(1);
    assertThat(report.items()).isEqualTo(1);
    assertThat(Loaded.from(config.output()).users()).containsExactly("1");
  }

  @Test
  void aStrictLoadIsRefusedForOneRow() throws Exception {
    LoadConfig config =
        config(row(1, "a", 5), row(1, "b", "x"), row(null, "c", 3)).withStrict(true);
    assertThatExceptionOfType(LoaderException.class)
        .isThrownBy(() -> load(config))
        .withMessage(
            "a strict load accepts every row: rows=3, rejected=2 (null=1, nonNumeric=1), first [row"
                + " 2: nonNumeric, rating='x', row 3: null, user=null]; clean them or load without"
                + " --strict");
    assertThat(config.output()).doesNotExist();
    LoadConfig clean = Databases.withQuery(config, "SELECT * FROM ratings WHERE rating = 5");
    assertThat(load(clean).ratings()).isEqualTo(1);
  }

  @Test
  void nothingLeftIsARefusal() throws Exception {
    LoadConfig config = config(row(1, "a", "x"), row(1, "", 4));
    assertThatExceptionOfType(LoaderException.class)
        .isThrownBy(() -> load(config))
        .withMessageStartingWith(
            "a row must be left after cleaning: rows=2, rejected=2 (emptyId=1, nonNumeric=1), first"
                + " [row 1: nonNumeric, rating='x'");
    assertThatExceptionOfType(LoaderException.class)
        .isThrownBy(
            () -> load(Databases.withQuery(config, "SELECT * FROM ratings WHERE rating = 77")))
        .withMessageStartingWith("the source must give rows: rows=0, query='SELECT * FROM ratings");
    assertThat(config.output()).doesNotExist();
  }

  @Test
  void usersAndItemsAreNumberedByFallingNumberOfEvents() throws Exception {
    LoadConfig config =
        config(
            row("é", "3", 1),
            row("z", "3", 2),
            row("é", "2", 3),
            row("a", "10", 4),
            row("z", "1", 5),
            row("z", "2", 6),
            row("\uFF61", "3", 7),
            row("\uD83D\uDC17", "3", 8));
    load(config);
    Loaded loaded = Loaded.from(config.output());
    // ties by the bytes of UTF-8: U+1F417 after U+FF61, which String.compareTo has the other way
    assertThat(loaded.users()).containsExactly("z", "é", "a", "\uFF61", "\uD83D\uDC17");
    assertThat(loaded.items()).containsExactly("3", "2", "1", "10");
  }

  @Test
  void theLastTitleOfAKnownItemIsKept() throws Exception {
    LoadConfig config = config(row(1, "0-1-x", 5), row(1, "2", 5), row(1, "3", 0), row(1, "4", 9));
    try (Connection connection = Databases.open(Databases.path(config))) {
      connection.createStatement().execute("CREATE TABLE books (isbn, title)");
      Databases.insert(
          connection,
          "books",
          row("01X", "Old"),
          row("0 1 x", " The Title\u00A0"),
          row("unknown", "Nobody's"),
          row(2, null),
          row(null, "No item's"),
          row("3", "Zoë – 日本"),
          row("3", ""),
          row("4", new byte[] {'a', (byte) 0xFF}),
          row("4", " \t"));
    }
    LoadReport report = load(Databases.withTitles(config, "SELECT isbn, title FROM books"));
    assertThat(Loaded.from(config.output()).titles())
        .containsExactlyInAnyOrderEntriesOf(Map.of("01X", "The Title", "3", "Zoë – 日本"));
    assertThat(report.titles()).isEqualTo(2);
    assertThat(load(Databases.withTitles(config, "SELECT 'x', 'y'")).titles()).isZero();
  }

  @Test
  void theSameRowsGiveTheSameBytes() throws Exception {
    LoadConfig config =
        config(row(1, "a", 5), row(2, "b", "7.5"), row(2, "c", "x"), row(3, "a", 0));
    load(config);
    byte[] first = Files.readAllBytes(config.output());
    load(config);
    assertThat(Files.readAllBytes(config.output())).isEqualTo(first);
    String digest = digest(config);
    assertThat(digest).matches("[0-9a-f]{64}");
    // other spellings and types of the same rows are the same rows; another order is not
    assertThat(
            digest(
                Databases.withQuery(
                    config,
                    "VALUES ('1 ', ' a', '5.0'), (2, '-b', 7.5), (3.5, 'a', 'no'), (3, 'a', '0')")))
        .isEqualTo(digest);
    assertThat(digest(Databases.withQuery(config, "SELECT * FROM ratings ORDER BY user_id DESC")))
        .isNotEqualTo(digest);
    assertThat(
            digest(Databases.withQuery(config, "VALUES (12, 'a', 5), (2, 'b', 7.5), (3, 'a', 0)")))
        .isNotEqualTo(digest);
  }

  private static String digest(LoadConfig config) throws Exception {
    load(config);
    return String.valueOf(Loaded.from(config.output()).metadata().get("peccary.sourceSha256"));
  }

  @ParameterizedTest
  @EnumSource(ItemIds.class)
  void idsMayBeLong(ItemIds itemIds) throws Exception {
    String item = "9".repeat(200_000);
    LoadConfig config = config(row(1, item, 5), row(item + "u", "b", 3)).withItemIds(itemIds);
    load(config);
    assertThat(Loaded.from(config.output()).items()).containsExactly(item, "b");
  }

  @Test
  void progressIsHeard() throws Exception {
    LoadConfig config =
        Databases.withQuery(
            config(row(1, "a", 5)),
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150000)"
                + " SELECT i % 1000, i / 1000, 1 + i % 5 FROM n");
    List<Long> heard = new ArrayList<>();
    LoadReport report = Loader.load(config, heard::add);
    assertThat(report.rows()).isEqualTo(150_000);
    assertThat(heard).isSorted().hasSize(3).endsWith(150_000L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"1..10|1|10", "0.5..5|0.5|5", "-10..10|-10|10", "-5..-1|-5|-1"})
  void scalesAreRead(String text, float low, float high) {
    assertThat(Scale.parse(text)).isEqualTo(new Scale(low, high));
  }

  @ParameterizedTest
  @CsvSource({"1-10", "1..", "..10", "1", "a..b", "''"})
  void otherTextsAreNoScale(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Scale.parse(text))
        .withMessage("the scale must be LOW..HIGH: scale='%s'; give it as 1..10", text);
  }

  @ParameterizedTest
  @CsvSource({"10..1", "5..5", "NaN..5", "1..Infinity"})
  void aScaleRunsUpwards(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Scale.parse(text))
        .withMessageStartingWith("the scale must run from a number to a larger one: low=");
  }
}
