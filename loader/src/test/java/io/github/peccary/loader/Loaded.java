package io.github.peccary.loader;

import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.ratings.Titles;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a ratings file holds, as ids and numbers.
///
/// @param users in the order of the file
/// @param events value by user and item
/// @param times likewise, where the file has them
/// @param titles of the items that have one
record Loaded(
    List<String> users,
    List<String> items,
    Map<List<String>, Float> events,
    Map<List<String>, Long> times,
    Map<String, String> titles,
    Map<String, String> metadata) {

  static Loaded from(Path file) throws IOException {
    try (RatingMatrix matrix = RatingMatrix.open(file, Verify.CHECKSUMS)) {
      List<String> users = new ArrayList<>();
      for (int user = 0; user < matrix.users(); user++) {
        users.add(matrix.userIds().id(user));
      }
      List<String> items = new ArrayList<>();
      for (int item = 0; item < matrix.items(); item++) {
        items.add(matrix.itemIds().id(item));
      }
      Map<List<String>, Float> events = new LinkedHashMap<>();
      Map<List<String>, Long> times = new LinkedHashMap<>();
      for (int user = 0; user < matrix.users(); user++) {
        for (long i = matrix.byUser().start(user); i < matrix.byUser().end(user); i++) {
          List<String> pair = List.of(users.get(user), items.get(matrix.byUser().index(i)));
          events.put(pair, matrix.byUser().value(i));
          if (matrix.times() != null) {
            times.put(pair, matrix.times().at(i));
          }
        }
      }
      return new Loaded(users, items, events, times, titles(matrix, items), matrix.metadata());
    }
  }

  private static Map<String, String> titles(RatingMatrix matrix, List<String> items) {
    Map<String, String> known = new LinkedHashMap<>();
    Titles titles = matrix.titles();
    for (int item = 0; titles != null && item < items.size(); item++) {
      String title = titles.title(item);
      if (title != null) {
        known.put(items.get(item), title);
      }
    }
    return known;
  }
}
