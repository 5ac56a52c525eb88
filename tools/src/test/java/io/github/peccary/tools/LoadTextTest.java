package io.github.peccary.tools;

import static io.github.peccary.tools.Database.row;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Text files and other databases, through the command line.
class LoadTextTest {
  private static final Charset CP1252 = Charset.forName("windows-1252");

  @TempDir private Path folder;

  private Path output() {
    return folder.resolve("ratings.safetensors");
  }

  private Path file(byte[] content) throws IOException {
    return Files.write(folder.resolve("ratings.csv"), content);
  }

  private Path file(String content) throws IOException {
    return file(content.getBytes(StandardCharsets.UTF_8));
  }

  private Cli.Result load(Object... args) {
    Object[] always = {"load", "-o", output(), "--json", "--item-ids", "verbatim"};
    return Cli.run(Stream.of(always, args).flatMap(Arrays::stream).toArray());
  }

  private Map<String, String> metadata() throws IOException {
    try (RatingMatrix matrix = RatingMatrix.open(output(), Verify.CHECKSUMS)) {
      return matrix.metadata();
    }
  }

  private void assertLoads(Cli.Result result, String recognized, Map<String, Float> events)
      throws IOException {
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err().lines().findFirst())
        .hasValueSatisfying(
            line -> assertThat(line).startsWith("peccary: " + folder).endsWith(recognized));
    assertThat(LoadedEvents.in(output())).isEqualTo(events);
  }

  private void refused(int exitCode, Cli.Result result, String sentence) throws IOException {
    assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
    assertThat(result.err().lines().toList().getLast()).startsWith("peccary: ").contains(sentence);
    assertThat(output()).doesNotExist();
  }

  @Test
  void movieLensWithTabs() throws IOException {
    assertLoads(
        load(file("196\t242\t3\t881250949\n186\t302\t3\t891717742\n")),
        "separator=tab quote=none header=no encoding=utf-8|cp1252 columns=1,2,3,4",
        Map.of("196 242", 3f, "186 302", 3f));
    assertThat(metadata())
        .containsEntry("peccary.earliest", "1997-12-04T15:55:49Z")
        .containsEntry("peccary.latest", "1998-04-04T19:22:22Z");
  }

  @Test
  void movieLensWithDoubleColons() throws IOException {
    assertLoads(
        load(file("1::1193::5::978300760\n1::661::3.5::978302109\n")),
        "separator=:: quote=none header=no encoding=utf-8|cp1252 columns=1,2,3,4",
        Map.of("1 1193", 5f, "1 661", 3.5f));
  }

  @Test
  void timesAreFoundByNameAndRowsWithoutOneAreRejected() throws IOException {
    String rows = "i,t,2020-01-05,u,3\n".repeat(100); // what follows is no longer looked at
    Path file = file("item,tag,date,user,rating\n" + rows + "a,t,soon,u,4\nb,t,,u,5\nc,t\n");
    Cli.Result result = load(file);
    assertLoads(
        result,
        "separator=, quote=\" header=yes encoding=utf-8|cp1252 columns=user,item,rating,date",
        Map.of("u i", 3f));
    assertThat(result.err())
        .contains("rejected row 101: notATime, time='soon'", "rejected row 102: notATime, time=''");
    assertThat(result.json())
        .containsEntry("rejected", Map.of("notATime", 2, "tooFewColumns", 1))
        .containsEntry("earliest", "2020-01-05T00:00:00Z")
        .containsEntry("latest", "2020-01-05T00:00:00Z");
    assertThat(load(file, "--no-times").json())
        .containsEntry("rejected", Map.of("tooFewColumns", 1))
        .doesNotContainKey("earliest");
    assertThat(metadata()).doesNotContainKey("peccary.earliest");
    load(file, "--columns", "user,item,rating,3");
    assertThat(metadata()).containsEntry("peccary.source.columns", "user,item,rating,date");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1\ta\t5\t17\n", // too small
        "1\ta\t5\t0345104511\n1\tb\t4\t034545104X\n",
        "1\ta\t5\t881250949\n1\tb\t4\n",
        "1\ta\t5\t881250949\tx\n", // not the last of four
        "user\titem\trating\tadded\n1\ta\t5\t881250949\n",
        "user\titem\trating\ttime\n1\ta\t5\tnoon\n",
        "user\titem\trating\ttime\n",
      })
  void otherFourthColumnsAreIgnored(String text) throws IOException {
    Cli.Result result = load(file(text));
    assertThat(result.err().lines().findFirst().orElse(""))
        .matches(".* columns=(1,2|user,item),\\w+");
    assertThat(result.json()).doesNotContainKey("earliest");
  }

  @Test
  void aDatabaseHasTimesInAColumnOfThatName() throws IOException {
    Path database =
        Database.of(
            folder.resolve("books.db"),
            "CREATE TABLE ratings(user_id, isbn, rating, Timestamp)",
            "INSERT INTO ratings VALUES(1, 'a', 5, '2024-01-31 12:00:00'), (1, 'b', 4, 1706702401)");
    Cli.Result result = load(database);
    assertThat(result.err())
        .startsWith(
            "peccary: %s: query='SELECT user_id, isbn, rating, Timestamp FROM ratings'\n"
                .formatted(database));
    assertThat(result.json())
        .containsEntry("earliest", "2024-01-31T12:00:00Z")
        .containsEntry("latest", "2024-01-31T12:00:01Z");
    assertThat(load(database, "--no-times").json()).doesNotContainKey("earliest");
    String query = "SELECT user_id, isbn, rating, 7 FROM ratings";
    for (Object[] source : new Object[][] {{database}, {"--jdbc", "jdbc:sqlite:" + database}}) {
      Object[] args = Stream.concat(Arrays.stream(source), Stream.of("--query", query)).toArray();
      assertThat(load(args).json()).containsEntry("latest", "1970-01-01T00:00:07Z");
    }
    Database.of(database, "INSERT INTO ratings VALUES(1, 'c', 5, 'never')");
    assertThat(load(database).json()).doesNotContainKeys("earliest");
  }

  @Test
  void timesCannotComeToAFileThatHasNone() throws IOException {
    Path database = Database.ofRatings(folder.resolve("books.db"), row(1, "a", 5), row(2, "b", 4));
    Object[] all = {database, "--append", "--query", "SELECT * FROM ratings"};
    assertThat(load(all).exitCode()).isZero();
    Database.of(database, "ALTER TABLE ratings ADD COLUMN timestamp DEFAULT 881250949");
    Cli.Result result = load(all);
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .contains(
            "the file must have times if the source has: times=yes, in the file no; load in full, without --append");
  }

  @Test
  void goodbooksHasTheColumnsInAnotherOrder() throws IOException {
    assertLoads(
        load(file("book_id,user_id,rating\r\n7,1,5\r\n\r\n8,2,4")),
        "separator=, quote=\" header=yes encoding=utf-8|cp1252 columns=user_id,book_id,rating",
        Map.of("1 7", 5f, "2 8", 4f));
  }

  @Test
  void bookCrossingHasQuotesOfEveryKindInItsFields() throws IOException {
    String text =
        """
        "User-ID";"ISBN";"Book-Rating"
        "276725";"034545104X";"0"
        "276726";"\\"0155061224";"5"
        "276727";"0446"520802";"3"
        "276728";"05216x"";"3"
        "276729";"a;b ""c""\";"6"
        "276730";"é";"6"
        """;
    assertLoads(
        load(file(text.getBytes(CP1252))),
        "separator=; quote=\" header=yes encoding=cp1252 columns=User-ID,ISBN,Book-Rating",
        Map.of(
            "276725 034545104X", 0f,
            "276726 \"0155061224", 5f,
            "276727 0446\"520802", 3f,
            "276728 05216x\"", 3f,
            "276729 a;b \"c\"", 6f,
            "276730 é", 6f));
  }

  @Test
  void aRowThatCannotBeTakenApartIsOneRejectedRow() throws IOException {
    String text =
        """
        user,item,rating
        1,a,5
        2,b
        3,"c,5
        4,d,5
        "5,"e",5
        6,"two
        lines",5
        """;
    Cli.Result result = load(file(text + "7," + "x".repeat(2 << 20) + ",5\n8,f,5"));
    assertThat(result.json())
        .containsEntry("rows", 8)
        .containsEntry(
            "rejected", Map.of("tooFewColumns", 2, "unterminatedQuote", 1, "rowTooLong", 1));
    assertThat(result.err().lines().skip(1))
        .containsExactly(
            "peccary: rejected row 2: tooFewColumns, text='2,b'",
            "peccary: rejected row 3: unterminatedQuote, text='3,\"c,5'",
            "peccary: rejected row 5: tooFewColumns, text='5,\"e,5'",
            "peccary: rejected row 7: rowTooLong, text='7," + "x".repeat(38) + "…'");
    assertThat(LoadedEvents.in(output())).containsOnlyKeys("1 a", "4 d", "6 two\nlines", "8 f");
  }

  @ParameterizedTest
  @CsvSource({"UTF-8", "UTF-16LE", "UTF-16BE"})
  void aByteOrderMarkTellsTheEncoding(String encoding) throws IOException {
    byte[] text =
        "\uFEFFuser;item;rating\nZoë;ü\uD83D\uDC17;5\n".getBytes(Charset.forName(encoding));
    assertLoads(
        load(file(text)),
        "encoding=%s columns=user,item,rating".formatted(encoding.toLowerCase(Locale.ROOT)),
        Map.of("Zoë ü\uD83D\uDC17", 5f));
  }

  @Test
  void aFileThatBeginsInAsciiMayGoOnInEither() throws IOException {
    String ascii = "1;abcdefgh;5\n".repeat(6000);
    file((ascii + "2;é;4\n").getBytes(CP1252));
    load(folder.resolve("ratings.csv"));
    assertThat(LoadedEvents.in(output())).containsEntry("2 é", 4f);
    load(file(ascii + "2;é;4\n"));
    assertThat(LoadedEvents.in(output())).containsEntry("2 é", 4f);
    load(file((ascii + "2;é;4\n").getBytes(CP1252)), "--encoding", "utf-8");
    assertThat(metadata()).containsEntry("peccary.rejected.invalidUtf8", "1");
  }

  @Test
  void whatIsGivenIsTaken() throws IOException {
    assertLoads(
        load(
            file("'x|y'#5#a\n'u'#4#b\n"),
            "--separator",
            "#",
            "--quote",
            "'",
            "--header",
            "no",
            "--encoding",
            "ISO-8859-1",
            "--columns",
            "3,1,2"),
        "separator=# quote=' header=no encoding=iso-8859-1 columns=3,1,2",
        Map.of("a x|y", 5f, "b u", 4f));
  }

  @Test
  void gzipIsUnpacked() throws IOException {
    Path packed = folder.resolve("ratings");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      out.write("1\ta\t5\n2\tb\t4\n".getBytes(StandardCharsets.UTF_8));
    }
    assertLoads(load(packed), "columns=1,2,3", Map.of("1 a", 5f, "2 b", 4f));
    assertThat(metadata()).containsEntry("peccary.source.format", "text.gz");
    byte[] bytes = Files.readAllBytes(packed);
    Files.delete(output());
    Files.write(packed, Arrays.copyOf(bytes, bytes.length - 9));
    refused(1, load(packed), "the gzip file must be whole: source=" + packed);
  }

  @Test
  void titlesComeFromASecondFile() throws IOException {
    Path titles = folder.resolve("books.csv");
    Files.writeString(
        titles, "\"ISBN\";\"Book-Title\"\n\"a\";\"Emma; or \\\"E\\\"\"\n\"z\";\"-\"\n");
    assertThat(load(file("1;a;5\n2;b;4\n"), "--titles", titles).json()).containsEntry("titles", 1);
    assertThat(title("a")).isEqualTo("Emma; or \"E\"");
    Files.write(titles, "x|été|a|1\ny|Z|b|1\n".getBytes(CP1252));
    load(folder.resolve("ratings.csv"), "--titles", titles, "--titles-columns", "3,2");
    assertThat(title("a")).isEqualTo("été");
  }

  private String title(String item) throws IOException {
    try (RatingMatrix matrix = RatingMatrix.open(output(), Verify.CHECKSUMS)) {
      return requireNonNull(requireNonNull(matrix.titles()).title(matrix.itemIds().indexOf(item)));
    }
  }

  @Test
  void theMetadataLoadsTheSameAgain() throws IOException {
    load(file("\"x\";\"stars\";\"who\"\n\"a\";\"5\";\"1\"\n"), "--columns", "who,x,stars");
    Map<String, String> first = metadata();
    Object[] settings =
        Stream.of("separator", "quote", "header", "encoding", "columns")
            .map(name -> "--%s=%s".formatted(name, first.get("peccary.source." + name)))
            .toArray();
    load(Stream.concat(Stream.of(folder.resolve("ratings.csv")), Stream.of(settings)).toArray());
    assertThat(metadata()).isEqualTo(first).containsEntry("peccary.source", "ratings.csv");
    assertThat(LoadedEvents.in(output())).containsExactly(Map.entry("1 a", 5f));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "''!the file must hold rows: rows=0",
        "'\n\r\n'!the file must hold rows: rows=0",
        "'user,item,rating\n'!the source must give rows: rows=0, separator=,",
        "'a;b\nc;d\n'!the rows must have 3 columns (user, item, rating): columns=1, first row 'a;b'",
        "'id,user_id,isbn,grade\n1,2,3,4\n'!the columns must be known (user, item, rating): header 'id,",
        "'1;a;x\n2;b;y\n'!a row must be left after cleaning: rows=1, rejected=1 (nonNumeric=1)",
      })
  void textThatCannotBeLoaded(String text, String sentence) throws IOException {
    refused(1, load(file(text)), sentence);
  }

  @Test
  void otherFilesAreNeither() throws IOException {
    Path file = file("1;\0;5\n");
    refused(1, load(file), "the source must be a SQLite database or delimited text: source=");
    assertLoads(load(file, "--csv"), "columns=1,2,3", Map.of("1 \0", 5f));
    Path unmarked = file("1;ü;5\n".getBytes(StandardCharsets.UTF_16LE));
    assertLoads(load(unmarked, "--encoding", "utf-16le"), "columns=1,2,3", Map.of("1 ü", 5f));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--csv", "--separator=;", "--header=no", "--titles-columns=1,2"})
  void wrongUsageWithADatabase(String option) throws IOException {
    Path database = Database.ofRatings(folder.resolve("books.db"), row(1, "a", 5));
    if (option.equals("--csv")) {
      refused(1, load(database, option), "a row must be left after cleaning: rows=");
      return;
    }
    refusedUsage(load(database, option));
  }

  private void refusedUsage(Cli.Result result) throws IOException {
    refused(2, result, "; see 'peccary load --help'");
    assertThat(result.err().lines()).hasSize(1);
  }

  @Test
  void anyDatabaseWithADriver() throws IOException {
    Path database = Database.ofRatings(folder.resolve("books.db"), row(1, "a", 5), row(2, "b", 4));
    String url = "jdbc:sqlite:" + database;
    String query = "SELECT user_id, isbn, rating FROM ratings";
    Cli.Result result = load("--jdbc", url, "--query", query, "--titles", "SELECT 'a', 'A'");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(LoadedEvents.in(output())).isEqualTo(Map.of("1 a", 5f, "2 b", 4f));
    assertThat(title("a")).isEqualTo("A");
    assertThat(metadata())
        .containsEntry("peccary.source", url)
        .containsEntry("peccary.source.format", "jdbc")
        .containsEntry("peccary.query", query);
    Files.delete(output());
    refused(
        1, load("--jdbc", url, "--query", "SELECT 1, 2"), "the query must give 3 columns, or 4");
    refused(1, load("--jdbc", url, "--query", "SELECT x"), "the query must fit the database: ");
    refused(
        1,
        load("--jdbc", "jdbc:none://me:secret@host/x?password=secret", "--query", query),
        "a JDBC driver must take the URL: jdbc=jdbc:none://host/x, drivers=org.sqlite.JDBC; put its jar");
    refusedUsage(load("--jdbc", url));
    refusedUsage(load("--jdbc", url, "--query", query, "--columns", "1,2,3"));
    refusedUsage(load("--jdbc", "sqlite:x", "--query", query));
    refusedUsage(load("--jdbc", url, "--query", query, "--password-env", "NO_SUCH_VARIABLE"));
    refusedUsage(load());
  }
}
