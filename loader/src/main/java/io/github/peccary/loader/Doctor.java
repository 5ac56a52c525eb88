package io.github.peccary.loader;

import io.github.peccary.engine.ratings.TextColumn;
import io.github.peccary.engine.ratings.TextSelection;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads a source as a load would and reports what is in it, good and bad.
///
/// 1. Rows are cleaned, numbered and logged by the classes that load; but items are numbered by
///    their spelling in the source, so that it is known later.
/// 2. Spellings are cleaned, each once, and numbered by id. Two sorts bring the events in order;
///    a [Census] counts them.
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
  private final Rejections rejections = new Rejections();
  private long rows;

  private Doctor(LoadConfig config, LoadListener listener, EventMemory memory, long idBytes) {
    this.config = config;
    this.listener = listener;
    this.memory = memory;
    this.events = new EventCollector(memory, idBytes);
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
      RowCleaner cleaner = new RowCleaner(config, rejections, new RowRules(Rules.NONE));
      try (RowSource ratings = source.ratings();
          ReadAhead batches = new ReadAhead(ratings, 3)) {
        for (RowBatch batch; (batch = batches.next()) != null; ) {
          accept(batch, cleaner);
          events.limitIds();
          listener.rows(rows);
        }
      }
      events.finish(arena);
      source.checkUnchanged();
    }
  }

  private void accept(RowBatch batch, RowCleaner row) throws IOException {
    for (int i = 0, count = batch.rows(); i < count; i++) {
      int length = batch.length(i, ITEM);
      int spelling = batch.used();
      if (length > 0) {
        batch.append(batch.bytes(), batch.start(i, ITEM), length); // cleaning works in place
      }
      if (row.clean(batch, i, ++rows)) {
        events.add(batch.bytes(), row.userStart(), row.userLength(), spelling, length, row.value());
      }
    }
  }

  private DoctorReport report(Arena arena, long start) throws IOException {
    EventLog log = events.log();
    memory.requireRoomToSort(log.size());
    TextGroups users = TextGroups.of(events.drainUsers(arena));
    TextColumn spellings = events.drainItems(arena);
    TextGroups items =
        TextGroups.of(
            TextGroups.changed(
                TextSelection.all(spellings),
                (number, text, length) -> config.itemIds().normalize(text, 0, length),
                arena));
    int[] spellingRows = Compaction.counts(log, EventLog.ITEM, spellings.size());
    int[] itemRows = items.sum(spellingRows);
    Census census = new Census(users.size(), items.size(), config.zero());
    EventLog merged = census.take(sorted(log, users, items, itemRows), memory);
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
        new SpellingCounts(spellings, items).report(spellingRows),
        effects == null ? List.of() : effects.forms(),
        effects == null ? List.of() : effects.effects(),
        effects == null ? List.of() : effects.duplicates(users),
        effects == null ? items.size() : effects.itemsLeft(),
        (System.nanoTime() - start) / 1e9);
  }

  private @Nullable RuleEffects effects(TextGroups items, int[] itemRows, Arena arena) {
    return config.itemIds() == ItemIds.ISBN ? new RuleEffects(items, itemRows, arena) : null;
  }

  /// By user and, within a user, by item; the rows of a pair are in the order of the source.
  private EventLog sorted(EventLog log, TextGroups users, TextGroups items, int[] itemRows)
      throws IOException {
    int[] userRows = users.sum(Compaction.counts(log, EventLog.USER, users.size()));
    EventSort sort = new EventSort(memory);
    EventLog byItem =
        sort.sort(
            log,
            EventLog.ITEM,
            itemRows,
            new EventSort.Numbering(users.numbers(), items.numbers()));
    return sort.sort(byItem, EventLog.USER, userRows, null);
  }
}
