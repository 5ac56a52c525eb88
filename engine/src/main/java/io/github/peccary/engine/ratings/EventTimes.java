package io.github.peccary.engine.ratings;

import io.github.peccary.engine.storage.CorruptFileException;
import io.github.peccary.engine.storage.ElementType;
import io.github.peccary.engine.storage.TensorFile;
import io.github.peccary.engine.storage.TensorSpec;
import io.github.peccary.engine.storage.Verify;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// When each event was, in whole seconds since 1970-01-01 UTC, where the source told.
///
/// | tensor | type | shape | holds |
/// |---|---|---|---|
/// | `user_times` | I64 | [events] | of the events by user, in their order; from 0 to 2^32 - 1 |
public final class EventTimes {
  /// Times lie before it: 2106-02-07T06:28:16Z.
  public static final long END = 1L << 32;

  static final String TENSOR = "user_times";

  /// Times that a check keeps in memory: it reads them once.
  private static final long UNLOAD_TIMES = 1 << 20;

  private final MemorySegment seconds;
  private final TimeRange range;

  private EventTimes(MemorySegment seconds, TimeRange range) {
    this.seconds = seconds;
    this.range = range;
  }

  /// The times in a file, null if it has none. They live as long as the file is open.
  static @Nullable EventTimes open(TensorFile file, long events, Verify verify) {
    if (!file.contains(TENSOR)) {
      return null;
    }
    TimeRange said =
        new TimeRange(seconds(file, RatingsFormat.EARLIEST), seconds(file, RatingsFormat.LATEST));
    EventTimes times = new EventTimes(file.tensor(TENSOR, ElementType.I64, events), said);
    if (verify == Verify.CHECKSUMS) {
      TimeRange found = times.found();
      if (found.earliest() < 0 || found.latest() >= END || !found.equals(said)) {
        throw new CorruptFileException(
            file.path(),
            "times must lie from 0 to 2^32 - 1, and metadata must agree with them: tensor=%s, found=%d to %d, said=%d to %d"
                .formatted(
                    TENSOR, found.earliest(), found.latest(), said.earliest(), said.latest()));
      }
    }
    return times;
  }

  private static long seconds(TensorFile file, String key) {
    String text = file.metadata(key);
    try {
      return Instant.parse(text).getEpochSecond();
    } catch (DateTimeException e) {
      throw new CorruptFileException(
          file.path(), key + " must be a time such as 1997-09-20T03:05:10Z: found=" + text, e);
    }
  }

  private TimeRange found() {
    long events = seconds.byteSize() / Long.BYTES;
    TimeRange found = new TimeRange(Long.MAX_VALUE, Long.MIN_VALUE);
    for (long start = 0; start < events; start += UNLOAD_TIMES) {
      long end = Math.min(events, start + UNLOAD_TIMES);
      TimeRange some = range(seconds.asSlice(start * Long.BYTES, (end - start) * Long.BYTES));
      found =
          new TimeRange(
              Math.min(found.earliest(), some.earliest()), Math.max(found.latest(), some.latest()));
      unload(start, end);
    }
    return found;
  }

  /// @param seconds i64, at least one
  static TimeRange range(MemorySegment seconds) {
    LongCursor times = new LongCursor(seconds);
    long earliest = Long.MAX_VALUE;
    long latest = Long.MIN_VALUE;
    for (long left = seconds.byteSize() / Long.BYTES; left > 0; left--) {
      long time = times.next();
      earliest = Math.min(earliest, time);
      latest = Math.max(latest, time);
    }
    return new TimeRange(earliest, latest);
  }

  static TensorSpec spec(long events) {
    return TensorSpec.of(TENSOR, ElementType.I64, events);
  }

  static void putMetadata(TimeRange range, Map<String, String> metadata) {
    metadata.put(RatingsFormat.EARLIEST, TimeRange.text(range.earliest()));
    metadata.put(RatingsFormat.LATEST, TimeRange.text(range.latest()));
  }

  /// I64 [events], by position as in [RatingMatrix#byUser].
  public MemorySegment seconds() {
    return seconds;
  }

  /// The time of the event at a position of [RatingMatrix#byUser].
  public long at(long position) {
    return seconds.getAtIndex(ValueLayout.JAVA_LONG, position);
  }

  /// The same as [CompressedRows#unload].
  public void unload(long start, long end) {
    if (seconds.isMapped()) {
      seconds.asSlice(start * Long.BYTES, (end - start) * Long.BYTES).unload();
    }
  }

  /// Of all events.
  public TimeRange range() {
    return range;
  }
}
