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
record TextColumns(String roles, String option, List<List<String>> known) {
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
              List.of("rating", "bookrating", "stars", "score", "overall", "reviewscore")));

  static final TextColumns TITLES =
      new TextColumns(
          "item, title",
          "titles-columns",
          List.of(ITEM_NAMES, List.of("title", "booktitle", "movietitle", "name")));

  int count() {
    return known.size();
  }

  /// Where the wanted columns are by the well-known names, each a place from 0 or [#ABSENT].
  int[] find(List<String> header) {
    List<String> names = header.stream().map(TextColumns::plain).toList();
    return known.stream()
        .mapToInt(
            role ->
                role.stream()
                    .mapToInt(names::indexOf)
                    .filter(at -> at >= 0)
                    .findFirst()
                    .orElse(ABSENT))
        .toArray();
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
