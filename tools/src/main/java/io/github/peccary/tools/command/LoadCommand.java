package io.github.peccary.tools.command;

import io.github.peccary.engine.ratings.TimeRange;
import io.github.peccary.loader.DuplicatePolicy;
import io.github.peccary.loader.LoadConfig;
import io.github.peccary.loader.LoadListener;
import io.github.peccary.loader.LoadReport;
import io.github.peccary.loader.Loader;
import io.github.peccary.loader.Rules;
import io.github.peccary.loader.RulesFile;
import io.github.peccary.loader.Source;
import io.github.peccary.tools.Console;
import io.github.peccary.tools.Format;
import io.github.peccary.tools.ProgressBar;
import io.github.peccary.tools.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "load",
    showDefaultValues = true,
    description = {
      "Clean the ratings of a SQLite database, a text file such as CSV, or any database with a JDBC",
      "driver, and write them to a ratings file."
    },
    footer = {
      "  peccary load books.db -o ratings.safetensors --titles \"SELECT isbn, title FROM books\"",
      "  peccary load ml.db --query \"SELECT user, movie, stars FROM votes\" --item-ids verbatim \\",
      "    --scale 0.5..5 --zero rating",
      "  peccary load BX-Book-Ratings.csv.gz --titles BX_Books.csv",
      "  peccary load ratings.dat --item-ids verbatim",
      "  peccary load books.db -o ratings.safetensors --append",
      "  peccary load books.db --rules books.rules",
      "  peccary load votes.txt --separator tab --header no --columns 2,3,5 --encoding utf-16le",
      "  PECCARY_CLASSPATH=postgresql.jar peccary load --jdbc jdbc:postgresql://host/shop \\",
      "    --user ann --password-env PGPASSWORD --query \"SELECT buyer, product, stars FROM votes\"",
    })
final class LoadCommand implements Callable<Integer> {
  private final Console console;

  @Spec private CommandSpec spec;

  @Mixin private SourceOptions sources;

  @Mixin private CleaningOptions cleaning;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The ratings file to write; an old one stays until the new one is complete.")
  private Path output = Path.of("ratings.safetensors");

  @Option(
      names = "--append",
      description = {
        "Add to FILE, with the options of the load that made it, the rows that SOURCE has gained at",
        "its end since: FILE is then as if all had been loaded at once. Rows that it has are taken to",
        "be as they were; the last of them is looked at. Titles are read again with the new ones.",
        "Without such a FILE, load all."
      })
  private boolean append;

  @Option(
      names = "--duplicates",
      paramLabel = "POLICY",
      description = "What becomes of several rows of one pair: ${COMPLETION-CANDIDATES}.")
  private DuplicatePolicy duplicates = DuplicatePolicy.LAST;

  @Option(names = "--strict", description = "Refuse the load where a single row is rejected.")
  private boolean strict;

  @Option(
      names = "--rules",
      paramLabel = "FILE",
      description =
          "Change ids and leave rows out as this file says; 'peccary doctor --write-rules' writes"
              + " one.")
  private @Nullable Path rules;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      converter = BytesConverter.class,
      description =
          "Memory for ids and events, such as 512m or 2g; temporary files beside the output hold"
              + " what is beyond.")
  private long memory = LoadConfig.DEFAULT_MEMORY_BYTES;

  LoadCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    Source source = sources.source();
    Rules read = rules == null ? Rules.NONE : RulesFile.read(rules);
    LoadConfig config =
        Settings.valid(
            spec,
            () ->
                new LoadConfig(
                    source,
                    output,
                    cleaning.zero(),
                    duplicates,
                    cleaning.itemIds(),
                    cleaning.scale(),
                    read,
                    strict,
                    memory));
    Settings.requireWritable(output, source.files().toArray(Path[]::new));
    LoadReport report;
    try (ProgressBar progress = console.progress()) {
      Notes notes = new Notes(console, progress);
      report = append ? Loader.append(config, notes) : Loader.load(config, notes);
    }
    if (append && report.appended() == report.rows()) {
      console.note("peccary: there was no %s to append to: all was loaded".formatted(output));
    }
    noteRejections(report);
    print(report);
    console.result(fields(report));
    return 0;
  }

  /// Tells how the source is read, then how far reading has come.
  record Notes(Console console, ProgressBar progress, long start) implements LoadListener {
    Notes(Console console, ProgressBar progress) {
      this(console, progress, System.nanoTime());
    }

    @Override
    public void recognized(String what) {
      console.note("peccary: " + what);
    }

    @Override
    public void rows(long rows) {
      progress.update(
          rows,
          0,
          () ->
              "%s, %s rows/s"
                  .formatted(
                      Format.count(rows, "row"),
                      Format.scaled(rows / (1e-9 * (System.nanoTime() - start)))));
    }
  }

  private void noteRejections(LoadReport report) {
    report.firstRejections().forEach(rejection -> console.note("peccary: rejected " + rejection));
    long more = report.newRejections() - report.firstRejections().size();
    if (more > 0) {
      console.note("peccary: rejected %s more".formatted(Format.count(more, "row")));
    }
  }

  private void print(LoadReport report) {
    console.line(
        "%s: %s of %s and %s"
            .formatted(
                report.output(),
                Format.count(report.ratings() + report.implicit(), "event"),
                Format.count(report.users(), "user"),
                Format.count(report.items(), "item")));
    console.line("");
    Table table = new Table("rows<", Format.count(report.rows()), appended(report) + "<");
    table.row("ratings", Format.count(report.ratings()), "");
    table.row("implicit", Format.count(report.implicit()), "seen, not rated");
    table.row(
        "duplicates",
        Format.count(report.duplicates()),
        "merged: " + duplicates.name().toLowerCase(Locale.ROOT));
    putCounts(table, "rejected", report.rejected());
    putCounts(table, "dropped", report.dropped());
    putCounts(table, "changed", report.changed());
    if (report.titles() > 0) {
      table.row("titles", Format.count(report.titles()), "");
    }
    table.lines().forEach(console::line);
    if (report.times() != null) {
      console.line("");
      console.line("from " + report.times());
    }
    console.line("");
    console.line(
        "%s, %s rows/s"
            .formatted(Format.seconds(report.seconds()), Format.scaled(report.rowsPerSecond())));
  }

  private String appended(LoadReport report) {
    if (!report.written()) {
      return "nothing new, the file is as it was";
    }
    return append ? "%s of them new".formatted(Format.count(report.appended())) : "";
  }

  private static void putCounts(Table table, String name, Map<String, Long> counts) {
    counts.forEach((why, count) -> table.row(name, Format.count(count), why));
  }

  private Map<String, Object> fields(LoadReport report) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("output", report.output().toString());
    fields.put("rows", report.rows());
    if (append) {
      fields.put("appended", report.appended());
    }
    fields.put("ratings", report.ratings());
    fields.put("implicit", report.implicit());
    fields.put("users", report.users());
    fields.put("items", report.items());
    fields.put("titles", report.titles());
    if (report.times() != null) {
      fields.put("earliest", TimeRange.text(report.times().earliest()));
      fields.put("latest", TimeRange.text(report.times().latest()));
    }
    fields.put("duplicates", report.duplicates());
    fields.put("rejected", report.rejected());
    fields.put("dropped", report.dropped());
    fields.put("changed", report.changed());
    fields.put("seconds", report.seconds());
    fields.put("rowsPerSecond", report.rowsPerSecond());
    Settings.putMemory(fields);
    return fields;
  }
}
