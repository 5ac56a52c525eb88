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

/// Writes a file of ratings: at once from rows in memory, by [#write], or piece by piece, where
/// they
/// are too many for that.
///
/// The target is replaced only by [#commit], after [RatingMatrix#open] has found the new file
/// right;
/// what the rules of [RatingsFormat] refuse is a `CorruptFileException`. Segments are off the heap,
/// and no longer needed when a call returns.
public final class RatingMatrixWriter implements AutoCloseable {

  private final TensorFileWriter writer;
  private final Rows byUser;
  private final Rows byItem;

  private RatingMatrixWriter(TensorFileWriter writer) {
    this.writer = writer;
    this.byUser =
        new Rows(RatingsFormat.USER_OFFSETS, RatingsFormat.USER_ITEMS, RatingsFormat.USER_VALUES);
    this.byItem =
        new Rows(RatingsFormat.ITEM_OFFSETS, RatingsFormat.ITEM_USERS, RatingsFormat.ITEM_VALUES);
  }

  /// Begins a file and writes its ids and titles.
  ///
  /// @param events of the file, ratings and others
  /// @param users their ids, by falling number of events, ties by ascending bytes of the id
  /// @param usersByText their numbers in the column of ids, by ascending bytes of the id
  /// @param items likewise
  /// @param titles one per item, empty where it has none; null if there are no titles at all
  /// @param times of the events, whose times are to be appended; null if they have none
  /// @param metadata more entries: `peccary.source…`, `peccary.rejected…`; the counts,
  ///     `peccary.zero` and the range of times are added here
  /// @throws IllegalArgumentException if there are no events, or the sizes do not fit one another
  public static RatingMatrixWriter create(
      Path target,
      long events,
      RatingSummary summary,
      TextSelection users,
      int[] usersByText,
      TextSelection items,
      int[] itemsByText,
      @Nullable TextSelection titles,
      Zero zero,
      @Nullable TimeRange times,
      Map<String, String> metadata)
      throws IOException {
    if (events == 0) {
      throw new IllegalArgumentException("a file of ratings must have events: events=0");
    }
    TensorFileWriter writer =
        TensorFileWriter.create(
            target,
            metadata(users.size(), items.size(), events, summary, zero, times, metadata),
            specs(events, users, items, titles, times != null));
    try {
      IdDictionary.append(writer, RatingsFormat.USER_IDS, users, usersByText);
      IdDictionary.append(writer, RatingsFormat.ITEM_IDS, items, itemsByText);
      if (titles != null) {
        Titles.append(writer, titles);
      }
      return new RatingMatrixWriter(writer);
    } catch (Throwable e) {
      writer.close();
      throw e;
    }
  }

  /// The events by user.
  public Rows byUser() {
    return byUser;
  }

  /// The same events by item.
  public Rows byItem() {
    return byItem;
  }

  /// Writes the next times, where the file has them.
  ///
  /// @param seconds i64, of the events by user, in their order
  public void appendTimes(MemorySegment seconds) throws IOException {
    writer.append(EventTimes.TENSOR, seconds);
  }

  /// Checks the file and gives it its name.
  ///
  /// @throws IllegalStateException if something was not written yet
  public void commit() throws IOException {
    writer.commit(file -> RatingMatrix.open(file, Verify.CHECKSUMS).close());
  }

  /// Removes what was written, unless it was committed.
  @Override
  public void close() throws IOException {
    writer.close();
  }

  /// One of the two orders of the events: the counts once, the entries front to back in as many
  /// pieces as wanted.
  public final class Rows {
    private final String offsetsName;
    private final String indicesName;
    private final String valuesName;

    private Rows(String offsets, String indices, String values) {
      this.offsetsName = offsets;
      this.indicesName = indices;
      this.valuesName = values;
    }

    /// Writes where rows start.
    ///
    /// @param counts the events of each row
    public void appendCounts(int[] counts) throws IOException {
      OffsetWriter.write(
          writer,
          offsetsName,
          counts.length,
          (first, count, sizes) -> {
            for (int i = 0; i < count; i++) {
              sizes[i] = counts[first + i];
            }
          });
    }

    private void append(CompressedRows rows) throws IOException {
      writer.append(offsetsName, rows.offsets());
      appendEntries(rows.indices(), rows.values());
    }

    /// Writes the next events.
    ///
    /// @param indices i32, the column of each event, ascending within a row
    /// @param values f32, as many
    public void appendEntries(MemorySegment indices, MemorySegment values) throws IOException {
      writer.append(indicesName, indices);
      writer.append(valuesName, values);
    }
  }

  /// The same of events without times.
  public static void write(
      Path target,
      CompressedRows byUser,
      TextColumn userIds,
      TextColumn itemIds,
      @Nullable TextColumn itemTitles,
      Zero zero,
      Map<String, String> metadata)
      throws IOException {
    write(target, byUser, userIds, itemIds, itemTitles, zero, null, metadata);
  }

  /// Writes the events and everything that follows from them: the same by item, the search orders
  /// of the ids, the counts.
  ///
  /// @param byUser users × items, numbered by falling number of events, ties by ascending bytes of
  ///     the id
  /// @param userIds one per user
  /// @param itemIds one per item
  /// @param itemTitles one per item, empty where it has none; null if there are no titles at all
  /// @param times i64 [events] in the order of `byUser`, see [EventTimes]; null if there are none
  /// @param metadata see [#create]
  /// @throws IllegalArgumentException if there are no events, or the sizes do not fit one another
  public static void write(
      Path target,
      CompressedRows byUser,
      TextColumn userIds,
      TextColumn itemIds,
      @Nullable TextColumn itemTitles,
      Zero zero,
      @Nullable MemorySegment times,
      Map<String, String> metadata)
      throws IOException {
    requireFit(byUser, userIds, itemIds, itemTitles);
    try (Arena arena = Arena.ofShared();
        RatingMatrixWriter writer =
            create(
                target,
                byUser.entries(),
                RatingSummary.of(byUser, zero),
                TextSelection.all(userIds),
                TextOrder.of(userIds),
                TextSelection.all(itemIds),
                TextOrder.of(itemIds),
                itemTitles == null ? null : TextSelection.all(itemTitles),
                zero,
                times == null ? null : EventTimes.range(times),
                metadata)) {
      writer.byUser.append(byUser);
      writer.byItem.append(transpose(byUser, arena));
      if (times != null) {
        writer.appendTimes(times);
      }
      writer.commit();
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

  /// Bytes of the tensors of a file; its header takes a few thousand more.
  ///
  /// @param titles see [#create]
  /// @param times whether the file has times
  public static long tensorBytes(
      long events,
      TextSelection users,
      TextSelection items,
      @Nullable TextSelection titles,
      boolean times) {
    return specs(events, users, items, titles, times).stream().mapToLong(TensorSpec::bytes).sum();
  }

  private static List<TensorSpec> specs(
      long events,
      TextSelection users,
      TextSelection items,
      @Nullable TextSelection titles,
      boolean times) {
    List<TensorSpec> specs = new ArrayList<>();
    specs.add(TensorSpec.of(RatingsFormat.USER_OFFSETS, ElementType.I64, users.size() + 1L));
    specs.add(TensorSpec.of(RatingsFormat.ITEM_OFFSETS, ElementType.I64, items.size() + 1L));
    specs.add(TensorSpec.of(RatingsFormat.USER_ITEMS, ElementType.I32, events));
    specs.add(TensorSpec.of(RatingsFormat.ITEM_USERS, ElementType.I32, events));
    specs.add(TensorSpec.of(RatingsFormat.USER_VALUES, ElementType.F32, events));
    specs.add(TensorSpec.of(RatingsFormat.ITEM_VALUES, ElementType.F32, events));
    specs.addAll(IdDictionary.specs(RatingsFormat.USER_IDS, users));
    specs.addAll(IdDictionary.specs(RatingsFormat.ITEM_IDS, items));
    if (titles != null) {
      specs.addAll(Titles.specs(titles));
    }
    if (times) {
      specs.add(EventTimes.spec(events));
    }
    // The format allows no holes; by falling element size each begins at a multiple of its own.
    specs.sort(Comparator.comparingInt((TensorSpec spec) -> spec.type().bytes()).reversed());
    return specs;
  }

  private static Map<String, String> metadata(
      int users,
      int items,
      long events,
      RatingSummary summary,
      Zero zero,
      @Nullable TimeRange times,
      Map<String, String> more) {
    Map<String, String> metadata = new HashMap<>(more);
    metadata.put(TensorFile.KIND, RatingsFormat.RATINGS);
    metadata.put(RatingsFormat.USERS, Integer.toString(users));
    metadata.put(RatingsFormat.ITEMS, Integer.toString(items));
    metadata.put(RatingsFormat.EVENTS, Long.toString(events));
    metadata.put(RatingsFormat.EXPLICIT, Long.toString(summary.ratings()));
    metadata.put(RatingsFormat.IMPLICIT, Long.toString(events - summary.ratings()));
    metadata.put(RatingsFormat.ZERO, zero.text());
    if (summary.ratings() > 0) {
      metadata.put(RatingsFormat.MIN_RATING, Float.toString(summary.min()));
      metadata.put(RatingsFormat.MAX_RATING, Float.toString(summary.max()));
    }
    if (times != null) {
      EventTimes.putMetadata(times, metadata);
    }
    return metadata;
  }
}
