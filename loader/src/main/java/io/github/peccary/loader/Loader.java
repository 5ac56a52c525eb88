package io.github.peccary.loader;

import io.github.peccary.engine.ratings.RatingMatrixWriter;
import io.github.peccary.engine.ratings.RatingsFormat;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Loads ratings from a database into a ratings file, by the rules that [LoadConfig] names.
///
/// The same rows in the same order, loaded by the same rules, give the same bytes.
public final class Loader {
  private static final long ROWS_PER_REPORT = 1 << 16;

  /// An eighth of the memory is for events and three tenths are for ids: sorting the ids takes as
  /// much again, and the JVM itself some 150 MB.
  private static final int EVENT_SHARE = 8;

  private static final int ID_PERCENT = 30;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());

  private final LoadConfig config;
  private final LoadListener listener;
  private final Rejections rejections = new Rejections();
  private final EventMemory memory;
  private final IdCollector users;
  private final IdCollector items;
  private final long idBytes;
  private final RowDigest digest = new RowDigest();
  private long rows;
  private long accepted;

  // Rows whose item, or user, found no room; the number of the item instead of its id.
  private final SpilledRows rowsOfItems;
  private final SpilledRows rowsOfUsers;
  private final byte[] itemBytes = new byte[Integer.BYTES];

  private Loader(LoadConfig config, LoadListener listener, EventMemory memory, long idBytes) {
    this.config = config;
    this.listener = listener;
    this.memory = memory;
    this.users = new IdCollector(memory);
    this.items = new IdCollector(memory);
    this.idBytes = idBytes;
    this.rowsOfItems = new SpilledRows(memory);
    this.rowsOfUsers = new SpilledRows(memory);
  }

  /// Reads, cleans, numbers and compacts the rows, and writes the file; the old one, if any, stays
  /// until the new one is complete.
  ///
  /// @throws LoaderException if the load is refused; nothing was written then
  /// @throws IOException if the file cannot be written
  public static LoadReport load(LoadConfig config, LoadListener listener) throws IOException {
    return load(
        config,
        listener,
        config.memoryBytes() / EVENT_SHARE,
        config.memoryBytes() * ID_PERCENT / 100);
  }

  /// @param eventBytes of memory for events, and `idBytes` for ids, before files are used
  static LoadReport load(LoadConfig config, LoadListener listener, long eventBytes, long idBytes)
      throws IOException {
    long start = System.nanoTime();
    Path folder = checkOutput(config);
    try (EventMemory memory = new EventMemory(folder, eventBytes)) {
      return new Loader(config, listener, memory, idBytes).load(start);
    }
  }

  private LoadReport load(long start) throws IOException {
    try (Begun begun = begin()) {
      begun.compaction.writeTo(begun.writer);
      memory.close(); // the check of the file takes some, too
      begun.writer.commit();
      return report(begun, (System.nanoTime() - start) / 1e9);
    }
  }

  /// A file that has its texts, and lacks its events.
  private record Begun(Compaction compaction, RatingMatrixWriter writer, int titles)
      implements AutoCloseable {
    @Override
    public void close() throws IOException {
      writer.close();
    }
  }

  private Begun begin() throws IOException {
    try (Arena arena = Arena.ofShared()) {
      EventLog log = new EventLog(memory);
      TitleReader titles = read(log, arena);
      memory.requireRoomToSort(log.size());
      Compaction compaction =
          new Compaction(
              log,
              users.drain(arena),
              items.drain(arena),
              config.zero(),
              config.duplicates(),
              memory);
      int titleCount = titles == null ? 0 : titles.count();
      RatingMatrixWriter writer =
          compaction.begin(
              config.output(),
              titles == null || titleCount == 0 ? null : titles.inOrder(compaction.items()),
              metadata(compaction.duplicates()));
      return new Begun(compaction, writer, titleCount);
    }
  }

  /// Returns the folder of the output.
  private static Path checkOutput(LoadConfig config) throws IOException {
    Path folder = config.output().toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new LoaderException(
          "the output's folder must exist: output=%s; create the folder or name another one"
              .formatted(config.output()));
    }
    if (Files.exists(config.output())
        && Files.exists(config.source())
        && Files.isSameFile(config.output(), config.source())) {
      throw new LoaderException(
          "the output must not be the source: output=%s; name another file"
              .formatted(config.output()));
    }
    return folder;
  }

  /// Fills the log and returns the titles, if any were asked for.
  private @Nullable TitleReader read(EventLog log, Arena arena) throws IOException {
    SqliteFile file = SqliteFile.inspect(config.source());
    TitleReader titles = null;
    try (SqliteDatabase database = SqliteDatabase.open(file)) {
      try (RowSource source = database.query("query", config.query(), 3)) {
        readRatings(source, log);
      }
      checkAccepted();
      acceptSpilled(log);
      users.finish(arena);
      items.finish(arena);
      if (config.titlesQuery() != null) {
        titles = new TitleReader(items, config.itemIds(), arena);
        try (RowSource source = database.query("titles", config.titlesQuery(), 2)) {
          titles.read(source);
        }
      }
    }
    file.checkUnchanged();
    return titles;
  }

  private void readRatings(RowSource source, EventLog log) throws IOException {
    RowCleaner cleaner = new RowCleaner(config, rejections);
    try (ReadAhead batches = new ReadAhead(source, 3)) {
      for (RowBatch batch; (batch = batches.next()) != null; ) {
        long before = rows;
        accept(batch, cleaner, log);
        limitIds();
        if (rows / ROWS_PER_REPORT > before / ROWS_PER_REPORT) {
          listener.rows(rows);
        }
      }
    }
    listener.rows(rows);
  }

  private void accept(RowBatch batch, RowCleaner row, EventLog log) throws IOException {
    byte[] bytes = batch.bytes();
    for (int i = 0, count = batch.rows(); i < count; i++) {
      if (row.clean(batch, i, ++rows)) {
        digest.add(
            bytes,
            row.userStart(),
            row.userLength(),
            row.itemStart(),
            row.itemLength(),
            row.value());
        accept(row, bytes, log);
      }
    }
  }

  private void accept(RowCleaner row, byte[] bytes, EventLog log) throws IOException {
    accepted++;
    int valueBits = Float.floatToRawIntBits(row.value());
    int item = items.intern(bytes, row.itemStart(), row.itemLength());
    if (item == IdInterner.ABSENT) {
      rowsOfItems.add(
          bytes,
          row.itemStart(),
          row.itemLength(),
          bytes,
          row.userStart(),
          row.userLength(),
          valueBits);
    } else {
      accept(bytes, row.userStart(), row.userLength(), item, valueBits, log);
    }
  }

  private void accept(
      byte[] bytes, int userStart, int userLength, int item, int valueBits, EventLog log)
      throws IOException {
    int user = users.intern(bytes, userStart, userLength);
    if (user == IdInterner.ABSENT) {
      INT.set(itemBytes, 0, item);
      rowsOfUsers.add(bytes, userStart, userLength, itemBytes, 0, itemBytes.length, valueBits);
    } else {
      log.add(user, item, valueBits);
    }
  }

  /// Those who have most ids take no more of them when the memory is used up; the others may have a
  /// third of it yet.
  private void limitIds() {
    IdCollector larger = users.memoryBytes() > items.memoryBytes() ? users : items;
    long bytes = users.memoryBytes() + items.memoryBytes();
    if (bytes > idBytes) {
      larger.setFull();
    }
    if (bytes > idBytes / 3 * 4) {
      (larger == users ? items : users).setFull();
    }
  }

  /// Rows that were set aside follow the others: those of one pair are still in their order.
  private void acceptSpilled(EventLog log) throws IOException {
    byte[] id = {};
    byte[] other = {};
    for (int part = 0; part < SpilledRows.PARTS; part++) {
      try (Spool rowsOfPart = rowsOfItems.part(part);
          Arena arena = Arena.ofShared()) {
        if (rowsOfPart != null) {
          items.nextPart(arena);
        }
        while (rowsOfPart != null && rowsOfPart.hasMore()) {
          id = rowsOfPart.getBytes(id);
          int item = items.intern(id, 0, rowsOfPart.length());
          other = rowsOfPart.getBytes(other);
          accept(other, 0, rowsOfPart.length(), item, rowsOfPart.getInt(), log);
        }
        limitIds();
      }
    }
    for (int part = 0; part < SpilledRows.PARTS; part++) {
      try (Spool rowsOfPart = rowsOfUsers.part(part);
          Arena arena = Arena.ofShared()) {
        if (rowsOfPart != null) {
          users.nextPart(arena);
        }
        while (rowsOfPart != null && rowsOfPart.hasMore()) {
          id = rowsOfPart.getBytes(id);
          int user = users.intern(id, 0, rowsOfPart.length());
          other = rowsOfPart.getBytes(other);
          log.add(user, (int) INT.get(other, 0), rowsOfPart.getInt());
        }
      }
    }
  }

  private void checkAccepted() throws LoaderException {
    if (config.strict() && !rejections.isEmpty()) {
      throw new LoaderException(
          "a strict load accepts every row: rows=%d, %s, first %s; clean them or load without --strict"
              .formatted(rows, rejections, rejections.first()));
    }
    if (accepted == 0) {
      throw new LoaderException(
          rows == 0
              ? "the query must give rows: rows=0, query='%s'; check the table (%s)"
                  .formatted(config.query(), config.source())
              : "a row must be left after cleaning: rows=%d, %s, first %s; check the query (%s)"
                  .formatted(rows, rejections, rejections.first(), config.source()));
    }
  }

  private Map<String, String> metadata(long duplicates) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(RatingsFormat.SOURCE, String.valueOf(config.source().getFileName()));
    metadata.put(RatingsFormat.QUERY, config.query());
    metadata.put(RatingsFormat.SOURCE_SHA256, digest.hex());
    metadata.put("peccary.rows", Long.toString(rows));
    metadata.put(RatingsFormat.DUPLICATES, Long.toString(duplicates));
    metadata.put("peccary.load.duplicates", config.duplicates().name().toLowerCase(Locale.ROOT));
    metadata.put(ItemIds.METADATA_KEY, config.itemIds().text());
    if (config.scale() != null) {
      metadata.put("peccary.load.scale", config.scale().toString());
    }
    rejections
        .byReason()
        .forEach(
            (reason, count) ->
                metadata.put(RatingsFormat.REJECTED_PREFIX + reason, count.toString()));
    return metadata;
  }

  private LoadReport report(Begun begun, double seconds) {
    Compaction compaction = begun.compaction;
    return new LoadReport(
        config.output(),
        rows,
        compaction.ratings(),
        compaction.events() - compaction.ratings(),
        compaction.users(),
        compaction.items().length,
        begun.titles,
        compaction.duplicates(),
        rejections.byReason(),
        rejections.first(),
        seconds);
  }
}
