package io.github.peccary.tools;

import static io.github.peccary.tools.Database.row;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.ratings.RatingMatrixWriter;
import io.github.peccary.engine.ratings.Zero;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `load --append`, and what it refuses, through the command line.
class LoadAppendTest {
  @TempDir private Path folder;

  @BeforeEach
  void loadOnce() {
    Database.ofRatings(
        database(),
        row(1, "a", 8),
        row(1, "b", "bad"),
        row(2, "a", 0),
        row(1, "a", 7),
        row(null, "c", 1));
    assertThat(load("-o", output()).exitCode()).isZero();
  }

  private Path database() {
    return folder.resolve("books.db");
  }

  private Path output() {
    return folder.resolve("ratings.safetensors");
  }

  private void insert(String... rows) {
    Database.of(
        database(),
        Stream.of(rows)
            .map(values -> "INSERT INTO ratings VALUES(" + values + ")")
            .toArray(String[]::new));
  }

  private Cli.Result load(Object... more) {
    return Cli.run(
        Stream.concat(Stream.of("load", database(), "--json"), Stream.of(more)).toArray());
  }

  private Cli.Result append(Object... more) {
    return load(Stream.concat(Stream.of("-o", output(), "--append"), Stream.of(more)).toArray());
  }

  /// Refused with this sentence, and the file is what it was.
  private void refused(String sentence, Object... more) throws IOException {
    byte[] before = Files.readAllBytes(output());
    Cli.Result result = append(more);
    assertThat(result.exitCode()).as(result.err()).isEqualTo(1);
    assertThat(result.err()).isEqualTo("peccary: " + sentence + " (" + output() + ")\n");
    assertThat(result.json()).containsOnlyKeys("error");
    assertThat(output()).hasBinaryContent(before);
    try (var files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.endsWith(".tmp"));
    }
  }

  @Test
  void newRowsAreAddedAndTheNumbersAreThoseOfAFullLoad() throws IOException {
    insert("3, 'd', 'ten'", "3, 'a', 9", "1, 'a', 6");
    Cli.Result result = append();
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.json())
        .containsEntry("rows", 8)
        .containsEntry("appended", 3)
        .containsEntry("ratings", 2)
        .containsEntry("implicit", 1)
        .containsEntry("users", 3)
        .containsEntry("items", 1)
        .containsEntry("duplicates", 2)
        .containsEntry("rejected", Map.of("null", 1, "nonNumeric", 2));
    // the rows after the last accepted one are read again
    assertThat(result.err())
        .isEqualTo(
            "peccary: rejected row 5: null, user=null\npeccary: rejected row 6: nonNumeric, rating='ten'\n");
    Path full = folder.resolve("full");
    assertThat(load("-o", full).json()).doesNotContainKey("appended");
    assertThat(output()).hasBinaryContent(Files.readAllBytes(full));
  }

  @Test
  void rowsThatAreAllRejectedCountToo() throws IOException {
    insert("3, 'd', 'ten'");
    assertThat(append().json()).containsEntry("rows", 6).containsEntry("appended", 1);
    Path full = folder.resolve("full");
    load("-o", full);
    assertThat(output()).hasBinaryContent(Files.readAllBytes(full));
  }

  @Test
  void whereNothingIsNewTheFileIsNotTouched() throws IOException {
    byte[] before = Files.readAllBytes(output());
    FileTime old = FileTime.fromMillis(1_000_000_000_000L);
    Files.setLastModifiedTime(output(), old);
    Cli.Result result = append();
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.json())
        .containsEntry("appended", 0)
        .containsEntry("rows", 5)
        .containsEntry("ratings", 1)
        .containsEntry("duplicates", 1)
        .containsEntry("rejected", Map.of("null", 1, "nonNumeric", 1));
    assertThat(Files.getLastModifiedTime(output())).isEqualTo(old);
    assertThat(output()).hasBinaryContent(before);
    assertThat(Cli.run("load", database(), "-o", output(), "--append").out())
        .contains("  rows        5  nothing new, the file is as it was\n");
  }

  @Test
  void forPeopleTheTableSaysHowManyAreNew() {
    insert("3, 'a', 9");
    assertThat(Cli.run("load", database(), "-o", output(), "--append").out())
        .contains("  rows        6  1 of them new\n");
  }

  @Test
  void theFirstTimeAllIsLoaded() throws IOException {
    byte[] full = Files.readAllBytes(output());
    Files.delete(output());
    Cli.Result result = append();
    assertThat(result.exitCode()).isZero();
    assertThat(result.json()).containsEntry("appended", 5).containsEntry("rows", 5);
    assertThat(result.err())
        .startsWith("peccary: there was no " + output() + " to append to: all was loaded\n");
    assertThat(output()).hasBinaryContent(full);
  }

  @Test
  void aRowThatWasChangedAtTheSeam() throws IOException {
    Database.of(database(), "UPDATE ratings SET rating = 6 WHERE rating = 7");
    refused(
        "the source must begin with the rows that the file was loaded from: row 4 is another one;"
            + " load in full, without --append");
  }

  @Test
  void aRowThatIsRejectedNow() throws IOException {
    Database.of(database(), "UPDATE ratings SET rating = 'seven' WHERE rating = 7");
    refused(
        "the source must begin with the rows that the file was loaded from: row 4 is another one;"
            + " load in full, without --append");
  }

  @ParameterizedTest
  @CsvSource({"rating = 7, 4", "rating = 7 OR isbn = 'c', 3", "TRUE, 0"})
  void aSourceThatHasFewerRows(String deleted, int left) throws IOException {
    Database.of(database(), "DELETE FROM ratings WHERE " + deleted);
    refused(
        deleted.equals("rating = 7")
            ? "the source must begin with the rows that the file was loaded from: row 4 is another"
                + " one; load in full, without --append"
            : "the source must begin with the rows that the file was loaded from: rows=%d, in the file 5; load in full, without --append"
                .formatted(left));
  }

  @Test
  void aRowLessAfterTheLastAcceptedOne() throws IOException {
    Database.of(database(), "DELETE FROM ratings WHERE isbn = 'c'");
    refused(
        "the source must begin with the rows that the file was loaded from: rows=4, in the file 5;"
            + " load in full, without --append");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--zero=rating | zero='rating', in the file zero='implicit'",
        "--duplicates=max | duplicates='max', in the file duplicates='last'",
        "--item-ids=verbatim | item-ids='verbatim', in the file item-ids='isbn'",
        "--scale=1..10 | scale='1.0..10.0', in the file no scale",
        "--titles=SELECT 1, 2 | titles='SELECT 1, 2', in the file no titles",
        "--query=SELECT * FROM ratings | query='SELECT * FROM ratings', in the file"
            + " query='SELECT user_id, isbn, rating FROM ratings'",
      })
  void otherSettings(String option, String found) throws IOException {
    refused(
        "a load must go on with the settings of the file: %s; give the same, or load in full, without --append"
            .formatted(found),
        option);
  }

  @Test
  void settingsThatAreLeftOutNow() throws IOException {
    load("-o", output(), "--titles", "SELECT isbn, 't' FROM ratings", "--scale", "1..10");
    refused(
        "a load must go on with the settings of the file: no scale, in the file scale='1.0..10.0';"
            + " give the same, or load in full, without --append");
    refused(
        "a load must go on with the settings of the file: no titles, in the file titles='SELECT"
            + " isbn, 't' FROM ratings'; give the same, or load in full, without --append",
        "--scale",
        "1..10");
  }

  @Test
  void anotherSource() throws IOException {
    Path other = Database.ofRatings(folder.resolve("other.db"), row(1, "a", 8));
    byte[] before = Files.readAllBytes(output());
    Cli.Result result = Cli.run("load", other, "-o", output(), "--append", "--json");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .contains("source='other.db', in the file source='books.db'; give the same");
    assertThat(output()).hasBinaryContent(before);
  }

  @Test
  void anotherSeparatorOfAText() throws IOException {
    Path text = Files.writeString(folder.resolve("r.csv"), "u;i;r\n1;2;3\n4;5,6;7\n");
    Object[] args = {"load", text, "-o", folder.resolve("t"), "--append", "--json"};
    assertThat(Cli.run(args).exitCode()).isZero();
    Files.writeString(text, "u;i;r\n1;2;3\n4;5,6;7\n8;9;1\n");
    assertThat(Cli.run(args).json()).containsEntry("appended", 1).containsEntry("ratings", 3);
    Object[] other = Arrays.copyOf(args, args.length + 2);
    other[args.length] = "--separator";
    other[args.length + 1] = ",";
    assertThat(Cli.run(other).err()).contains("the rows must have 3 columns");
    other[args.length] = "--header";
    other[args.length + 1] = "no";
    assertThat(Cli.run(other).err()).contains("columns='1,2,3', in the file columns='u,i,r'");
  }

  @Test
  void anotherDatabase() throws IOException {
    Object[] jdbc = {
      "load",
      "--jdbc=jdbc:sqlite:" + database(),
      "--query=SELECT user_id, isbn, rating FROM ratings",
      "-o",
      folder.resolve("j"),
      "--append",
      "--json"
    };
    assertThat(Cli.run(jdbc).json()).containsEntry("appended", 5);
    insert("3, 'a', 9", "4, 'd', 9");
    assertThat(Cli.run(jdbc).json()).containsEntry("appended", 2).containsEntry("items", 2);
    byte[] grown = Files.readAllBytes(folder.resolve("j"));
    Files.delete(folder.resolve("j"));
    Cli.run(jdbc);
    assertThat(folder.resolve("j")).hasBinaryContent(grown);
  }

  @Test
  void inspectShortensWhatIsForTheNextLoad() {
    insert("3, '" + "a".repeat(900) + "', 9");
    append();
    assertThat(Cli.run("inspect", output()).out().lines())
        .filteredOn(line -> line.contains("peccary.loadState"))
        .singleElement()
        .asString()
        .endsWith("…")
        .hasSizeLessThan(300);
  }

  @Test
  void aMeanOfRowsThatTheFileDoesNotTell() throws IOException {
    load("-o", output(), "--duplicates", "mean");
    refused(
        "a mean must be of all rows of a pair, which the file does not tell: duplicates=1; load in"
            + " full, without --append",
        "--duplicates",
        "mean");
  }

  @Test
  void aMeanWhereNoPairWasMergedYet() throws IOException {
    Database.of(database(), "DELETE FROM ratings WHERE rating = 8");
    load("-o", output(), "--duplicates", "mean");
    insert("1, 'a', 4");
    assertThat(append("--duplicates", "mean").json()).containsEntry("duplicates", 1);
    assertThat(LoadedEvents.in(output())).containsEntry("1 a", 5.5f);
  }

  @Test
  void aPairOfTheFileIsADuplicateToo() throws IOException {
    Database.of(database(), "DELETE FROM ratings WHERE rating = 8");
    load("-o", output(), "--duplicates", "error");
    insert("1, 'a', 4");
    byte[] before = Files.readAllBytes(output());
    assertThat(append("--duplicates", "error").err())
        .contains("a user may rate an item once: user='1', item='a', rows=2;");
    assertThat(output()).hasBinaryContent(before);
  }

  @Test
  void strictIsMeantForTheWholeFile() throws IOException {
    insert("3, 'a', 9");
    refused(
        "a strict load accepts every row: rejected=1 (nonNumeric=1) when the file was loaded; clean"
            + " them and load in full, or append without --strict",
        "--strict");
    Database.of(database(), "DELETE FROM ratings WHERE rating = 'bad' OR isbn = 'c'");
    load("-o", output());
    insert("3, 'b', 'bad'");
    byte[] before = Files.readAllBytes(output());
    assertThat(append("--strict").err())
        .contains("a strict load accepts every row: rows=5, rejected=1 (nonNumeric=1), first");
    assertThat(output()).hasBinaryContent(before);
    Database.of(database(), "DELETE FROM ratings WHERE rating = 'bad'");
    insert("3, 'b', 2");
    assertThat(append("--strict").json()).containsEntry("appended", 1);
  }

  @Test
  void aModel() throws IOException {
    Path ratings = TwoTastes.ratings(Files.createDirectories(folder.resolve("in")));
    Files.copy(TwoTastes.model(folder, ratings), output(), StandardCopyOption.REPLACE_EXISTING);
    refused("the file must be a ratings file: kind=model; give a ratings file");
  }

  @Test
  void aDamagedFile() throws IOException {
    byte[] bytes = Files.readAllBytes(output());
    bytes[bytes.length - 1] ^= 1;
    Files.write(output(), bytes);
    byte[] before = Files.readAllBytes(output());
    Cli.Result result = append();
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("is damaged: crc32c=").contains("; copy it again");
    assertThat(output()).hasBinaryContent(before);
  }

  @Test
  void aFileOfAnOlderPeccary() throws IOException {
    rewrite(metadata -> metadata.remove("peccary.loadState"));
    refused(
        "the file must tell where its load ended: peccary.loadState is missing, as in files of an"
            + " older Peccary; load in full, without --append");
  }

  @Test
  void metadataThatContradictThemselves() throws IOException {
    rewrite(metadata -> metadata.put("peccary.rows", "6"));
    refused(
        "the rows must add up: rows=6, events, duplicates and left out=5; load in full, without"
            + " --append");
    load("-o", output());
    rewrite(metadata -> metadata.put("peccary.rows", "many"));
    refused("peccary.rows must be a number: found=many; load in full, without --append");
    load("-o", output());
    rewrite(metadata -> metadata.put("peccary.sourceSha256", "0"));
    assertThat(append().err())
        .contains("peccary.loadState must fit the rest: sha256=")
        .contains(
            "peccary.sourceSha256=0, leftOut={rejected.nonNumeric=1, rejected.null=1}; load in full");
    load("-o", output());
    rewrite(
        metadata ->
            metadata.computeIfPresent(
                "peccary.loadState", (_, state) -> state.replace("null=1", "null=2")));
    assertThat(append().err()).contains("peccary.loadState must fit the rest: sha256=");
  }

  /// Writes the file again with other metadata, its checksums right.
  private void rewrite(Consumer<Map<String, String>> change) throws IOException {
    try (RatingMatrix matrix = RatingMatrix.open(output(), Verify.CHECKSUMS)) {
      Map<String, String> metadata = new HashMap<>(matrix.metadata());
      metadata.remove("peccary.formatVersion");
      change.accept(metadata);
      RatingMatrixWriter.write(
          output(),
          matrix.byUser(),
          matrix.userIds().ids(),
          matrix.itemIds().ids(),
          null,
          Zero.IMPLICIT,
          metadata);
    }
  }
}
