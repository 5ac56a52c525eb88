package io.github.peccary.tools.command;

import io.github.peccary.engine.storage.WholeFile;
import io.github.peccary.loader.Doctor;
import io.github.peccary.loader.DoctorReport;
import io.github.peccary.loader.DuplicatePolicy;
import io.github.peccary.loader.LoadConfig;
import io.github.peccary.loader.Rules;
import io.github.peccary.loader.RulesProposal;
import io.github.peccary.loader.Source;
import io.github.peccary.tools.Bars;
import io.github.peccary.tools.Console;
import io.github.peccary.tools.Format;
import io.github.peccary.tools.ProgressBar;
import io.github.peccary.tools.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "doctor",
    showDefaultValues = true,
    description = {
      "Tell what is in the ratings of a database or a text file, and what is wrong with them: values,",
      "users and items by number of events, duplicates, rejected rows, forms of ISBNs, users who look",
      "like machines; and what each rule of 'peccary load --rules' would change. Nothing is changed."
    },
    footer = {
      "  peccary doctor books.db",
      "  peccary doctor BX-Book-Ratings.csv.gz --write-rules books.rules",
      "  peccary load BX-Book-Ratings.csv.gz --rules books.rules",
      "  peccary doctor ratings.dat --item-ids verbatim --json",
    })
final class DoctorCommand implements Callable<Integer> {
  private final Console console;

  @Spec private CommandSpec spec;

  @Mixin private SourceOptions sources;

  @Mixin private CleaningOptions cleaning;

  @Option(
      names = "--write-rules",
      paramLabel = "FILE",
      description =
          "Propose rules in a new file: those that do no harm, and as comments those that leave rows"
              + " out or guess.")
  private @Nullable Path rules;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      converter = BytesConverter.class,
      description =
          "Memory for ids and events, such as 512m or 2g; temporary files hold what is beyond, beside"
              + " the file of rules, or in the system's folder for such files.")
  private long memory = LoadConfig.DEFAULT_MEMORY_BYTES;

  DoctorCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    Source source = sources.source();
    Path output = rules == null ? Path.of(System.getProperty("java.io.tmpdir"), "rules") : rules;
    LoadConfig config =
        Settings.valid(
            spec,
            () ->
                new LoadConfig(
                    source,
                    output,
                    cleaning.zero(),
                    DuplicatePolicy.LAST,
                    cleaning.itemIds(),
                    cleaning.scale(),
                    Rules.NONE,
                    false,
                    memory));
    if (rules != null) {
      requireNew(rules);
    }
    DoctorReport report;
    try (ProgressBar progress = console.progress()) {
      report = Doctor.examine(config, new LoadCommand.Notes(console, progress));
    }
    String name = name(source);
    new DoctorPage(report, Bars.ofTerminal()).lines(name).forEach(console::line);
    Map<String, Object> fields = DoctorFields.of(report);
    if (rules != null) {
      WholeFile.write(rules, RulesProposal.of(report, name));
      fields.put("rules", rules.toString());
      console.line("");
      console.line("%s: rules to look at, then for 'peccary load --rules'".formatted(rules));
    }
    fields.put("seconds", report.seconds());
    fields.put("rowsPerSecond", report.rowsPerSecond());
    Settings.putMemory(fields);
    console.line("");
    console.line(
        "%s, %s rows/s"
            .formatted(Format.seconds(report.seconds()), Format.scaled(report.rowsPerSecond())));
    console.result(fields);
    return 0;
  }

  /// Somebody may have worked on an old file.
  private static void requireNew(Path rules) throws IOException {
    Settings.requireWritable(rules);
    if (Files.exists(rules)) {
      throw new Refusal(
          "the file of rules must not exist yet: rules="
              + rules
              + "; remove it, or name another file");
    }
  }

  private static String name(Source source) {
    return source.files().isEmpty()
        ? "the query"
        : source.files().stream()
            .limit(1)
            .map(file -> String.valueOf(file.getFileName()))
            .collect(Collectors.joining());
  }
}
