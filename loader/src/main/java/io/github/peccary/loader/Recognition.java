package io.github.peccary.loader;

import static io.github.peccary.loader.TextColumns.ABSENT;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Finds out how a text file is written from its first rows. What the user says is taken as said.
final class Recognition {
  /// Where two separators do equally well, the one that is less often part of a text.
  private static final List<String> SEPARATORS = List.of("\t", "::", ";", ",", "|");

  private static final List<Character> QUOTES = List.of('"', '\'');
  private static final int ROWS = 100;

  private final Path path;
  private final TextFormat given;
  private final TextColumns wanted;
  private final TextEncoding encoding;
  private final byte[] sample;

  private Recognition(TextFile file, TextFormat given, TextColumns wanted) throws IOException {
    this.path = file.path();
    this.given = given;
    this.wanted = wanted;
    byte[] start = file.sample();
    this.encoding = TextEncoding.of(start, given.encoding());
    byte[] utf8 = encoding.utf8(new ByteArrayInputStream(start)).readAllBytes();
    this.sample = start.length < TextFile.SAMPLE_BYTES ? utf8 : wholeLines(utf8);
  }

  /// @throws LoaderException if the file has no such columns as are wanted
  static Dialect recognize(TextFile file, TextFormat given, TextColumns wanted) throws IOException {
    return new Recognition(file, given, wanted).dialect();
  }

  /// Without the line that the sample ends in.
  private static byte[] wholeLines(byte[] sample) {
    int end = sample.length;
    while (end > 0 && sample[end - 1] != '\n' && sample[end - 1] != '\r') {
      end--;
    }
    return end == 0 ? sample : Arrays.copyOf(sample, end);
  }

  private Dialect dialect() throws LoaderException {
    int quote = quote();
    String separator = given.separator() == null ? separator(quote) : given.separator();
    if (given.quote() == null && quote == Dialect.NO_QUOTE && ";,".contains(separator)) {
      quote = '"'; // a quoted field further down is likelier than an id that begins with a quote
    }
    List<List<String>> rows = rows(separator, quote);
    if (rows.isEmpty()) {
      throw new LoaderException(
          "the file must hold rows: rows=0; check that it is the right one (%s)".formatted(path));
    }
    return new Columns(separator, quote, rows).dialect();
  }

  private List<List<String>> rows(String separator, int quote) {
    return TextRows.of(sample, separator, quote, ROWS);
  }

  /// A quote is used if it stands where fields begin and, about as often, where they end.
  private int quote() {
    if (given.quote() != null) {
      return given.quote().equals(TextFormat.NO_QUOTE) ? Dialect.NO_QUOTE : given.quote().charAt(0);
    }
    String text = new String(sample, StandardCharsets.ISO_8859_1);
    String around =
        given.separator() == null ? ";,\t|:\r\n" : Dialect.bytesOf(given.separator()) + "\r\n";
    for (char quote : QUOTES) {
      int opening = 0;
      int closing = 0;
      for (int at = text.indexOf(quote); at >= 0; at = text.indexOf(quote, at + 1)) {
        opening += at == 0 || around.indexOf(text.charAt(at - 1)) >= 0 ? 1 : 0;
        closing += at + 1 == text.length() || around.indexOf(text.charAt(at + 1)) >= 0 ? 1 : 0;
      }
      int pairs = Math.min(opening, closing);
      if (pairs > 0 && 2 * pairs >= Math.max(opening, closing)) {
        return quote;
      }
    }
    return Dialect.NO_QUOTE;
  }

  /// The separator that takes most rows apart into the same number of fields, enough of them.
  private String separator(int quote) {
    String best = SEPARATORS.getFirst();
    long most = 0;
    for (String separator : SEPARATORS) {
      Map<Integer, Long> bySize =
          rows(separator, quote).stream()
              .map(List::size)
              .filter(size -> size >= wanted.count())
              .collect(Collectors.groupingBy(size -> size, Collectors.counting()));
      long alike = bySize.values().stream().mapToLong(Long::longValue).max().orElse(0);
      if (alike > most) {
        most = alike;
        best = separator;
      }
    }
    return best;
  }

  /// Whether the first row names the columns, and where the wanted ones are.
  private final class Columns {
    private final String separator;
    private final int quote;
    private final List<List<String>> rows;
    private final List<String> first;
    private final int fields; // of the longest row

    Columns(String separator, int quote, List<List<String>> rows) {
      this.separator = separator;
      this.quote = quote;
      this.rows = rows;
      this.first = rows.getFirst();
      this.fields = rows.stream().mapToInt(List::size).max().orElseThrow();
    }

    Dialect dialect() throws LoaderException {
      if (fields < wanted.count()) {
        throw new LoaderException(
            "the rows must have %d columns (%s): columns=%d, first row '%s'; name what separates them with --separator (%s)"
                .formatted(
                    wanted.count(),
                    wanted.roles(),
                    fields,
                    excerpt(String.join(separator, first)),
                    path));
      }
      int[] places = given.columns() == null ? knownPlaces() : givenPlaces(given.columns());
      boolean header = given.header() == null ? hasHeader(places) : given.header();
      if (Arrays.stream(places).max().orElseThrow() >= fields) {
        throw new LoaderException(
            "the columns must be in the file: columns=%d, named=%s; give numbers from 1 to %d (%s)"
                .formatted(fields, numbers(places), fields, path));
      }
      int time = given.columns() == null && given.times() ? timePlace(places, header) : ABSENT;
      if (time != ABSENT) {
        places = Arrays.copyOf(places, places.length + 1);
        places[places.length - 1] = time;
      }
      List<String> names =
          IntStream.of(places)
              .mapToObj(place -> header && isName(place) ? first.get(place) : "" + (place + 1))
              .toList();
      return new Dialect(separator, quote, header, encoding, names, places);
    }

    private static String numbers(int[] places) {
      return IntStream.of(places)
          .mapToObj(place -> Integer.toString(place + 1))
          .collect(Collectors.joining(","));
    }

    /// A name that would be read as the same column again.
    private boolean isName(int place) {
      return place < first.size()
          && !first.get(place).isBlank()
          && !first.get(place).matches("(?s).*[,\\p{Cntrl}].*")
          && !isNumber(first.get(place))
          && first.indexOf(first.get(place)) == place;
    }

    /// By well-known names, else the first columns.
    private int[] knownPlaces() throws LoaderException {
      int[] inOrder = IntStream.range(0, wanted.count()).toArray();
      int[] found = wanted.find(first);
      boolean named = given.header() == null || given.header();
      if (!named || !TextColumns.anyFound(found)) {
        return inOrder;
      }
      boolean asInOrder =
          IntStream.of(inOrder).allMatch(i -> found[i] == ABSENT || found[i] == inOrder[i]);
      if (!TextColumns.allFound(found) && !asInOrder) {
        throw new LoaderException(
            "the columns must be known (%s): header '%s'; name them with --%s (%s)"
                .formatted(
                    wanted.roles(), excerpt(String.join(separator, first)), wanted.option(), path));
      }
      return asInOrder ? inOrder : found;
    }

    /// Where times are: in a column with a well-known name, or in the last of four without names as
    /// in MovieLens. But not where a row that has all the other columns has no time there: then it
    /// is something else, and nobody asked for it.
    private int timePlace(int[] places, boolean header) {
      int place = header ? wanted.findTime(first) : wanted.count();
      int most = Arrays.stream(places).max().orElseThrow();
      List<List<String>> whole =
          rows.stream().skip(header ? 1 : 0).filter(row -> row.size() > most).toList();
      boolean found =
          place != ABSENT
              && !wanted.times().isEmpty()
              && IntStream.of(places).noneMatch(taken -> taken == place)
              && (header || fields == place + 1)
              && !whole.isEmpty()
              && whole.stream()
                  .allMatch(row -> row.size() > place && Times.looksLikeOne(row.get(place)));
      return found ? place : ABSENT;
    }

    private int[] givenPlaces(List<String> columns) throws LoaderException {
      List<Integer> places = new ArrayList<>();
      for (String column : columns) {
        int place = isNumber(column) ? Integer.parseInt(column) - 1 : first.indexOf(column);
        if (place < 0) {
          throw new LoaderException(
              "a column must be in the first row, or be a number from 1: column='%s', first row '%s'; give another with --%s (%s)"
                  .formatted(
                      column, excerpt(String.join(separator, first)), wanted.option(), path));
        }
        places.add(place);
      }
      return places.stream().mapToInt(Integer::intValue).toArray();
    }

    private boolean hasHeader(int[] places) {
      boolean byName =
          given.columns() != null && given.columns().stream().anyMatch(name -> !isNumber(name));
      if (byName || TextColumns.allFound(wanted.find(first))) {
        return true;
      }
      if (!wanted.equals(TextColumns.RATINGS) || first.size() <= places[RowBatch.RATING]) {
        return false;
      }
      String rating = first.get(places[RowBatch.RATING]);
      byte[] bytes = rating.getBytes(StandardCharsets.UTF_8);
      return !rating.isBlank() && Float.isNaN(Numbers.parse(bytes, 0, bytes.length));
    }

    private static boolean isNumber(String column) {
      return column.matches("\\d{1,6}");
    }

    private static String excerpt(String text) {
      String clean = text.replaceAll("\\p{Cntrl}", " ");
      return clean.length() > 80 ? clean.substring(0, 80) + "…" : clean;
    }
  }
}
