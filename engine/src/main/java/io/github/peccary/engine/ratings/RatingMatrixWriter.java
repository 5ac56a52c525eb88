package io.github.peccary.engine.ratings;

import io.github.peccary.engine.storage.ElementType;
import io.github.peccary.engine.storage.TensorFile;
import io.github.peccary.engine.storage.TensorFileWriter;
import io.github.peccary.engine.storage.TensorSpec;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes a file of ratings.
public final class RatingMatrixWriter {

  private RatingMatrixWriter() {}

  /// Writes the events and everything that follows from them: the same by item, the search orders
  /// of the ids, the counts. The target is replaced only after [RatingMatrix#open] has found the
  /// new file right; what the rules of [RatingsFormat] refuse is a `CorruptFileException`.
  ///
  /// All segments are off the heap, and no longer needed on return.
  ///
  /// @param byUser users × items, numbered by falling number of events, ties by ascending bytes of
  ///     the id
  /// @param userIds one per user
  /// @param itemIds one per item
  /// @param itemTitles one per item, empty where it has none; null if there are no titles at all
  /// @param metadata more entries: `peccary.source…`, `peccary.rejected…`; the counts and
  ///     `peccary.zero` are added here
  /// @throws IllegalArgumentException if there are no events, or the sizes do not fit one another
  public static void write(
      Path target,
      CompressedRows byUser,
      TextColumn userIds,
      TextColumn itemIds,
      @Nullable TextColumn itemTitles,
      Zero zero,
      Map<String, String> metadata)
      throws IOException {
    requireFit(byUser, userIds, itemIds, itemTitles);
    try (Arena arena = Arena.ofShared()) {
      CompressedRows byItem = transpose(byUser, arena);
      IdDictionary users = IdDictionary.of(userIds, arena);
      IdDictionary items = IdDictionary.of(itemIds, arena);
      Titles titles = itemTitles == null ? null : new Titles(itemTitles);
      List<TensorSpec> specs = specs(byUser, users, items, titles);
      try (var writer = TensorFileWriter.create(target, metadata(byUser, zero, metadata), specs)) {
        writer.append(RatingsFormat.USER_OFFSETS, byUser.offsets());
        writer.append(RatingsFormat.ITEM_OFFSETS, byItem.offsets());
        writer.append(RatingsFormat.USER_ITEMS, byUser.indices());
        writer.append(RatingsFormat.ITEM_USERS, byItem.indices());
        writer.append(RatingsFormat.USER_VALUES, byUser.values());
        writer.append(RatingsFormat.ITEM_VALUES, byItem.values());
        users.appendTo(writer, RatingsFormat.USER_IDS);
        items.appendTo(writer, RatingsFormat.ITEM_IDS);
        if (titles != null) {
          titles.appendTo(writer);
        }
        writer.commit(file -> RatingMatrix.open(file, Verify.CHECKSUMS).close());
      }
    }
  }

  private static void requireFit(
      CompressedRows byUser,
      TextColumn userIds,
      TextColumn itemIds,
      @Nullable TextColumn itemTitles) {
    if (byUser.entries() == 0) {
      throw new IllegalArgumentException("a file of ratings must have events: events=0");
    }
    if (userIds.size() != byUser.rows()
        || itemIds.size() != byUser.columns()
        || (itemTitles != null && itemTitles.size() != byUser.columns())) {
      throw new IllegalArgumentException(
          "there must be an id per user, an id and a title per item: users="
              + byUser.rows()
              + ", userIds="
              + userIds.size()
              + ", items="
              + byUser.columns()
              + ", itemIds="
              + itemIds.size()
              + (itemTitles == null ? "" : ", titles=" + itemTitles.size()));
    }
  }

  /// A stable counting sort by column: count, add up, then place each entry at its column's next
  /// free position.
  static CompressedRows transpose(CompressedRows rows, Arena arena) {
    long[] next = new long[rows.columns() + 1];
    IntCursor columns = new IntCursor(rows.indices());
    for (long position = 0; position < rows.entries(); position++) {
      next[columns.next() + 1]++;
    }
    for (int column = 0; column < rows.columns(); column++) {
      next[column + 1] += next[column];
    }
    MemorySegment offsets = arena.allocateFrom(ValueLayout.JAVA_LONG, next);
    MemorySegment indices = arena.allocate(ValueLayout.JAVA_INT, rows.entries());
    MemorySegment values = arena.allocate(ValueLayout.JAVA_FLOAT, rows.entries());
    IntCursor bits = new IntCursor(rows.values());
    columns = new IntCursor(rows.indices());
    LongCursor ends = new LongCursor(rows.offsets());
    long position = ends.next();
    for (int row = 0; row < rows.rows(); row++) {
      for (long end = ends.next(); position < end; position++) {
        place(row, bits.next(), next[columns.next()]++, indices, values);
      }
    }
    return new CompressedRows(rows.columns(), rows.rows(), offsets, indices, values);
  }

  /// A method of its own, so that it is compiled long before the loop around it.
  private static void place(
      int row, int bits, long place, MemorySegment indices, MemorySegment values) {
    indices.setAtIndex(ValueLayout.JAVA_INT, place, row);
    values.setAtIndex(ValueLayout.JAVA_INT, place, bits);
  }

  private static List<TensorSpec> specs(
      CompressedRows byUser, IdDictionary users, IdDictionary items, @Nullable Titles titles) {
    long events = byUser.entries();
    List<TensorSpec> specs = new ArrayList<>();
    specs.add(TensorSpec.of(RatingsFormat.USER_OFFSETS, ElementType.I64, byUser.rows() + 1L));
    specs.add(TensorSpec.of(RatingsFormat.ITEM_OFFSETS, ElementType.I64, byUser.columns() + 1L));
    specs.add(TensorSpec.of(RatingsFormat.USER_ITEMS, ElementType.I32, events));
    specs.add(TensorSpec.of(RatingsFormat.ITEM_USERS, ElementType.I32, events));
    specs.add(TensorSpec.of(RatingsFormat.USER_VALUES, ElementType.F32, events));
    specs.add(TensorSpec.of(RatingsFormat.ITEM_VALUES, ElementType.F32, events));
    specs.addAll(users.specs(RatingsFormat.USER_IDS));
    specs.addAll(items.specs(RatingsFormat.ITEM_IDS));
    if (titles != null) {
      specs.addAll(titles.specs());
    }
    // The format allows no holes; by falling element size each begins at a multiple of its own.
    specs.sort(Comparator.comparingInt((TensorSpec spec) -> spec.type().bytes()).reversed());
    return specs;
  }

  private static Map<String, String> metadata(
      CompressedRows byUser, Zero zero, Map<String, String> more) {
    RatingSummary summary = RatingSummary.of(byUser, zero);
    Map<String, String> metadata = new HashMap<>(more);
    metadata.put(TensorFile.KIND, RatingsFormat.RATINGS);
    metadata.put(RatingsFormat.USERS, Integer.toString(byUser.rows()));
    metadata.put(RatingsFormat.ITEMS, Integer.toString(byUser.columns()));
    metadata.put(RatingsFormat.EVENTS, Long.toString(byUser.entries()));
    metadata.put(RatingsFormat.EXPLICIT, Long.toString(summary.ratings()));
    metadata.put(RatingsFormat.IMPLICIT, Long.toString(byUser.entries() - summary.ratings()));
    metadata.put(RatingsFormat.ZERO, zero.text());
    if (summary.ratings() > 0) {
      metadata.put(RatingsFormat.MIN_RATING, Float.toString(summary.min()));
      metadata.put(RatingsFormat.MAX_RATING, Float.toString(summary.max()));
    }
    return metadata;
  }
}
