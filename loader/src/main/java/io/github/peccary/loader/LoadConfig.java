package io.github.peccary.loader;

import io.github.peccary.engine.ratings.Zero;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What to load and by which rules.
///
/// @param source a SQLite database; it is only read
/// @param output the ratings file to write
/// @param query one SELECT of three columns: user, item, rating
/// @param titlesQuery one SELECT of two columns: item, title; null for none
/// @param zero what the value 0 is
/// @param duplicates what becomes of several rows of one pair
/// @param itemIds how item ids are normalised
/// @param scale ratings outside it are rejected; null for none
/// @param strict whether a single rejected row refuses the load
/// @param memoryBytes for ids and events, before temporary files are used; the output's folder
///     holds them
public record LoadConfig(
    Path source,
    Path output,
    String query,
    @Nullable String titlesQuery,
    Zero zero,
    DuplicatePolicy duplicates,
    ItemIds itemIds,
    @Nullable Scale scale,
    boolean strict,
    long memoryBytes) {

  public static final String DEFAULT_QUERY = "SELECT user_id, isbn, rating FROM ratings";

  public static final long DEFAULT_MEMORY_BYTES = 512L << 20;

  private static final long LEAST_MEMORY_BYTES = 64L << 20;

  public LoadConfig {
    if (memoryBytes < LEAST_MEMORY_BYTES) {
      throw new IllegalArgumentException(
          "memory must be at least 64m: memory=%d; give more bytes".formatted(memoryBytes));
    }
    SelectStatement.check("query", query, "SELECT user_id, isbn, rating FROM ratings");
    if (titlesQuery != null) {
      SelectStatement.check("titles", titlesQuery, "SELECT isbn, title FROM books");
    }
  }

  /// The defaults: Book-Crossing's table, zeros implicit, the last row of a pair wins.
  public static LoadConfig of(Path source, Path output) {
    return new LoadConfig(
        source,
        output,
        DEFAULT_QUERY,
        null,
        Zero.IMPLICIT,
        DuplicatePolicy.LAST,
        ItemIds.ISBN,
        null,
        false,
        DEFAULT_MEMORY_BYTES);
  }

  public LoadConfig withQuery(String query) {
    return new LoadConfig(
        source, output, query, titlesQuery, zero, duplicates, itemIds, scale, strict, memoryBytes);
  }

  public LoadConfig withTitlesQuery(@Nullable String titlesQuery) {
    return new LoadConfig(
        source, output, query, titlesQuery, zero, duplicates, itemIds, scale, strict, memoryBytes);
  }

  public LoadConfig withZero(Zero zero) {
    return new LoadConfig(
        source, output, query, titlesQuery, zero, duplicates, itemIds, scale, strict, memoryBytes);
  }

  public LoadConfig withDuplicates(DuplicatePolicy duplicates) {
    return new LoadConfig(
        source, output, query, titlesQuery, zero, duplicates, itemIds, scale, strict, memoryBytes);
  }

  public LoadConfig withItemIds(ItemIds itemIds) {
    return new LoadConfig(
        source, output, query, titlesQuery, zero, duplicates, itemIds, scale, strict, memoryBytes);
  }

  public LoadConfig withScale(@Nullable Scale scale) {
    return new LoadConfig(
        source, output, query, titlesQuery, zero, duplicates, itemIds, scale, strict, memoryBytes);
  }

  public LoadConfig withStrict(boolean strict) {
    return new LoadConfig(
        source, output, query, titlesQuery, zero, duplicates, itemIds, scale, strict, memoryBytes);
  }

  public LoadConfig withMemoryBytes(long memoryBytes) {
    return new LoadConfig(
        source, output, query, titlesQuery, zero, duplicates, itemIds, scale, strict, memoryBytes);
  }
}
