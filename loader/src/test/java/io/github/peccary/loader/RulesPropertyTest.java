package io.github.peccary.loader;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A load by rules, and a load without them of a source to which somebody has applied them.
class RulesPropertyTest {
  @TempDir private Path folder;

  /// Rows to which rules were applied, and how many they changed and left out.
  private record ByHand(
      List<@Nullable Object[]> rows, Map<String, Long> changed, Map<String, Long> left) {

    static ByHand of(List<@Nullable Object[]> typed, Set<Rule> rules, Set<String> dropped) {
      ByHand result = new ByHand(new ArrayList<>(), new TreeMap<>(), new TreeMap<>());
      for (@Nullable Object[] row : typed) {
        String clean = IsbnOracle.clean(String.valueOf(row[1]));
        IsbnForm form = IsbnOracle.form(clean);
        String isbn = IsbnOracle.changed(clean, rules);
        if (dropped.contains(String.valueOf(row[0]))) {
          result.left.merge("drop-user", 1L, Long::sum);
        } else if (form == IsbnForm.JUNK && rules.contains(Rule.DROP_JUNK)) {
          result.left.merge("drop-junk", 1L, Long::sum);
        } else {
          result.rows.add(Databases.row(row[0], isbn, row[2]));
          if (!isbn.equals(clean)) {
            Arrays.stream(Rule.values())
                .filter(rule -> rule.form() == form)
                .forEach(rule -> result.changed.merge(rule.word(), 1L, Long::sum));
          }
        }
      }
      return result;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void rulesDoWhatIsDoneByHand(long seed) throws Exception {
    Random random = new Random(seed);
    Set<Rule> rules = EnumSet.noneOf(Rule.class);
    Arrays.stream(Rule.values())
        .filter(rule -> rule != Rule.DROP_USER && random.nextInt(3) > 0)
        .forEach(rules::add);
    TreeSet<String> dropped =
        random.nextBoolean() ? new TreeSet<>(List.of("u1", "u7", "nobody")) : new TreeSet<>();
    List<@Nullable Object[]> typed = new ArrayList<>();
    for (int i = 0, count = 1 + random.nextInt(9_000); i < count; i++) {
      typed.add(
          Databases.row("u" + random.nextInt(40), DirtyIds.typed(random, 60), random.nextInt(11)));
    }
    ByHand byHand = ByHand.of(typed, rules, dropped);
    String message = "seed=%d, rules=%s, dropped=%s".formatted(seed, rules, dropped);

    LoadConfig config = config("typed", typed).withRules(new Rules(rules, dropped));
    LoadReport report = Loader.load(config, LoadListener.NONE);
    LoadConfig hand = config("byHand", byHand.rows);
    Loader.load(hand, LoadListener.NONE);

    byte[] tensors = tensors(config.output());
    assertThat(tensors).as(message).isEqualTo(tensors(hand.output()));
    assertThat(report.changed()).as(message).isEqualTo(byHand.changed);
    assertThat(report.dropped()).as(message).isEqualTo(byHand.left);
    long sum = byHand.left.values().stream().mapToLong(Long::longValue).sum();
    assertThat(report.ratings() + report.implicit() + report.duplicates() + sum)
        .as(message)
        .isEqualTo(report.rows());
    Map<String, String> metadata = Loaded.from(config.output()).metadata();
    assertThat(metadata.get("peccary.sourceSha256"))
        .as(message)
        .isEqualTo(Loaded.from(hand.output()).metadata().get("peccary.sourceSha256"));
    byHand.changed.forEach(
        (rule, rows) ->
            assertThat(metadata).containsEntry("peccary.changed." + rule, rows.toString()));
    byHand.left.forEach(
        (rule, rows) ->
            assertThat(metadata).containsEntry("peccary.dropped." + rule, rows.toString()));

    byte[] whole = Files.readAllBytes(config.output());
    Loader.load(config, LoadListener.NONE, 1 << random.nextInt(18), 0);
    assertThat(Files.readAllBytes(config.output())).as(message).isEqualTo(whole);
    for (@Nullable Object[] row : typed) {
      String item = String.valueOf(row[1]);
      assertThat(Rules.itemId(item, metadata))
          .as("%s, item='%s'", message, item)
          .isEqualTo(IsbnOracle.changed(IsbnOracle.clean(item), rules));
    }
  }

  @Test
  void titlesFollowTheirItems() throws Exception {
    LoadConfig config =
        config("titles", List.<@Nullable Object[]>of(Databases.row("a", "0306406152", 5)));
    try (var connection = Databases.open(Databases.path(config))) {
      Databases.execute(connection, "CREATE TABLE books (isbn, title)");
      Databases.insert(connection, "books", Databases.row("978-0-306-40615-7", "Folded"));
    }
    LoadConfig titled = Databases.withTitles(config, "SELECT isbn, title FROM books");
    Loader.load(titled, LoadListener.NONE);
    assertThat(Loaded.from(titled.output()).titles()).isEmpty();
    Loader.load(
        titled.withRules(new Rules(EnumSet.of(Rule.FOLD_ISBN13), new TreeSet<>())),
        LoadListener.NONE);
    assertThat(Loaded.from(titled.output()).titles()).containsEntry("0306406152", "Folded");
  }

  private LoadConfig config(String name, List<@Nullable Object[]> rows) throws Exception {
    return LoadConfig.of(
        Databases.ratings(folder.resolve(name + ".db"), rows.toArray(Object[][]::new)),
        folder.resolve(name));
  }

  /// The bytes after the header.
  private static byte[] tensors(Path file) throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    int header = (bytes[0] & 0xFF) | (bytes[1] & 0xFF) << 8 | (bytes[2] & 0xFF) << 16;
    return Arrays.copyOfRange(bytes, 8 + header, bytes.length);
  }
}
