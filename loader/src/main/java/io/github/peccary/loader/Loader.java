package io.github.peccary.loader;

import static java.util.Objects.requireNonNull;

import io.github.peccary.engine.ratings.RatingMatrixWriter;
import io.github.peccary.engine.ratings.RatingsFormat;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
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
  private final @Nullable EarlierLoad earlier;
  private final RowDigest digest;
  private Map<String, String> settings = Map.of();
  private boolean earlierAdded;
  private long rows;

  private Loader(
      LoadConfig config,
      LoadListener listener,
      EventMemory memory,
      long idBytes,
      @Nullable EarlierLoad earlier) {
    this.config = config;
    this.listener = listener;
    this.memory = memory;
    this.rules = new RowRules(config.rules(), earlier != null);
    this.events = new EventCollector(memory, idBytes);
    this.earlier = earlier;
    this.digest = earlier == null ? new RowDigest() : earlier.digest();
  }

  /// Reads, cleans, numbers and compacts the rows, and writes the file; the old one, if any, stays
  /// until the new one is complete.
  ///
  /// @throws LoaderException if the load is refused; nothing was written then
  /// @throws IOException if the file cannot be written
  public static LoadReport load(LoadConfig config, LoadListener listener) throws IOException {
    return load(config, listener, eventBytes(config), idBytes(config));
  }

  /// The same where the file was loaded from the same source by the same rules, and the source has
  /// grown at its end since: what is new is added. The file becomes, byte for byte, what
  /// [#load] would write. If there is nothing new it stays as it is; if there is no file yet, all
  /// is loaded.
  ///
  /// Of the rows that the file has, only the last accepted one is read again, to see that it is
  /// where it was; that those before it are unchanged is up to the caller. Titles are read again
  /// with the new rows.
  ///
  /// @throws LoaderException if the load is refused; the file is as it was then
  /// @throws IOException if the file cannot be written
  public static LoadReport append(LoadConfig config, LoadListener listener) throws IOException {
    return append(config, listener, eventBytes(config), idBytes(config));
  }

  /// Bytes of memory for events.
  static long eventBytes(LoadConfig config) {
    return config.memoryBytes() / EVENT_SHARE;
  }

  /// Bytes of memory for ids.
  static long idBytes(LoadConfig config) {
    return config.memoryBytes() / 100 * ID_PERCENT;
  }

  /// @param eventBytes of memory for events, and `idBytes` for ids, before files are used
  static LoadReport load(LoadConfig config, LoadListener listener, long eventBytes, long idBytes)
      throws IOException {
    long start = System.nanoTime();
    Path folder = checkOutput(config);
    try (EventMemory memory = new EventMemory(folder, eventBytes)) {
      return new Loader(config, listener, memory, idBytes, null).load(start);
    }
  }

  static LoadReport append(LoadConfig config, LoadListener listener, long eventBytes, long idBytes)
      throws IOException {
    long start = System.nanoTime();
    Path folder = checkOutput(config);
    if (!Files.exists(config.output())) {
      return load(config, listener, eventBytes, idBytes);
    }
    try (EarlierLoad earlier = EarlierLoad.open(config);
        EventMemory memory = new EventMemory(folder, eventBytes)) {
      return new Loader(config, listener, memory, idBytes, earlier).load(start);
    }
  }

  private LoadReport load(long start) throws IOException {
    try (Begun begun = begin()) {
      if (begun == null) {
        return requireNonNull(earlier).report(seconds(start));
      }
      begun.compaction.writeTo(begun.writer);
      memory.close(); // the check of the file takes some, too
      begun.writer.commit();
      return report(begun, seconds(start));
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  /// A file that has its texts, and lacks its events.
  private record Begun(Compaction compaction, RatingMatrixWriter writer, int titles)
      implements AutoCloseable {
    @Override
    public void close() throws IOException {
      writer.close();
    }
  }

  /// Null if there is nothing to write: all that the source has is in the file already.
  private @Nullable Begun begin() throws IOException {
    try (Arena arena = Arena.ofShared()) {
      TitleReader titles = read(arena);
      if (nothingNew()) {
        return null;
      }
      memory.requireRoomToSort(events.log().size(), events.times() != null);
      Compaction compaction =
          new Compaction(
              events.log(),
              events.times(),
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
              metadata(duplicates(compaction)));
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
    return Files.exists(config.output()) // a link is written where it leads
        ? requireNonNull(config.output().toRealPath().getParent())
        : folder;
  }

  /// Collects the events and returns the titles, if any were asked for.
  private @Nullable TitleReader read(Arena arena) throws IOException {
    TitleReader titles = null;
    try (OpenSource source = OpenSource.open(config.source())) {
      settings = settings(source);
      if (earlier != null) {
        earlier.checkSettings(settings);
      }
      if (source.recognized() != null) {
        listener.recognized(source.recognized());
      }
      try (RowSource ratings = source.ratings()) {
        readRatings(ratings);
      }
      if (nothingNew()) {
        source.checkUnchanged();
        return null;
      }
      addEarlier();
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
    if (earlier != null) {
      earlier.checkTimes(source.columns() > RowBatch.UNTIMED);
    }
    rows = earlier == null ? 0 : earlier.skip(source);
    long skipped = rows;
    if (source.columns() > RowBatch.UNTIMED) {
      events.expectTimes();
    }
    RowCleaner cleaner = new RowCleaner(config, rejections, rules, skipped);
    try (Batches batches =
        new Batches(source, source.columns(), batch -> prepare(batch, cleaner))) {
      for (RowBatch batch; (batch = batches.next()) != null; ) {
        long before = rows;
        rows += batch.rows();
        if (batch.accepted() > 0) {
          addEarlier();
          events.add(batch);
        }
        if (rows / ROWS_PER_REPORT > before / ROWS_PER_REPORT) {
          listener.rows(rows - skipped);
        }
      }
    }
    listener.rows(rows - skipped);
    if (earlier != null) {
      earlier.checkRows(rows);
    }
  }

  private void prepare(RowBatch batch, RowCleaner cleaner) throws IOException {
    cleaner.clean(batch);
    if (earlier != null) {
      earlier.takeLastRow(batch);
    }
    digest.add(batch);
  }

  /// The events that the file has come before those of the first new row.
  private void addEarlier() throws IOException {
    if (earlier != null && !earlierAdded) {
      earlierAdded = true;
      earlier.addTo(events);
      earlier.close(); // before its file is replaced
    }
  }

  private boolean nothingNew() {
    return earlier != null
        && !earlierAdded
        && rows == earlier.rows()
        && rejections.leftOut().equals(earlier.leftOutAfter());
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
                  .formatted(rows, rejections, whatWasLeftOut(), hint));
    }
  }

  private String whatWasLeftOut() {
    Map<String, Long> dropped = Rejections.dropped(rejections.leftOut());
    return (dropped.isEmpty() ? "" : ", dropped by rules " + dropped)
        + (rejections.isEmpty() ? "" : ", first " + rejections.first());
  }

  /// What the events of the file depend on, beside the rows of the source.
  private Map<String, String> settings(OpenSource source) {
    Map<String, String> settings = new LinkedHashMap<>(source.metadata());
    settings.put(RatingsFormat.ZERO, config.zero().text());
    settings.put(
        EarlierLoad.RULE_PREFIX + "duplicates",
        config.duplicates().name().toLowerCase(Locale.ROOT));
    settings.put(ItemIds.METADATA_KEY, config.itemIds().text());
    config.rules().putMetadata(settings);
    if (config.scale() != null) {
      settings.put(EarlierLoad.RULE_PREFIX + "scale", config.scale().toString());
    }
    return settings;
  }

  private Map<String, String> metadata(long duplicates) {
    RowDigest.State state = digest.state();
    Map<String, String> metadata = new LinkedHashMap<>(settings);
    metadata.put(RatingsFormat.SOURCE_SHA256, state.sha256());
    metadata.put(
        LoadState.METADATA_KEY, new LoadState(state, rejections.leftOutAtEnd(rows)).text());
    metadata.put(RatingsFormat.ROWS, Long.toString(rows));
    metadata.put(RatingsFormat.DUPLICATES, Long.toString(duplicates));
    leftOut().forEach((name, count) -> metadata.put(EarlierLoad.PREFIX + name, count.toString()));
    changed().forEach((rule, count) -> metadata.put(Rules.CHANGED_PREFIX + rule, count.toString()));
    return metadata;
  }

  /// Rows that were left out, by [name][Rejections#leftOut], those before the rows read here
  /// included.
  private SortedMap<String, Long> leftOut() {
    SortedMap<String, Long> leftOut = rejections.leftOut();
    if (earlier != null) {
      earlier.leftOutBefore().forEach((name, count) -> leftOut.merge(name, count, Long::sum));
    }
    return leftOut;
  }

  /// The same of rows that rules changed, by the word of the rule.
  private SortedMap<String, Long> changed() {
    SortedMap<String, Long> changed = rules.changed();
    if (earlier != null) {
      earlier.changed().forEach((rule, count) -> changed.merge(rule, count, Long::sum));
    }
    return changed;
  }

  private long duplicates(Compaction compaction) {
    return compaction.duplicates() + (earlier == null ? 0 : earlier.duplicates());
  }

  private LoadReport report(Begun begun, double seconds) {
    Compaction compaction = begun.compaction;
    return new LoadReport(
        config.output(),
        rows,
        earlier == null ? rows : rows - earlier.rows(),
        true,
        compaction.ratings(),
        compaction.events() - compaction.ratings(),
        compaction.users(),
        compaction.items().length,
        begun.titles,
        compaction.timeRange(),
        duplicates(compaction),
        Rejections.rejected(leftOut()),
        rejections.first(),
        rejections.total(),
        changed(),
        Rejections.dropped(leftOut()),
        seconds);
  }
}
