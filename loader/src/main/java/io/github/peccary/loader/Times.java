package io.github.peccary.loader;

import io.github.peccary.engine.ratings.EventTimes;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.Locale;

/// Times of events from bytes, as seconds since 1970-01-01 UTC: numbers of seconds, or of
/// milliseconds; dates and times as ISO 8601 has them, with a blank for the `T` as well. A date is
/// its midnight, a time without a zone is in UTC. What is less than a second is cut off.
final class Times {
  /// Of bytes that are no time from 1970 to the [end][EventTimes#END].
  static final long NONE = -1;

  /// Times before it, which is in 1973, are not taken for times unless they are said to be:
  /// likelier they are years, counts or dates without dashes.
  private static final long PLAUSIBLE = 100_000_000;

  private static final int MAX_DIGITS = 16;
  private static final int DATE_LENGTH = "2024-01-31".length();

  private static final DateTimeFormatter ISO =
      new DateTimeFormatterBuilder()
          .parseCaseInsensitive()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .optionalStart()
          .appendLiteral('T')
          .append(DateTimeFormatter.ISO_LOCAL_TIME)
          .optionalStart()
          .parseLenient() // +01, +0130 and +01:30
          .appendOffset("+HH", "Z")
          .toFormatter(Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);

  private Times() {}

  /// Returns the seconds, [#NONE] if the bytes are no such time. A number from 2^32 on is one of
  /// milliseconds: as seconds it would lie beyond the end.
  static long parse(byte[] bytes, int start, int length) {
    long number = 0;
    for (int i = 0; i < length; i++) {
      int digit = bytes[start + i] - '0';
      if (digit < 0 || digit > 9 || i == MAX_DIGITS) {
        return parse(new String(bytes, start, length, StandardCharsets.UTF_8));
      }
      number = 10 * number + digit;
    }
    return length == 0 ? NONE : ofNumber(number);
  }

  private static long ofNumber(long number) {
    long seconds = number < EventTimes.END ? number : number / 1_000;
    return seconds < EventTimes.END ? seconds : NONE;
  }

  /// The same of any text, white space around it included.
  static long parse(String text) {
    String stripped = text.strip();
    if (stripped.matches("[0-9]{1,16}(\\.[0-9]*)?")) {
      return ofNumber(Long.parseLong(stripped.replaceFirst("\\..*", "")));
    }
    if (stripped.length() < DATE_LENGTH) {
      return NONE;
    }
    boolean blank = stripped.startsWith(" ", DATE_LENGTH);
    return parseIso(
        blank
            ? stripped.substring(0, DATE_LENGTH) + "T" + stripped.substring(DATE_LENGTH + 1)
            : stripped);
  }

  private static long parseIso(String text) {
    try {
      TemporalAccessor parsed = ISO.parse(text);
      LocalTime time = parsed.query(TemporalQueries.localTime());
      long local =
          LocalDate.from(parsed).toEpochSecond(time == null ? LocalTime.MIN : time, ZoneOffset.UTC);
      boolean zoned = parsed.isSupported(ChronoField.OFFSET_SECONDS);
      long seconds = zoned ? local - parsed.get(ChronoField.OFFSET_SECONDS) : local;
      return seconds >= 0 && seconds < EventTimes.END ? seconds : NONE;
    } catch (DateTimeException e) {
      return NONE;
    }
  }

  /// Whether the text of a column that nobody named may be a time; what begins with a 0 is likelier
  /// an ISBN.
  static boolean looksLikeOne(String text) {
    return !text.startsWith("0") && parse(text) >= PLAUSIBLE;
  }
}
