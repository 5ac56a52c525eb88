package io.github.peccary.loader;

import io.github.peccary.engine.ratings.Zero;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What to load and by which rules.
///
/// @param source where the ratings come from; it is only read
/// @param output the ratings file to write
/// @param zero what the value 0 is
/// @param duplicates what becomes of several rows of one pair
/// @param itemIds how item ids are normalised
/// @param scale ratings outside it are rejected; null for none
/// @param rules what is changed or left out beyond that
/// @param strict whether a single rejected row refuses the load
/// @param memoryBytes for ids and events, before temporary files are used; the output's folder
///     holds them
public record LoadConfig(
    Source source,
    Path output,
    Zero zero,
    DuplicatePolicy duplicates,
    ItemIds itemIds,
    @Nullable Scale scale,
    Rules rules,
    boolean strict,
    long memoryBytes) {

  public static final long DEFAULT_MEMORY_BYTES = 512L << 20;

  private static final long LEAST_MEMORY_BYTES = 64L << 20;

  public LoadConfig {
    rules.checkFit(itemIds);
    if (memoryBytes < LEAST_MEMORY_BYTES) {
      throw new IllegalArgumentException(
          "memory must be at least 64m: memory=%d; give more bytes".formatted(memoryBytes));
    }
  }

  /// The defaults, from a SQLite database with Book-Crossing's table.
  public static LoadConfig of(Path database, Path output) {
    return of(new SqliteSource(database, null, null), output);
  }

  /// The defaults: zeros implicit, the last row of a pair wins, items are ISBNs.
  public static LoadConfig of(Source source, Path output) {
    return new LoadConfig(
        source,
        output,
        Zero.IMPLICIT,
        DuplicatePolicy.LAST,
        ItemIds.ISBN,
        null,
        Rules.NONE,
        false,
        DEFAULT_MEMORY_BYTES);
  }

  public LoadConfig withSource(Source source) {
    return new LoadConfig(
        source, output, zero, duplicates, itemIds, scale, rules, strict, memoryBytes);
  }

  public LoadConfig withZero(Zero zero) {
    return new LoadConfig(
        source, output, zero, duplicates, itemIds, scale, rules, strict, memoryBytes);
  }

  public LoadConfig withDuplicates(DuplicatePolicy duplicates) {
    return new LoadConfig(
        source, output, zero, duplicates, itemIds, scale, rules, strict, memoryBytes);
  }

  public LoadConfig withItemIds(ItemIds itemIds) {
    return new LoadConfig(
        source, output, zero, duplicates, itemIds, scale, rules, strict, memoryBytes);
  }

  public LoadConfig withScale(@Nullable Scale scale) {
    return new LoadConfig(
        source, output, zero, duplicates, itemIds, scale, rules, strict, memoryBytes);
  }

  public LoadConfig withRules(Rules rules) {
    return new LoadConfig(
        source, output, zero, duplicates, itemIds, scale, rules, strict, memoryBytes);
  }

  public LoadConfig withStrict(boolean strict) {
    return new LoadConfig(
        source, output, zero, duplicates, itemIds, scale, rules, strict, memoryBytes);
  }

  public LoadConfig withMemoryBytes(long memoryBytes) {
    return new LoadConfig(
        source, output, zero, duplicates, itemIds, scale, rules, strict, memoryBytes);
  }
}
