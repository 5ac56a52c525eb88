package io.github.peccary.tools.command;

import io.github.peccary.tools.Console;
import io.github.peccary.tools.Format;
import io.github.peccary.tools.ProgressBar;
import io.github.peccary.tools.generate.Generator;
import io.github.peccary.tools.generate.GeneratorConfig;
import io.github.peccary.tools.generate.GeneratorReport;
import io.github.peccary.tools.generate.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "generate",
    showDefaultValues = true,
    description = {
      "Make up a SQLite database of ratings with a model planted in it.",
      "It has the tables ratings(user_id, isbn, rating), books(isbn, title, author, year) and",
      "users(user_id, location, age), and Book-Crossing's flaws: hyphens, blanks, lower-case x,",
      "duplicates, more zeros than ratings. The same shape and seed give the same rows."
    },
    footer = {
      "  peccary generate --shape book-crossing --seed 42 -o books.db",
      "  peccary generate --shape small -o small.db          5,000 users, a fraction of a second",
    })
final class GenerateCommand implements Callable<Integer> {
  private final Console console;

  @Spec private CommandSpec spec;

  @Option(
      names = "--shape",
      paramLabel = "NAME",
      description = "Whose numbers: book-crossing (1,149,780 rows) or small (40,000).")
  private String shape = "book-crossing";

  @Option(names = "--seed", paramLabel = "N", description = "Another seed, other rows.")
  private long seed = 42;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The database to write; an old one is replaced once the new one is complete.")
  private Path output = Path.of("books.db");

  GenerateCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    GeneratorConfig config =
        Settings.valid(spec, () -> new GeneratorConfig(Shape.named(shape), seed, output));
    Settings.requireWritable(output);
    GeneratorReport report;
    try (ProgressBar progress = console.progress()) {
      report =
          Generator.generate(
              config,
              (written, planned) ->
                  progress.update(written, planned, () -> Format.count(written, "row")));
    }
    print(report);
    console.result(fields(report));
    return 0;
  }

  private void print(GeneratorReport report) {
    console.line(
        "%s: %s of %s and %s, %s with a title, %s"
            .formatted(
                report.output(),
                Format.count(report.rows(), "row"),
                Format.count(report.users(), "user"),
                Format.count(report.items(), "item"),
                Format.count(report.books()),
                Format.seconds(report.seconds())));
  }

  private static Map<String, Object> fields(GeneratorReport report) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("output", report.output().toString());
    fields.put("shape", report.shape());
    fields.put("seed", report.seed());
    fields.put("rows", report.rows());
    fields.put("users", report.users());
    fields.put("items", report.items());
    fields.put("books", report.books());
    fields.put("duplicates", report.duplicates());
    fields.put("seconds", report.seconds());
    Settings.putMemory(fields);
    return fields;
  }
}
