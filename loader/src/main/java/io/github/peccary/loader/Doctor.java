package io.github.peccary.loader;

import io.github.peccary.engine.ratings.TextColumn;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads a source as a load would and reports what is in it, good and bad.
///
/// 1. Rows are cleaned, numbered and logged by the classes that load. Spellings that cleaning
///    changes are numbered and logged beside them.
/// 2. Two sorts bring the events in the order of users and items; a [Census] counts them.
/// 3. Rules are applied to ids, each once, and events are sorted again by what came out:
///    [RuleEffects].
///
/// Memory is bounded as that of a load is: nothing but temporary files grows with the events.
public final class Doctor {
  private static final int ITEM = 1;

  private final LoadConfig config;
  private final LoadListener listener;
  private final EventMemory memory;
  private final EventCollector events;
  private final EventCollector spellings; // of items, without users
  private final Rejections rejections = new Rejections();
  private long rows;

  private Doctor(LoadConfig config, LoadListener listener, EventMemory memory, long idBytes) {
    this.config = config;
    this.listener = listener;
    this.memory = memory;
    this.events = new EventCollector(memory, idBytes / 4 * 3);
    this.spellings = new EventCollector(memory, idBytes / 4);
  }

  /// Examines the source of a load. Nothing is written but temporary files without names, in the
  /// folder of the output. The load's rules, and its policy for duplicates, do not matter.
  ///
  /// @throws LoaderException if the source cannot be read
  public static DoctorReport examine(LoadConfig config, LoadListener listener) throws IOException {
    return examine(config, listener, Loader.eventBytes(config), Loader.idBytes(config));
  }

  /// @param eventBytes of memory for events, and `idBytes` for ids, before files are used
  static DoctorReport examine(
      LoadConfig config, LoadListener listener, long eventBytes, long idBytes) throws IOException {
    long start = System.nanoTime();
    Path folder = config.output().toAbsolutePath().getParent();
    if (folder == null) {
      throw new IllegalArgumentException("the output must be in a folder: " + config.output());
    }
    try (EventMemory memory = new EventMemory(folder, eventBytes);
        Arena arena = Arena.ofShared()) {
      Doctor doctor = new Doctor(config, listener, memory, idBytes);
      doctor.read(arena);
      return doctor.report(arena, start);
    }
  }

  private void read(Arena arena) throws IOException {
    try (OpenSource source = OpenSource.open(config.source())) {
      if (source.recognized() != null) {
        listener.recognized(source.recognized());
      }
      RowCleaner cleaner = new RowCleaner(config, rejections, new RowRules(Rules.NONE), 0);
      try (RowSource ratings = source.ratings();
          Batches batches = new Batches(ratings, ratings.columns(), batch -> {})) {
        for (RowBatch batch; (batch = batches.next()) != null; ) {
          rows += batch.rows();
          accept(batch, cleaner);
          events.limitIds();
          spellings.limitIds();
          listener.rows(rows);
        }
      }
      events.finish(arena);
      spellings.finish(arena);
      source.checkUnchanged();
    }
  }

  private void accept(RowBatch batch, RowCleaner row) throws IOException {
    for (int i = 0, count = batch.rows(); i < count; i++) {
      int length = batch.length(i, ITEM);
      int typed = batch.used();
      if (length > 0) {
        batch.append(batch.bytes(), batch.start(i, ITEM), length); // cleaning works in place
      }
      if (row.clean(batch, i)) {
        byte[] bytes = batch.bytes();
        int item = row.itemStart();
        int itemLength = row.itemLength();
        events.add(bytes, row.userStart(), row.userLength(), item, itemLength, row.value(), 0);
        if (itemLength != length || !Ids.equal(bytes, item, bytes, typed, length)) {
          spellings.add(bytes, 0, 0, typed, length, 0, 0);
        }
      }
    }
  }

  private DoctorReport report(Arena arena, long start) throws IOException {
    EventLog log = events.log();
    memory.requireRoomToSort(log.size(), false);
    TextGroups users = TextGroups.of(events.drainUsers(arena));
    TextGroups items = TextGroups.of(events.drainItems(arena));
    int[] itemRows = items.inOrder(Compaction.counts(log, EventLog.ITEM, items.size()));
    Census census = new Census(users.size(), items.size(), config.zero(), memory);
    EventSort byUser =
        new EventSort(
            memory,
            EventLog.USER,
            users.inOrder(Compaction.counts(log, EventLog.USER, users.size())),
            true);
    byUser.addAll(log, new EventSort.Numbering(users.numbers(), items.numbers()));
    byUser.rows(census);
    EventLog merged = census.merged();
    List<DoctorReport.ValueCount> values = census.values.counts(merged);
    RuleEffects effects = effects(items, itemRows, arena);
    if (effects != null) {
      effects.count(merged, census.userEvents, memory);
    }
    return new DoctorReport(
        rows,
        census.ratings(),
        census.events() - census.ratings(),
        users.size(),
        items.size(),
        rejections.byReason(),
        rejections.examples(),
        values,
        census.zeros(),
        Census.sizes(census.userEvents),
        Census.sizes(census.itemEvents),
        census.collectors(users),
        census.collectorCount(),
        census.duplicates(users, items),
        spellings(items, itemRows, arena),
        effects == null ? List.of() : effects.forms(),
        effects == null ? List.of() : effects.effects(),
        effects == null ? List.of() : effects.duplicates(users),
        effects == null ? items.size() : effects.itemsLeft(),
        (System.nanoTime() - start) / 1e9);
  }

  private DoctorReport.Spellings spellings(TextGroups items, int[] itemRows, Arena arena)
      throws IOException {
    try (EventLog log = spellings.log()) {
      TextColumn changed = spellings.drainItems(arena);
      int[] changedRows = Compaction.counts(log, EventLog.ITEM, changed.size());
      return new SpellingCounts(items, itemRows, changed, changedRows)
          .report(config.itemIds(), arena);
    }
  }

  private @Nullable RuleEffects effects(TextGroups items, int[] itemRows, Arena arena) {
    return config.itemIds() == ItemIds.ISBN ? new RuleEffects(items, itemRows, arena) : null;
  }
}
