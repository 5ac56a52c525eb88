package io.github.peccary.loader;

import org.jspecify.annotations.Nullable;

/// A row that was left out.
///
/// @param row 1 for the first row of the query, or of the file after its header
/// @param column `user`, `item` or `rating`; `text` if the row has no columns
/// @param text what the column held, shortened; null for null
public record Rejection(long row, RejectReason reason, String column, @Nullable String text) {
  @Override
  public String toString() {
    return "row %d: %s, %s=%s"
        .formatted(row, reason.key(), column, text == null ? "null" : "'" + text + "'");
  }
}
