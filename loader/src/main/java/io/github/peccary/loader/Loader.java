package io.github.peccary.loader;

import io.github.peccary.engine.ratings.RatingMatrixWriter;
import io.github.peccary.engine.ratings.RatingsFormat;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Loads ratings from a source into a ratings file, by the rules that [LoadConfig] names.
///
/// The same rows in the same order, loaded by the same rules, give the same bytes.
public final class Loader {
  private static final long ROWS_PER_REPORT = 1 << 16;

  /// A sixteenth of the memory is for events and three tenths are for ids: to sort and write these
  /// takes as much again, and the JVM itself some 150 MB.
  private static final int EVENT_SHARE = 16;

  private static final int ID_PERCENT = 30;

  private final LoadConfig config;
  private final LoadListener listener;
  private final Rejections rejections = new Rejections();
  private final RowRules rules;
  private final EventMemory memory;
  private final EventCollector events;
  private final RowDigest digest = new RowDigest();
  private Map<String, String> sourceMetadata = Map.of();
  private long rows;

  private Loader(LoadConfig config, LoadListener listener, EventMemory memory, long idBytes) {
    this.config = config;
    this.listener = listener;
    this.memory = memory;
    this.rules = new RowRules(config.rules());
    this.events = new EventCollector(memory, idBytes);
  }

  /// Reads, cleans, numbers and compacts the rows, and writes the file; the old one, if any, stays
  /// until the new one is complete.
  ///
  /// @throws LoaderException if the load is refused; nothing was written then
  /// @throws IOException if the file cannot be written
  public static LoadReport load(LoadConfig config, LoadListener listener) throws IOException {
    return load(config, listener, eventBytes(config), idBytes(config));
  }

  /// Bytes of memory for events.
  static long eventBytes(LoadConfig config) {
    return config.memoryBytes() / EVENT_SHARE;
  }

  /// Bytes of memory for ids.
  static long idBytes(LoadConfig config) {
    return config.memoryBytes() * ID_PERCENT / 100;
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
      TitleReader titles = read(arena);
      memory.requireRoomToSort(events.log().size());
      Compaction compaction =
          new Compaction(
              events.log(),
              events.drainUsers(arena),
              events.drainItems(arena),
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
    for (Path file : config.source().files()) {
      if (Files.exists(config.output())
          && Files.exists(file)
          && Files.isSameFile(config.output(), file)) {
        throw new LoaderException(
            "the output must not be the source: output=%s; name another file"
                .formatted(config.output()));
      }
    }
    return folder;
  }

  /// Collects the events and returns the titles, if any were asked for.
  private @Nullable TitleReader read(Arena arena) throws IOException {
    TitleReader titles = null;
    try (OpenSource source = OpenSource.open(config.source())) {
      sourceMetadata = source.metadata();
      if (source.recognized() != null) {
        listener.recognized(source.recognized());
      }
      try (RowSource ratings = source.ratings()) {
        readRatings(ratings);
      }
      checkAccepted(source.hint());
      events.finish(arena);
      try (RowSource rows = source.titles()) {
        if (rows != null) {
          titles = new TitleReader(events.items(), config, arena);
          titles.read(rows);
        }
      }
      source.checkUnchanged();
    }
    return titles;
  }

  private void readRatings(RowSource source) throws IOException {
    RowCleaner cleaner = new RowCleaner(config, rejections, rules);
    try (ReadAhead batches = new ReadAhead(source, 3)) {
      for (RowBatch batch; (batch = batches.next()) != null; ) {
        long before = rows;
        accept(batch, cleaner);
        events.limitIds();
        if (rows / ROWS_PER_REPORT > before / ROWS_PER_REPORT) {
          listener.rows(rows);
        }
      }
    }
    listener.rows(rows);
  }

  private void accept(RowBatch batch, RowCleaner row) throws IOException {
    for (int i = 0, count = batch.rows(); i < count; i++) {
      if (row.clean(batch, i, ++rows)) {
        byte[] bytes = batch.bytes();
        digest.add(
            bytes,
            row.userStart(),
            row.userLength(),
            row.itemStart(),
            row.itemLength(),
            row.value());
        events.add(
            bytes,
            row.userStart(),
            row.userLength(),
            row.itemStart(),
            row.itemLength(),
            row.value());
      }
    }
  }

  /// @param hint see [OpenSource#hint]
  private void checkAccepted(String hint) throws LoaderException {
    if (config.strict() && !rejections.isEmpty()) {
      throw new LoaderException(
          "a strict load accepts every row: rows=%d, %s, first %s; clean them or load without --strict"
              .formatted(rows, rejections, rejections.first()));
    }
    if (events.accepted() == 0) {
      throw new LoaderException(
          rows == 0
              ? "the source must give rows: rows=0, %s".formatted(hint)
              : "a row must be left after cleaning: rows=%d, %s%s, %s"
                  .formatted(rows, rejections, leftOut(), hint));
    }
  }

  private String leftOut() {
    return (rules.dropped().isEmpty() ? "" : ", dropped by rules " + rules.dropped())
        + (rejections.isEmpty() ? "" : ", first " + rejections.first());
  }

  private Map<String, String> metadata(long duplicates) {
    Map<String, String> metadata = new LinkedHashMap<>(sourceMetadata);
    metadata.put(RatingsFormat.SOURCE_SHA256, digest.hex());
    metadata.put("peccary.rows", Long.toString(rows));
    metadata.put(RatingsFormat.DUPLICATES, Long.toString(duplicates));
    metadata.put("peccary.load.duplicates", config.duplicates().name().toLowerCase(Locale.ROOT));
    metadata.put(ItemIds.METADATA_KEY, config.itemIds().text());
    if (config.scale() != null) {
      metadata.put("peccary.load.scale", config.scale().toString());
    }
    config.rules().putMetadata(metadata);
    rules
        .changed()
        .forEach((rule, count) -> metadata.put(Rules.CHANGED_PREFIX + rule, count.toString()));
    rules
        .dropped()
        .forEach((rule, count) -> metadata.put(Rules.DROPPED_PREFIX + rule, count.toString()));
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
        rules.changed(),
        rules.dropped(),
        seconds);
  }
}
