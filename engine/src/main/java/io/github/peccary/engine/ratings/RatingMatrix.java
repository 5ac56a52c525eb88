package io.github.peccary.engine.ratings;

import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.storage.CorruptFileException;
import io.github.peccary.engine.storage.ElementType;
import io.github.peccary.engine.storage.TensorFile;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A file of ratings, mapped: every event by user and by item. [RatingsFormat] describes it. Shared
/// by any number of threads; what it gives lives until [#close].
public final class RatingMatrix implements AutoCloseable {

  private final TensorFile file;
  private final CompressedRows byUser;
  private final CompressedRows byItem;
  private final IdDictionary userIds;
  private final IdDictionary itemIds;
  private final @Nullable Titles titles;
  private final @Nullable EventTimes times;
  private final Zero zero;
  private final RatingSummary summary;

  private RatingMatrix(TensorFile file, Verify verify) {
    this.file = file;
    file.requireKind(RatingsFormat.RATINGS);
    long events = count(RatingsFormat.EVENTS, Long.MAX_VALUE);
    int users = (int) count(RatingsFormat.USERS, Integer.MAX_VALUE - 1);
    int items = (int) count(RatingsFormat.ITEMS, Integer.MAX_VALUE - 1);
    this.zero = zero();
    this.summary = summary(events);
    this.byUser =
        new CompressedRows(
            users,
            items,
            file.tensor(RatingsFormat.USER_OFFSETS, ElementType.I64, users + 1L),
            file.tensor(RatingsFormat.USER_ITEMS, ElementType.I32, events),
            file.tensor(RatingsFormat.USER_VALUES, ElementType.F32, events));
    this.byItem =
        new CompressedRows(
            items,
            users,
            file.tensor(RatingsFormat.ITEM_OFFSETS, ElementType.I64, items + 1L),
            file.tensor(RatingsFormat.ITEM_USERS, ElementType.I32, events),
            file.tensor(RatingsFormat.ITEM_VALUES, ElementType.F32, events));
    this.userIds = IdDictionary.open(file, RatingsFormat.USER_IDS, users, verify);
    unloadChecked(verify);
    this.itemIds = IdDictionary.open(file, RatingsFormat.ITEM_IDS, items, verify);
    unloadChecked(verify);
    this.titles = Titles.open(file, items, verify);
    this.times = EventTimes.open(file, events, verify);
    unloadChecked(verify);
  }

  /// The checks read all of the file, but not all of it at once.
  private void unloadChecked(Verify verify) {
    if (verify == Verify.CHECKSUMS) {
      file.unload();
    }
  }

  /// Maps `path` and checks it.
  ///
  /// @param verify with [Verify#CHECKSUMS] every number in the file is checked, otherwise sizes and
  ///     ends only
  /// @throws CorruptFileException if it is not a file of ratings as [RatingMatrixWriter] writes it
  public static RatingMatrix open(Path path, Verify verify) throws IOException {
    TensorFile file = TensorFile.open(path, verify);
    try {
      RatingMatrix matrix = new RatingMatrix(file, verify);
      matrix.check(verify);
      matrix.unloadChecked(verify);
      return matrix;
    } catch (Throwable e) {
      file.close();
      throw e;
    }
  }

  /// Where the file was when it was opened.
  public Path path() {
    return file.path();
  }

  /// Number of users.
  public int users() {
    return byUser.rows();
  }

  /// Number of items.
  public int items() {
    return byItem.rows();
  }

  /// Number of (user, item) pairs: [#ratings] and [#implicitEvents].
  public long events() {
    return byUser.entries();
  }

  /// Number of events that are ratings.
  public long ratings() {
    return summary.ratings();
  }

  /// Number of events that are none: seen, not rated.
  public long implicitEvents() {
    return events() - ratings();
  }

  /// Users × items.
  public CompressedRows byUser() {
    return byUser;
  }

  /// Items × users, the same events.
  public CompressedRows byItem() {
    return byItem;
  }

  /// The ids of the users.
  public IdDictionary userIds() {
    return userIds;
  }

  /// The ids of the items.
  public IdDictionary itemIds() {
    return itemIds;
  }

  /// The titles of the items, null if the file has none.
  public @Nullable Titles titles() {
    return titles;
  }

  /// The times of the events, null if the file has none.
  public @Nullable EventTimes times() {
    return times;
  }

  /// Whether an event of this value is a rating, and not one of something seen and not rated.
  public boolean isRating(float value) {
    return zero == Zero.RATING || value != 0;
  }

  /// The lowest rating, NaN without any.
  public float minRating() {
    return summary.min();
  }

  /// The highest rating, NaN without any.
  public float maxRating() {
    return summary.max();
  }

  /// The identity of the ratings: of every number and id, and of what a 0 says.
  public String fingerprint() {
    return file.fingerprint(RatingsFormat.ZERO);
  }

  /// The entries of [RatingsFormat] and whatever else the loader had to say.
  public Map<String, String> metadata() {
    return file.metadata();
  }

  /// Gives back the memory of what has been read so far; whoever reads on has it read again.
  public void unload() {
    file.unload();
  }

  /// Unmaps the file.
  @Override
  public void close() {
    file.close();
  }

  RatingSummary.Builder newSummary() {
    return new RatingSummary.Builder(zero);
  }

  private void check(Verify verify) {
    CompressedRowsCheck users = CompressedRowsCheck.byUser(this);
    CompressedRowsCheck items = CompressedRowsCheck.byItem(this);
    users.ends();
    items.ends();
    if (verify == Verify.CHECKSUMS) {
      long[] digests = new long[2];
      try (Workers workers = new Workers(digests.length)) {
        workers.run(
            worker ->
                digests[worker] = worker == 0 ? users.everything(true) : items.everything(false));
      }
      if (digests[0] != digests[1]) {
        throw new CorruptFileException(
            path(),
            "both orders must hold the same events: tensors="
                + RatingsFormat.USER_ITEMS
                + ", "
                + RatingsFormat.ITEM_USERS
                + "; load the ratings again");
      }
      RatingSummary found = users.summary();
      if (!found.equals(summary)) {
        throw new CorruptFileException(
            path(), "metadata must agree with the values: found=" + found + ", said=" + summary);
      }
    }
  }

  private Zero zero() {
    try {
      return Zero.parse(file.metadata(RatingsFormat.ZERO));
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(path(), String.valueOf(e.getMessage()), e);
    }
  }

  private RatingSummary summary(long events) {
    long ratings = number(RatingsFormat.EXPLICIT, 0, events);
    long implicit = number(RatingsFormat.IMPLICIT, 0, events);
    if (ratings + implicit != events) {
      throw new CorruptFileException(
          path(),
          "ratings and implicit events must add up: ratings="
              + ratings
              + ", implicit="
              + implicit
              + ", events="
              + events);
    }
    if (ratings == 0) {
      return new RatingSummary(0, Float.NaN, Float.NaN);
    }
    return new RatingSummary(
        ratings, rating(RatingsFormat.MIN_RATING), rating(RatingsFormat.MAX_RATING));
  }

  private long count(String key, long max) {
    return number(key, 1, max);
  }

  private long number(String key, long min, long max) {
    String text = file.metadata(key);
    long number;
    try {
      number = Long.parseLong(text);
    } catch (NumberFormatException e) {
      number = -1;
    }
    if (number < min || number > max) {
      throw new CorruptFileException(
          path(), key + " must be a number from " + min + " to " + max + ": found=" + text);
    }
    return number;
  }

  private float rating(String key) {
    String text = file.metadata(key);
    float rating;
    try {
      rating = Float.parseFloat(text);
    } catch (NumberFormatException e) {
      rating = Float.NaN;
    }
    if (!Float.isFinite(rating)) {
      throw new CorruptFileException(path(), key + " must be a finite number: found=" + text);
    }
    return rating;
  }
}
