package io.github.peccary.tools;

import static io.github.peccary.tools.Database.row;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The doctor, the rules that it proposes, and a load by them, through the command line.
class DoctorCommandTest {
  private static final String HUNGER = "0306406152";
  private static final String HUNGER_13 = "978-0-306-40615-7";

  @TempDir private static Path sources;
  @TempDir private Path folder;

  /// User 11676 has 1,001 books, half of them seen only; others have a few in every form.
  @BeforeAll
  static void write() throws IOException {
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (int i = 0; i < 1_001; i++) {
      rows.add(row("11676", "B0" + (10_000_000 + i), i % 2 == 0 ? 0 : 8));
    }
    rows.add(row("ann", HUNGER, 7));
    rows.add(row("ann", HUNGER_13, 9)); // a duplicate once it is folded
    rows.add(row("bob", "0-306-40615-2", 8));
    rows.add(row("bob", "O3O64O6152", 6));
    rows.add(row("bob", "0306406152.", 6));
    rows.add(row("eve", "0306406152(PB", 5));
    rows.add(row("eve", "306406152", 5));
    rows.add(row("eve", "0306406153", 1));
    rows.add(row("eve", "0306406153", 2)); // a duplicate as it is
    rows.add(row("eve", "junk", 3));
    rows.add(row("eve", "", 3));
    rows.add(row("eve", "0306406153", "good"));
    Database.ofRatings(sources.resolve("books.db"), rows.toArray(Object[][]::new));
    Files.writeString(
        sources.resolve("books.csv"),
        rows.stream()
            .map(row -> row[0] + ";" + row[1] + ";" + row[2])
            .collect(Collectors.joining("\n", "user;isbn;rating\n", "\n")));
  }

  private Path rules() {
    return folder.resolve("books.rules");
  }

  private static Cli.Result done(Object... args) {
    Cli.Result result = Cli.run(args);
    assertThat(result.exitCode()).as(result.err()).isZero();
    return result;
  }

  @ParameterizedTest
  @ValueSource(strings = {"books.db", "books.csv"})
  void thePartsArePrinted(String source) throws IOException {
    Cli.Result result = done("doctor", sources.resolve(source));
    assertThat(result.out().lines().map(line -> line.replaceAll(" +[█▏▎▍▌▋▊▉#]+$", "")))
        .contains(
            source + ": 1,013 rows, 1,010 events of 4 users and 1,009 items",
            "  rows        1,013",
            "  ratings       509",
            "  implicit      501  seen, not rated",
            "  duplicates      1  of a user and an item",
            "  rejected        1  emptyId: row 1012, item=''",
            "  rejected        1  nonNumeric: row 1013, rating='good'",
            "      0     501  49.6 %",
            "  zeros: 501 (49.6 %); 0 users (0.0 %) and 501 items (49.7 %) have nothing else",
            "       3-5      2  50.0 %          0.7 %",
            "     1001+      1  25.0 %         99.1 %",
            "         1  1,008  99.9 %         99.8 %",
            "  user   events  of all  ratings  of all   zeros  mean rating",
            "  11676   1,001  99.1 %      500  98.2 %  50.0 %         8.00",
            "  1 row too many: 0 pairs with one value, 1 with different values",
            "  user eve, item 0306406153: 2 rows, the first 1, the last 2",
            "  1,010 spellings of 1,009 items; cleaning changes 2 rows; 1 item in more than one spelling",
            "  '0306406152', '0-306-40615-2'",
            "  ISBN-10                        1   0.1 %      2  0306406152",
            "  ISBN-13                        1   0.1 %      1  9780306406157",
            "  wrong check digit, 10          1   0.1 %      2  0306406153",
            "  ASIN                       1,001  99.2 %  1,001  B010000000  B010000001  B010000002",
            "  fold-isbn13           1     1     1               1  9780306406157 -> 0306406152",
            "  fix-letters           1     1     1               1  O3O64O6152 -> 0306406152",
            "  drop-junk             1     1     0               0  junk",
            "  together, without those that drop: 1,009 items become 1,004, 4 events become duplicates",
            "  user ann has both 9780306406157 and 0306406152");
    assertThat(result.out()).doesNotContain("null", "NaN");
    try (Stream<Path> files = Files.list(sources)) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void theReportIsOneObject() {
    Cli.Result result = done("doctor", sources.resolve("books.db"), "--json");
    assertThat(result.out().lines()).hasSize(1);
    Map<String, Object> json = result.json();
    assertThat(Cli.number(json, "rows")).isEqualTo(1_013);
    assertThat(Cli.number(json, "rejected", "nonNumeric")).isEqualTo(1);
    assertThat(Cli.number(json, "zeros", "items")).isEqualTo(501);
    assertThat(Cli.number(json, "duplicates", "differentPairs")).isEqualTo(1);
    assertThat(Cli.number(json, "itemsLeft")).isEqualTo(1_004);
    assertThat(json)
        .containsEntry(
            "collectors",
            List.of(
                Map.of("user", "11676", "events", 1001, "ratings", 500, "zeros", 501, "mean", 8.0)))
        .containsKeys("values", "usersByEvents", "itemsByEvents", "spellings", "forms", "effects")
        .containsKeys("rejections", "seconds", "rowsPerSecond", "collectorCount", "newDuplicates")
        .doesNotContainKey("rules");
  }

  @Test
  void itemsThatAreNoIsbnsHaveNoForms() {
    Path source = sources.resolve("books.csv");
    assertThat(done("doctor", source, "--item-ids", "verbatim").out())
        .contains("1,010 items")
        .doesNotContain("ISBN", "What each rule would do");
    assertThat(done("doctor", source, "--zero", "rating", "--scale", "0..8").out())
        .contains("ratings     1,009", "outOfScale: row 1003, rating='9'");
  }

  @Test
  void whatIsProposedCanBeLoaded() throws IOException {
    Path source = sources.resolve("books.db");
    Cli.Result proposed = done("doctor", source, "--write-rules", rules());
    assertThat(proposed.out())
        .contains(rules() + ": rules to look at, then for 'peccary load --rules'");
    assertThat(rules())
        .hasContent(
            """
            peccary rules 1
            # By 'peccary doctor', from 1013 rows of books.db, for 'peccary load --rules'.
            # What begins with '#' is a comment: remove it from a rule to apply the rule.

            fold-isbn13          # 1 item, 1 row; 1 joined to others: 9780306406157 -> 0306406152
            fix-letters          # 1 item, 1 row; 1 joined to others: O3O64O6152 -> 0306406152
            fix-punctuation      # 1 item, 1 row; 1 joined to others: 0306406152. -> 0306406152
            trim-isbn            # 1 item, 1 row; 1 joined to others: 0306406152(PB -> 0306406152
            fix-leading-zero     # 1 item, 1 row, about 0 of the items by chance; 1 joined to others: 306406152 -> 0306406152
            # drop-junk          # 1 item, 1 row: junk
            # drop-user 11676    # 1001 events, 99.1 % of all; 500 ratings, 98.2 % of all, mean 8.00
            """);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(rules());
    }

    Path output = folder.resolve("ratings");
    Map<String, Object> json =
        done("load", source, "-o", output, "--rules", rules(), "--json").json();
    assertThat(Cli.number(json, "items")).isEqualTo(1_004);
    assertThat(Cli.number(json, "duplicates")).isEqualTo(5);
    assertThat(Cli.object(json, "dropped")).isEmpty();
    assertThat(Cli.object(json, "changed"))
        .isEqualTo(
            Map.of(
                "fix-leading-zero", 1,
                "fix-letters", 1,
                "fix-punctuation", 1,
                "fold-isbn13", 1,
                "trim-isbn", 1));

    // a person activates the others; what they leave out is no reason for --strict to refuse
    Files.writeString(rules(), Files.readString(rules()).replace("# drop", "drop"));
    String good = "SELECT * FROM ratings WHERE isbn <> '' AND rating <> 'good'";
    Cli.Result result =
        done("load", source, "--query", good, "-o", output, "--rules", rules(), "--strict");
    assertThat(result.out()).contains("  dropped     1,001  drop-user", "  changed         1");
    assertThat(LoadedEvents.in(output))
        .isEqualTo(
            Map.of(
                "ann " + HUNGER,
                9f,
                "bob " + HUNGER,
                6f,
                "eve " + HUNGER,
                5f,
                "eve 0306406153",
                2f));
  }

  @Test
  void rowsThatRulesLeaveOutAreAccountedFor() throws IOException {
    Files.writeString(rules(), "peccary rules 1\ndrop-user 11676\ndrop-junk\nfold-isbn13\n");
    Path output = folder.resolve("ratings");
    Cli.Result result =
        done("load", sources.resolve("books.csv"), "-o", output, "--rules", rules());
    assertThat(result.out())
        .contains(
            "  dropped     1,001  drop-user",
            "  dropped         1  drop-junk",
            "  changed         1  fold-isbn13");
    assertThat(result.err()).doesNotContain("11676");
    assertThat(LoadedEvents.in(output))
        .isEqualTo(
            Map.of(
                "ann " + HUNGER,
                9f,
                "bob " + HUNGER,
                8f,
                "bob O3O64O6152",
                6f,
                "bob 0306406152.",
                6f,
                "eve 0306406152(PB",
                5f,
                "eve 306406152",
                5f,
                "eve 0306406153",
                2f));
    assertThat(Cli.object(done("inspect", output, "--json").json(), "metadata"))
        .containsEntry("peccary.dropped.drop-user", "1001")
        .containsEntry("peccary.dropped.drop-junk", "1")
        .containsEntry("peccary.changed.fold-isbn13", "1")
        .containsEntry(
            "peccary.load.rules",
            "5f8954b8600d4621c1fa9b0d2b6c75b4f81d50074194720621e5f7bad7018b25");
  }

  @Test
  void aModelIsAskedInAnyFormThatTheRulesKnow() throws IOException {
    Files.writeString(rules(), "peccary rules 1\nfold-isbn13\nfix-letters\n");
    Path ratings = folder.resolve("ratings");
    Path model = folder.resolve("model");
    done("load", sources.resolve("books.db"), "-o", ratings, "--rules", rules());
    done("train", ratings, "-o", model, "--epochs", 1, "--rank", 4, "--holdout", 0);
    for (String id : List.of(HUNGER, HUNGER_13, "o3o64o6152")) {
      assertThat(done("predict", model, "--user", "eve", "--item", id, "--json").json().get("item"))
          .isEqualTo(HUNGER);
      assertThat(done("similar", model, "--item", id, "--json").json().get("item"))
          .isEqualTo(HUNGER);
    }
    Cli.Result result = done("recommend", model, "--user", "eve", "--allow", HUNGER_13, "--json");
    assertThat(result.json().get("items")).asString().contains(HUNGER);
    Cli.Result unknown = Cli.run("predict", model, "--user", "eve", "--item", HUNGER + ">>5");
    assertThat(unknown.exitCode()).as("nobody asked for that rule").isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "peccary rules 1,fold|1|a rule must be known: rules=FILE, line=2, found='fold'; these are:"
            + " fold-isbn13, fix-letters, fix-punctuation, trim-isbn, fix-leading-zero, drop-junk,"
            + " drop-user ID",
        "fold-isbn13|1|a file of rules must begin with 'peccary rules 1': rules=FILE, line=1,"
            + " found='fold-isbn13'; add it",
        "peccary rules 1,drop-user 1,drop-user 1|1|a rule must stand once: rules=FILE, line=3,"
            + " found='drop-user 1'; it is on line 2, too",
        "peccary rules 1,fix-letters|2|rules about items must have ISBNs: rule=fix-letters,"
            + " itemIds=verbatim; remove the rule, or load with --item-ids isbn; see 'peccary load"
            + " --help'",
      })
  void wrongRulesAreRefused(String lines, int exitCode, String sentence) throws IOException {
    Files.writeString(rules(), lines.replace(',', '\n'));
    Path output = Files.writeString(folder.resolve("ratings"), "old");
    Cli.Result result =
        Cli.run(
            "load",
            sources.resolve("books.db"),
            "-o",
            output,
            "--rules",
            rules(),
            "--item-ids",
            exitCode == 2 ? "verbatim" : "isbn");
    assertThat(result.err())
        .isEqualTo("peccary: " + sentence.replace("FILE", rules().toString()) + "\n");
    assertThat(result.exitCode()).isEqualTo(exitCode);
    assertThat(output).hasContent("old");
  }

  @Test
  void rulesThatLeaveNothingAreRefused() throws IOException {
    Files.writeString(rules(), "peccary rules 1\ndrop-user ann\n");
    Path source = Database.ofRatings(folder.resolve("ann.db"), row("ann", HUNGER, 1));
    Cli.Result result =
        Cli.run("load", source, "-o", folder.resolve("ratings"), "--rules", rules());
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .startsWith(
            "peccary: a row must be left after cleaning: rows=1, rejected=0, dropped by rules"
                + " {drop-user=1}, query=");
  }

  @Test
  void rulesThatSomebodyWorkedOnAreNotReplaced() throws IOException {
    Files.writeString(rules(), "mine");
    Cli.Result result =
        Cli.run("doctor", sources.resolve("books.db"), "--write-rules", rules(), "--json");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo(
            "peccary: the file of rules must not exist yet: rules="
                + rules()
                + "; remove it, or name another file\n");
    assertThat(rules()).hasContent("mine");
    Path nowhere = folder.resolve("no/books.rules");
    assertThat(Cli.run("doctor", sources.resolve("books.db"), "--write-rules", nowhere).err())
        .contains("the output's folder must exist: output=" + nowhere);
    assertThat(Cli.run("doctor", folder.resolve("missing.csv")).err())
        .contains("the source must be an existing file: source=" + folder.resolve("missing.csv"));
  }
}
