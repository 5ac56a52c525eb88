package io.github.peccary.tools.command;

import io.github.peccary.loader.FileKind;
import io.github.peccary.loader.JdbcSource;
import io.github.peccary.loader.Source;
import io.github.peccary.loader.SqliteSource;
import io.github.peccary.loader.TextFormat;
import io.github.peccary.loader.TextSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/// Where ratings come from, as commands that read them take it.
final class SourceOptions {
  private static final List<String> TEXT_ONLY =
      List.of(
          "--csv",
          "--separator",
          "--quote",
          "--header",
          "--encoding",
          "--columns",
          "--titles-columns");

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Parameters(
      paramLabel = "SOURCE",
      arity = "0..1",
      description =
          "A SQLite database, or a text file such as CSV, packed by gzip or not: its content tells."
              + " It is only read.")
  private @Nullable Path path;

  @Option(
      names = "--query",
      paramLabel = "SQL",
      description =
          "Of a database: one SELECT of three columns, user, item, rating, or of four with the time;"
              + " of SQLite by default\n"
              + SqliteSource.DEFAULT_QUERY
              + ", with a column such as timestamp if there is one.")
  private @Nullable String query;

  @Option(
      names = "--titles",
      paramLabel = "SQL|FILE",
      description =
          "Of a database: one SELECT of two columns, item, title. Of text: a second such file."
              + " Recommendations then show titles.")
  private @Nullable String titles;

  @Option(names = "--csv", description = "Read SOURCE as text, whatever it looks like.")
  private boolean csv;

  @Option(
      names = "--separator",
      paramLabel = "TEXT",
      description = "Between two fields of a row: ';', '::', tab. Recognised, as what follows is.")
  private @Nullable String separator;

  @Option(
      names = "--quote",
      paramLabel = "CHAR",
      description = "Around fields that hold separators, or none.")
  private @Nullable String quote;

  @Option(
      names = "--header",
      paramLabel = "yes|no",
      description = "Whether the first row names the columns.")
  private @Nullable YesNo header;

  @Option(
      names = "--encoding",
      paramLabel = "NAME",
      description =
          "A charset, or utf-8|cp1252: UTF-8, but a field that is no UTF-8 is cp1252. In which case"
              + " a file is that begins in ASCII, its fields tell.")
  private @Nullable String encoding;

  @Option(
      names = "--columns",
      paramLabel = "USER,ITEM,RATING[,TIME]",
      split = ",",
      description =
          "Where they are: names in the first row, or numbers from 1. Times are seconds or"
              + " milliseconds since 1970, or as in 2024-01-31 and 2024-01-31T23:59:59Z.")
  private @Nullable List<String> columns;

  @Option(
      names = "--no-times",
      description =
          "Leave times out. Without --columns or --query they are looked for, in a column called"
              + " timestamp, time, date or so, and in the last of four columns without names.")
  private boolean noTimes;

  @Option(
      names = "--titles-columns",
      paramLabel = "ITEM,TITLE",
      split = ",",
      description = "The same of the file of titles.")
  private @Nullable List<String> titlesColumns;

  @Option(
      names = "--jdbc",
      paramLabel = "URL",
      description =
          "Read any other database, with --query, in place of SOURCE. PECCARY_CLASSPATH names the"
              + " jar of its driver.")
  private @Nullable String jdbc;

  @Option(names = "--user", paramLabel = "NAME", description = "Whom to log in as there.")
  private @Nullable String user;

  @Option(
      names = "--password-env",
      paramLabel = "NAME",
      description = "The environment variable that holds the password.")
  private @Nullable String passwordVariable;

  private enum YesNo {
    YES,
    NO
  }

  /// The source that was asked for. A file is looked at to tell what it is.
  Source source() throws IOException {
    require(
        !noTimes || (query == null && columns == null),
        "--no-times must come without --columns and --query: %s; leave the time out of these, and --no-times out"
            .formatted(
                columns == null ? "--query=" + query : "--columns=" + String.join(",", columns)));
    if (jdbc != null) {
      return jdbcSource(jdbc);
    }
    if (path == null) {
      throw usage("a source must be given: SOURCE is missing; name a file, or use --jdbc");
    }
    require(
        user == null && passwordVariable == null,
        "a login must go with a database: --jdbc is missing; name its URL, or leave the login out");
    if (csv || FileKind.of(path, encoding) == FileKind.TEXT) {
      return textSource(path);
    }
    refuseTextOptions("SOURCE is a SQLite database");
    String sql = query == null && noTimes ? SqliteSource.DEFAULT_QUERY : query;
    Path database = path;
    return Settings.valid(spec, () -> new SqliteSource(database, sql, titles));
  }

  private Source jdbcSource(String url) {
    require(path == null, "there must be one source: SOURCE=%s, --jdbc; name one".formatted(path));
    refuseTextOptions("--jdbc names a database");
    if (query == null) {
      throw usage("--jdbc must come with a query: --query is missing; give a SELECT");
    }
    String sql = query;
    String password = passwordVariable == null ? null : System.getenv(passwordVariable);
    require(
        passwordVariable == null || password != null,
        "the variable of the password must be set: --password-env=%s; export it"
            .formatted(passwordVariable));
    return Settings.valid(spec, () -> new JdbcSource(url, sql, titles, user, password));
  }

  private Source textSource(Path path) {
    require(
        query == null,
        "a query must have a database: --query='%s', SOURCE is text; name columns with --columns"
            .formatted(query));
    boolean sql = titles != null && titles.toUpperCase(Locale.ROOT).strip().startsWith("SELECT ");
    require(
        !sql || Files.exists(Path.of(titles)),
        "titles of text must be in a file: --titles='%s', SOURCE is text; name a file"
            .formatted(titles));
    require(
        titles != null || titlesColumns == null,
        "--titles-columns must come with a file of titles: --titles is missing; name one");
    Boolean named = header == null ? null : header == YesNo.YES;
    return Settings.valid(
        spec,
        () ->
            new TextSource(
                path,
                new TextFormat(separator, quote, named, encoding, columns, !noTimes),
                titles == null ? null : Path.of(titles),
                new TextFormat(null, null, null, null, titlesColumns, false)));
  }

  private void refuseTextOptions(String why) {
    for (String name : TEXT_ONLY) {
      require(
          !spec.commandLine().getParseResult().hasMatchedOption(name),
          "%s must go with a text file: %s; leave it out".formatted(name, why));
    }
  }

  private void require(boolean condition, String sentence) {
    if (!condition) {
      throw usage(sentence);
    }
  }

  private ParameterException usage(String sentence) {
    return new ParameterException(spec.commandLine(), sentence);
  }
}
