package io.github.peccary.tools;

import static io.github.peccary.tools.Database.row;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every rule of loading, through the command line.
class LoadCommandTest {
  @TempDir private Path folder;

  private Path database() {
    return folder.resolve("books.db");
  }

  private Path output() {
    return folder.resolve("ratings.safetensors");
  }

  private Cli.Result load(Object... more) {
    Object[] args = {"load", database(), "-o", output(), "--json"};
    Object[] all = Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return Cli.run(all);
  }

  private void refused(Cli.Result result, String sentence) throws IOException {
    assertThat(result.exitCode()).as(result.err()).isEqualTo(1);
    assertThat(result.err().lines().toList().getLast()).startsWith("peccary: ").contains(sentence);
    assertThat(result.err()).doesNotContain("\tat ");
    assertThat(result.json()).containsOnlyKeys("error");
    try (var files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.contains("safetensors"));
    }
  }

  @Test
  void everyFieldOfTheJsonObject() throws IOException {
    Database.ofRatings(
        database(),
        row(1, "0-345-41762-x", 8),
        row(1, "034541762X", 9),
        row(2, " 0971880107", 0),
        row(3, "0971880107", "ten"),
        row(3, "0971880107", 5));
    Cli.Result result = load();
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out().lines()).hasSize(1);
    assertThat(result.json())
        .containsEntry("output", output().toString())
        .containsEntry("rows", 5)
        .containsEntry("ratings", 2)
        .containsEntry("implicit", 1)
        .containsEntry("users", 3)
        .containsEntry("items", 2)
        .containsEntry("duplicates", 1)
        .containsEntry("rejected", Map.of("nonNumeric", 1))
        .containsKeys("seconds", "rowsPerSecond");
    if (Files.exists(Path.of("/proc/self/status"))) {
      assertThat((Integer) result.json().get("peakRssBytes")).isGreaterThan(10_000_000);
    }
    assertThat(result.err()).isEqualTo("peccary: rejected row 4: nonNumeric, rating='ten'\n");
  }

  @Test
  void forPeopleThereIsATableAndNoJson() {
    Database.ofRatings(database(), row(1, "a", 8), row(2, "a", 0), row(2, "a", 1));
    Cli.Result result = Cli.run("load", database(), "-o", output());
    assertThat(result.exitCode()).isZero();
    assertThat(result.out())
        .startsWith(output() + ": 2 events of 2 users and 1 item\n")
        .contains("  rows        3\n", "  ratings     2\n", "  duplicates  1  merged: last\n")
        .doesNotContain("{");
    assertThat(result.err()).isEmpty();
  }

  @Test
  void isbnsLoseHyphensAndBlanksAndWriteACapitalX() throws IOException {
    Database.ofRatings(
        database(),
        row(1, "0-345-41762-x", 8),
        row(2, " 034541762X\t", 7),
        row(3, "0345 41762X", 6),
        row(4, "034541762x", 5));
    assertThat(load().json()).containsEntry("items", 1);
    assertThat(LoadedEvents.in(output()))
        .containsOnlyKeys("1 034541762X", "2 034541762X", "3 034541762X", "4 034541762X");
  }

  @Test
  void otherIdsAreLeftAsTheyAre() throws IOException {
    Database.ofRatings(database(), row(1, "a-x", 8), row(2, "a-X", 7));
    load("--item-ids", "verbatim");
    assertThat(LoadedEvents.in(output())).containsOnlyKeys("1 a-x", "2 a-X");
  }

  @ParameterizedTest
  @CsvSource({"implicit, 1, 1", "IMPLICIT, 1, 1", "rating, 2, 0"})
  void aZeroIsWhatTheOptionSays(String zero, int ratings, int implicit) {
    Database.ofRatings(database(), row(1, "a", 8), row(1, "b", 0));
    assertThat(load("--zero", zero).json())
        .containsEntry("ratings", ratings)
        .containsEntry("implicit", implicit);
  }

  @ParameterizedTest
  @CsvSource({"last, 3", "first, 8", "mean, 5", "max, 8"})
  void ofDuplicatesThePolicyDecides(String policy, float kept) throws IOException {
    Database.ofRatings(
        database(), row(1, "0-a", 8), row(2, "b", 1), row(1, "0a", 4), row(1, "0A", 3));
    // a capital A is another id; three spellings of one ISBN are not
    Database.of(database(), "UPDATE ratings SET isbn = '0 a' WHERE isbn = '0A'");
    Cli.Result result = load("--duplicates", policy);
    assertThat(result.json()).containsEntry("duplicates", 2).containsEntry("rows", 4);
    assertThat(LoadedEvents.in(output())).containsEntry("1 0a", kept);
  }

  @Test
  void withoutAPolicyTheLastRowWins() throws IOException {
    Database.ofRatings(database(), row(1, "a", 8), row(1, "a", 3));
    load();
    assertThat(LoadedEvents.in(output())).containsExactly(Map.entry("1 a", 3f));
  }

  @Test
  void badRowsAreCountedByReasonAndTheFirstTenShown() throws IOException {
    Database.ofRatings(
        database(),
        row(1, "a", 8),
        row(null, "a", 8),
        row(1, null, 8),
        row(1, "a", null),
        row(1, "", 8),
        row("  ", "a", 8),
        row(1, " - ", 8),
        row(1, "b", "eight"),
        row(1, "b", ""),
        row(1, "b", "NaN"),
        row(1, "b", "1e999"),
        row(1, "b", 11),
        row(1, "b", -1));
    Cli.Result result = load("--scale", "1..10");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.json().get("rejected"))
        .isEqualTo(
            Map.of("null", 3, "emptyId", 3, "nonNumeric", 2, "notFinite", 2, "outOfScale", 2));
    List<String> notes = result.err().lines().toList();
    assertThat(notes).hasSize(11);
    assertThat(notes.getFirst()).isEqualTo("peccary: rejected row 2: null, user=null");
    assertThat(notes.get(6)).isEqualTo("peccary: rejected row 8: nonNumeric, rating='eight'");
    assertThat(notes.getLast()).isEqualTo("peccary: rejected 2 rows more");
    assertThat(LoadedEvents.in(output())).containsExactly(Map.entry("1 a", 8f));
  }

  @Test
  void strictRefusesOneBadRow() throws IOException {
    Database.ofRatings(database(), row(1, "a", 8), row(1, "b", "x"));
    refused(load("--strict"), "a strict load accepts every row: rows=2");
  }

  @Test
  void aRefusedLoadLeavesTheOldFile() throws IOException {
    Database.ofRatings(database(), row(1, "a", 8), row(1, "b", "x"));
    load();
    byte[] before = Files.readAllBytes(output());
    assertThat(load("--strict").exitCode()).isEqualTo(1);
    assertThat(Files.readAllBytes(output())).isEqualTo(before);
  }

  @Test
  void titlesAreKept() throws IOException {
    Database.ofRatings(database(), row(1, "0-a", 8), row(1, "b", 7));
    Database.of(
        database(),
        "CREATE TABLE books(isbn, title)",
        "INSERT INTO books VALUES('0a', 'Emma'), ('zzz', 'Unread')");
    assertThat(load("--titles", "SELECT isbn, title FROM books").json()).containsEntry("titles", 1);
    try (RatingMatrix matrix = RatingMatrix.open(output(), Verify.CHECKSUMS)) {
      assertThat(matrix.titles()).isNotNull();
      assertThat(requireNonNull(matrix.titles()).title(matrix.itemIds().indexOf("0a")))
          .isEqualTo("Emma");
    }
  }

  @Test
  void anyQueryOfThreeColumns() throws IOException {
    Database.of(
        database(),
        "CREATE TABLE votes(who TEXT, what TEXT, stars REAL)",
        "INSERT INTO votes VALUES('ann', 'x-1', 4.5), ('bob', 'x-1', 2)");
    load("--query", "SELECT who, what, stars FROM votes", "--item-ids", "verbatim");
    assertThat(LoadedEvents.in(output()))
        .containsExactly(Map.entry("ann x-1", 4.5f), Map.entry("bob x-1", 2f));
  }

  @Test
  void notADatabase() throws IOException {
    Files.write(database(), new byte[] {'P', 'K', 3, 4, 0, 0});
    refused(load(), "the source must be a SQLite database or delimited text: source=" + database());
  }
}
