package io.github.peccary.tools.command;

import io.github.peccary.tools.Console;
import io.github.peccary.tools.Format;
import io.github.peccary.tools.ProgressBar;
import io.github.peccary.tools.generate.Generator;
import io.github.peccary.tools.generate.GeneratorConfig;
import io.github.peccary.tools.generate.GeneratorListener;
import io.github.peccary.tools.generate.GeneratorReport;
import io.github.peccary.tools.generate.RatingsFileConfig;
import io.github.peccary.tools.generate.RatingsFileGenerator;
import io.github.peccary.tools.generate.RatingsShape;
import io.github.peccary.tools.generate.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "generate",
    showDefaultValues = true,
    description = {
      "Make up ratings with a model of rank 8 planted in them: a SQLite database, or a ratings file",
      "where the output's name ends in .safetensors. The same shape and seed give the same rows.",
      "",
      "A database has the tables ratings(user_id, isbn, rating), books(isbn, title, author, year)",
      "and users(user_id, location, age), and Book-Crossing's flaws: hyphens, blanks, lower-case x,",
      "duplicates, more zeros than ratings. A ratings file goes straight to train: ratings from 0.5",
      "to 5, none of them 0, of a standard deviation of 0.9, of which 0.6 is noise."
    },
    footer = {
      "  peccary generate --shape book-crossing --seed 42 -o books.db",
      "  peccary generate --shape small -o small.db          5,000 users, a fraction of a second",
      "  peccary generate --shape large -o large.safetensors",
      "  peccary generate --users 2000000 --items 500000 --ratings 200000000 -o huge.safetensors",
    })
final class GenerateCommand implements Callable<Integer> {
  private static final String RATINGS_FILE = ".safetensors";
  private static final String LARGE = "large";

  private final Console console;

  @Spec private CommandSpec spec;

  @Option(
      names = "--shape",
      paramLabel = "NAME",
      description = {
        "Whose numbers. For a database: book-crossing, 1,149,780 rows (the default),",
        "or small, 40,000. For a ratings file: large, 20,000,000 ratings of 200,000",
        "users and 50,000 items."
      })
  private @Nullable String shape;

  @Option(
      names = "--users",
      paramLabel = "N",
      description = {
        "Another number of users. Numbers not given stay; the proportions are those",
        "of book-crossing in a database, those of large in a ratings file."
      })
  private @Nullable Integer users;

  @Option(names = "--items", paramLabel = "N", description = "Another number of items.")
  private @Nullable Integer items;

  @Option(
      names = "--ratings",
      paramLabel = "N",
      description = "Another number of ratings, of rows in a database.")
  private @Nullable Long ratings;

  @Option(names = "--seed", paramLabel = "N", description = "Another seed, other rows.")
  private long seed = 42;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The file to write; an old one is replaced once the new one is complete.")
  private Path output = Path.of("books.db");

  GenerateCommand(Console console) {
    this.console = console;
  }

  /// What is left to do once the settings are known to be right.
  private interface Generation {
    GeneratorReport run(GeneratorListener listener) throws IOException;
  }

  @Override
  public Integer call() throws IOException {
    Generation generation = Settings.valid(spec, this::generation);
    Settings.requireWritable(output);
    GeneratorReport report;
    try (ProgressBar progress = console.progress()) {
      report =
          generation.run(
              (made, planned) -> progress.update(made, planned, () -> Format.count(made, "row")));
    }
    print(report);
    console.result(fields(report));
    return 0;
  }

  private Generation generation() {
    if (output.toString().endsWith(RATINGS_FILE)) {
      RatingsFileConfig config = RatingsFileConfig.of(ratingsShape(), seed, output);
      return listener -> RatingsFileGenerator.generate(config, listener);
    }
    GeneratorConfig config = new GeneratorConfig(databaseShape(), seed, output);
    return listener -> Generator.generate(config, listener);
  }

  private RatingsShape ratingsShape() {
    if (shape != null && !shape.equals(LARGE)) {
      throw new IllegalArgumentException(
          "a ratings file must be of the shape %s: shape='%s', output=%s; name a database, and load it"
              .formatted(LARGE, shape, output));
    }
    RatingsShape large = RatingsShape.large();
    return users == null && items == null && ratings == null
        ? large
        : RatingsShape.of(
            Objects.requireNonNullElse(users, large.users()),
            Objects.requireNonNullElse(items, large.items()),
            Objects.requireNonNullElse(ratings, large.ratings()));
  }

  private Shape databaseShape() {
    if (LARGE.equals(shape)) {
      throw new IllegalArgumentException(
          "the shape %s must go to a ratings file: output=%s; name one that ends in %s"
              .formatted(LARGE, output, RATINGS_FILE));
    }
    Shape named = shape == null ? Shape.bookCrossing() : Shape.named(shape);
    return users == null && items == null && ratings == null
        ? named
        : Shape.of(
            Objects.requireNonNullElse(users, named.users()),
            Objects.requireNonNullElse(items, named.items()),
            Objects.requireNonNullElse(ratings, (long) named.rows()));
  }

  private void print(GeneratorReport report) {
    boolean titles = report.books() > 0;
    console.line(
        "%s: %s of %s and %s, %s%s"
            .formatted(
                report.output(),
                Format.count(report.rows(), titles ? "row" : "rating"),
                Format.count(report.users(), "user"),
                Format.count(report.items(), "item"),
                titles ? Format.count(report.books()) + " with a title, " : "",
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
