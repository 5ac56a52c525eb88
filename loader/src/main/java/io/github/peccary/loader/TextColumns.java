package io.github.peccary.loader;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// The columns that are wanted of a text file, and the names that well-known data sets give them,
/// in lower case and without punctuation, the likeliest first.
///
/// @param roles as in `user, item, rating`
/// @param option that names them
/// @param known the names of each
/// @param times the names of one more, which tells times and may be missing; none if none is wanted
record TextColumns(String roles, String option, List<List<String>> known, List<String> times) {
  static final int ABSENT = -1;

  private static final List<String> ITEM_NAMES =
      List.of("itemid", "item", "movieid", "bookid", "isbn", "productid", "asin", "movie", "book");

  static final TextColumns RATINGS =
      new TextColumns(
          "user, item, rating",
          "columns",
          List.of(
              List.of("userid", "user", "uid", "reviewerid", "customerid", "readerid"),
              ITEM_NAMES,
              List.of("rating", "bookrating", "stars", "score", "overall", "reviewscore")),
          List.of(
              "timestamp",
              "unixreviewtime",
              "unixtime",
              "datetime",
              "time",
              "date",
              "ratedat",
              "createdat",
              "reviewdate",
              "ratingdate"));

  static final TextColumns TITLES =
      new TextColumns(
          "item, title",
          "titles-columns",
          List.of(ITEM_NAMES, List.of("title", "booktitle", "movietitle", "name")),
          List.of());

  int count() {
    return known.size();
  }

  /// Whether so many columns can be the wanted ones.
  boolean fit(int columns) {
    return columns == count() || (columns == count() + 1 && !times.isEmpty());
  }

  /// As in `3 columns, or 4 with a time (user, item, rating)`.
  ///
  /// @param noun as in `columns`
  String required(String noun) {
    String more = times.isEmpty() ? "" : ", or %d with a time".formatted(count() + 1);
    return "%d%s%s (%s)".formatted(count(), noun, more, roles);
  }

  /// Where the wanted columns are by the well-known names, each a place from 0 or [#ABSENT].
  int[] find(List<String> header) {
    return known.stream().mapToInt(role -> find(role, header)).toArray();
  }

  /// The same of the column of times.
  int findTime(List<String> header) {
    return find(times, header);
  }

  private static int find(List<String> role, List<String> header) {
    List<String> names = header.stream().map(TextColumns::plain).toList();
    return role.stream().mapToInt(names::indexOf).filter(at -> at >= 0).findFirst().orElse(ABSENT);
  }

  static boolean anyFound(int[] places) {
    return Arrays.stream(places).anyMatch(place -> place != ABSENT);
  }

  static boolean allFound(int[] places) {
    return Arrays.stream(places).noneMatch(place -> place == ABSENT);
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]", "");
  }
}
