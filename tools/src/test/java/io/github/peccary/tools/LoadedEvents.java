package io.github.peccary.tools;

import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// What a ratings file holds, for tests that compare it with what was loaded.
final class LoadedEvents {
  private LoadedEvents() {}

  /// `user item` → value of every event in the file.
  static Map<String, Float> in(Path file) throws IOException {
    Map<String, Float> events = new TreeMap<>();
    try (RatingMatrix matrix = RatingMatrix.open(file, Verify.CHECKSUMS)) {
      for (int user = 0; user < matrix.users(); user++) {
        for (long at = matrix.byUser().start(user); at < matrix.byUser().end(user); at++) {
          events.put(
              matrix.userIds().id(user) + " " + matrix.itemIds().id(matrix.byUser().index(at)),
              matrix.byUser().value(at));
        }
      }
    }
    return events;
  }
}
