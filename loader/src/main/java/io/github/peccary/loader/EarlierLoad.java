package io.github.peccary.loader;

import io.github.peccary.engine.ratings.CompressedRows;
import io.github.peccary.engine.ratings.EventTimes;
import io.github.peccary.engine.ratings.IntCursor;
import io.github.peccary.engine.ratings.LongCursor;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.ratings.RatingsFormat;
import io.github.peccary.engine.ratings.TextColumn;
import io.github.peccary.engine.ratings.Titles;
import io.github.peccary.engine.storage.CorruptFileException;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The ratings file that a load goes on from.
///
/// Its events are those of the source's rows up to the last accepted one. Merged with the rows
/// after it they give what all rows would have given: of each pair the file has the first, the last
/// or the largest value, whichever the policy asks for. Only a mean does not tell of how many.
final class EarlierLoad implements AutoCloseable {
  /// Of the entries of the metadata that hold a rule of the load.
  static final String RULE_PREFIX = "peccary.load.";

  /// Before the [names][Rejections#leftOut] of rows that were left out.
  static final String PREFIX = "peccary.";

  private static final int EVENTS_PER_UNLOAD = 1 << 20;
  private static final int EVENTS_PER_LIMIT = 1 << 12;

  private final RatingMatrix matrix;
  private final Map<String, String> metadata;
  private final LoadState state;
  private final long rows;
  private final long duplicates;
  private final SortedMap<String, Long> leftOut = new TreeMap<>(); // by name
  private final SortedMap<String, Long> changed = new TreeMap<>(); // by rule
  private boolean lastRowTaken;

  private EarlierLoad(RatingMatrix matrix) throws LoaderException {
    this.matrix = matrix;
    this.metadata = matrix.metadata();
    String text = metadata.get(LoadState.METADATA_KEY);
    if (text == null) {
      throw new LoaderException(
          "the file must tell where its load ended: %s is missing, as in files of an older Peccary; load in full, without --append (%s)"
              .formatted(LoadState.METADATA_KEY, matrix.path()));
    }
    this.state = LoadState.parse(matrix.path(), text);
    this.rows = number(RatingsFormat.ROWS);
    this.duplicates = number(RatingsFormat.DUPLICATES);
    for (String key : metadata.keySet()) {
      if (key.startsWith(RatingsFormat.REJECTED_PREFIX) || key.startsWith(Rules.DROPPED_PREFIX)) {
        leftOut.put(key.substring(PREFIX.length()), number(key));
      } else if (key.startsWith(Rules.CHANGED_PREFIX)) {
        changed.put(key.substring(Rules.CHANGED_PREFIX.length()), number(key));
      }
    }
    checkCounts();
  }

  /// Maps the file that the load will replace, and checks it.
  ///
  /// @throws LoaderException if a load by these rules cannot go on from it
  /// @throws CorruptFileException if it is damaged, or no ratings file
  static EarlierLoad open(LoadConfig config) throws IOException {
    RatingMatrix matrix = RatingMatrix.open(config.output(), Verify.CHECKSUMS);
    try {
      EarlierLoad earlier = new EarlierLoad(matrix);
      earlier.checkRules(config);
      return earlier;
    } catch (Throwable e) {
      matrix.close();
      throw e;
    }
  }

  private long number(String key) {
    String text = metadata.get(key);
    if (text == null || !text.matches("\\d{1,18}")) {
      throw new CorruptFileException(
          matrix.path(),
          "%s must be a number: found=%s; load in full, without --append".formatted(key, text));
    }
    return Long.parseLong(text);
  }

  private void checkCounts() {
    long left = matrix.events() + duplicates + Rejections.total(leftOut);
    if (left != rows) {
      throw new CorruptFileException(
          matrix.path(),
          "the rows must add up: rows=%d, events, duplicates and left out=%d; load in full, without --append"
              .formatted(rows, left));
    }
    String said = metadata.get(RatingsFormat.SOURCE_SHA256);
    String found = state.digest().sha256();
    boolean after =
        state.leftOutAfter().entrySet().stream()
            .allMatch(entry -> entry.getValue() <= leftOut.getOrDefault(entry.getKey(), 0L));
    if (!found.equals(said) || !after) {
      throw new CorruptFileException(
          matrix.path(),
          "%s must fit the rest: sha256=%s, %s=%s, leftOut=%s; load in full, without --append"
              .formatted(
                  LoadState.METADATA_KEY, found, RatingsFormat.SOURCE_SHA256, said, leftOut));
    }
  }

  /// What the file cannot make up for.
  private void checkRules(LoadConfig config) throws LoaderException {
    if (config.duplicates() == DuplicatePolicy.MEAN && duplicates > 0) {
      throw new LoaderException(
          "a mean must be of all rows of a pair, which the file does not tell: duplicates=%d; load in full, without --append (%s)"
              .formatted(duplicates, matrix.path()));
    }
    Map<String, Long> rejected = Rejections.rejected(leftOutBefore());
    if (config.strict() && !rejected.isEmpty()) {
      throw new LoaderException(
          "a strict load accepts every row: %s when the file was loaded; clean them and load in full, or append without --strict (%s)"
              .formatted(Rejections.text(rejected), matrix.path()));
    }
  }

  /// Refuses settings that are not those of the file.
  ///
  /// @param settings entries of the metadata
  void checkSettings(Map<String, String> settings) throws LoaderException {
    SortedMap<String, String> both = new TreeMap<>(settings);
    metadata.forEach(
        (key, value) -> {
          if (isSetting(key)) {
            both.put(key, value);
          }
        });
    for (String key : both.keySet()) {
      String now = settings.get(key);
      String then = metadata.get(key);
      if (!Objects.equals(now, then)) {
        throw new LoaderException(
            "a load must go on with the settings of the file: %s, in the file %s; give the same, or load in full, without --append (%s)"
                .formatted(setting(key, now), setting(key, then), matrix.path()));
      }
    }
  }

  /// Refuses a source that has times where the file has none, or the other way round.
  void checkTimes(boolean timed) throws LoaderException {
    if (timed != (matrix.times() != null)) {
      throw new LoaderException(
          "the file must have times if the source has: times=%s, in the file %s; load in full, without --append (%s)"
              .formatted(timed ? "yes" : "no", timed ? "no" : "yes", matrix.path()));
    }
  }

  private static boolean isSetting(String key) {
    return key.equals(RatingsFormat.SOURCE)
        || key.startsWith(RatingsFormat.SOURCE_PREFIX)
        || key.equals(RatingsFormat.QUERY)
        || key.equals(RatingsFormat.ZERO)
        || key.startsWith(RULE_PREFIX);
  }

  /// As in `item-ids=isbn`, in the words of the options.
  private static String setting(String key, @Nullable String value) {
    String name =
        key.equals(RatingsFormat.SOURCE)
            ? "source"
            : key.replaceFirst("^peccary\\.(source\\.|load\\.)?", "")
                .replaceAll("([A-Z])", "-$1")
                .toLowerCase(Locale.ROOT);
    return value == null ? "no " + name : "%s='%s'".formatted(name, value);
  }

  /// The number of the last accepted row, from 1. Up to it the source is as the file has it.
  long lastRow() {
    return rows - Rejections.total(state.leftOutAfter());
  }

  /// Leaves out the rows before the last accepted one and returns how many these are.
  long skip(RowSource source) throws IOException {
    long skipped = source.skip(lastRow() - 1);
    if (skipped < lastRow() - 1) {
      checkRows(skipped);
    }
    return skipped;
  }

  /// Takes the last accepted row, which must be there, out of the first batch after [#skip], and
  /// nothing out of others.
  void takeLastRow(RowBatch batch) throws LoaderException {
    if (lastRowTaken) {
      return;
    }
    lastRowTaken = true;
    RowBatch row = new RowBatch(batch.columns(), 1);
    RowDigest digest = new RowDigest();
    if (batch.takeFirst(row)) {
      digest.add(row);
    }
    if (!digest.state().lastRow().equals(state.digest().lastRow())) {
      throw new LoaderException(
          "the source must begin with the rows that the file was loaded from: row %d is another one; load in full, without --append (%s)"
              .formatted(lastRow(), matrix.path()));
    }
  }

  /// Refuses a source that has fewer rows than it had.
  ///
  /// @param found rows of the source
  void checkRows(long found) throws LoaderException {
    if (found < rows) {
      throw new LoaderException(
          "the source must begin with the rows that the file was loaded from: rows=%d, in the file %d; load in full, without --append (%s)"
              .formatted(found, rows, matrix.path()));
    }
  }

  /// Rows that the file was loaded from.
  long rows() {
    return rows;
  }

  /// Of these, the ones that were merged into another one.
  long duplicates() {
    return duplicates;
  }

  /// Rows before the last accepted one that were left out, by [name][Rejections#leftOut].
  SortedMap<String, Long> leftOutBefore() {
    SortedMap<String, Long> before = new TreeMap<>();
    leftOut.forEach(
        (name, count) -> {
          long left = count - state.leftOutAfter().getOrDefault(name, 0L);
          if (left > 0) {
            before.put(name, left);
          }
        });
    return before;
  }

  /// Rows after it that were left out.
  SortedMap<String, Long> leftOutAfter() {
    return state.leftOutAfter();
  }

  /// Rows that rules changed, by the word of the rule.
  SortedMap<String, Long> changed() {
    return changed;
  }

  /// The digest of the rows up to the last accepted one.
  RowDigest digest() {
    return new RowDigest(state.digest());
  }

  /// Hands the events over, as if they were rows.
  void addTo(EventCollector events) throws IOException {
    CompressedRows byUser = matrix.byUser();
    LongCursor ends = new LongCursor(byUser.offsets());
    IntCursor items = new IntCursor(byUser.indices());
    IntCursor values = new IntCursor(byUser.values());
    EventTimes seconds = matrix.times();
    LongCursor times = seconds == null ? null : new LongCursor(seconds.seconds());
    TextColumn userIds = matrix.userIds().ids();
    TextColumn itemIds = matrix.itemIds().ids();
    int[] numbers = new int[matrix.items()]; // of items in `events`
    Arrays.fill(numbers, IdInterner.ABSENT);
    byte[] ids = {}; // that of the user, then that of the item
    long at = ends.next();
    long unloaded = at;
    for (int user = 0; user < matrix.users(); user++) {
      int userLength = length(userIds, user);
      ids = copy(userIds, user, userLength, ids, 0);
      int number = events.user(ids, 0, userLength);
      for (long end = ends.next(); at < end; at++) {
        int item = items.next();
        int time = times == null ? 0 : (int) times.next();
        if (number != IdInterner.ABSENT && numbers[item] != IdInterner.ABSENT) {
          events.add(number, numbers[item], values.nextFloat(), time);
        } else {
          int itemLength = length(itemIds, item);
          ids = copy(itemIds, item, itemLength, ids, userLength);
          numbers[item] = events.item(ids, userLength, itemLength);
          events.add(ids, 0, userLength, userLength, itemLength, values.nextFloat(), time);
        }
        if (at % EVENTS_PER_LIMIT == 0) {
          events.limitIds();
        }
      }
      if (at - unloaded >= EVENTS_PER_UNLOAD) {
        byUser.unload(unloaded, at);
        if (seconds != null) {
          seconds.unload(unloaded, at);
        }
        unloaded = at;
      }
    }
  }

  private static int length(TextColumn texts, int index) {
    return (int) (texts.end(index) - texts.start(index));
  }

  /// Copies a text into `space`, or into a larger array with the same bytes before `at`.
  private static byte[] copy(TextColumn texts, int index, int length, byte[] space, int at) {
    byte[] bytes = space.length - at < length ? Arrays.copyOf(space, 2 * (at + length)) : space;
    MemorySegment.copy(texts.bytes(), ValueLayout.JAVA_BYTE, texts.start(index), bytes, at, length);
    return bytes;
  }

  /// What the file tells of itself, for a load that found nothing to add.
  LoadReport report(double seconds) {
    Titles titles = matrix.titles();
    EventTimes times = matrix.times();
    int titleCount = 0;
    for (int item = 0; titles != null && item < matrix.items(); item++) {
      titleCount += titles.title(item) == null ? 0 : 1;
    }
    return new LoadReport(
        matrix.path(),
        rows,
        0,
        false,
        matrix.ratings(),
        matrix.implicitEvents(),
        matrix.users(),
        matrix.items(),
        titleCount,
        times == null ? null : times.range(),
        duplicates,
        Rejections.rejected(leftOut),
        List.of(),
        0,
        changed,
        Rejections.dropped(leftOut),
        seconds);
  }

  /// Unmaps the file; closing again does nothing.
  @Override
  public void close() {
    matrix.close();
  }
}
