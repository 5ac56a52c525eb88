package io.github.peccary.tools.command;

import io.github.peccary.engine.ratings.HoldoutRule;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads `--holdout 0.1`, and rules such as `leave-1`, `latest-1-of-5`, `newest-0.1` and
/// `since-2024-01-31`.
final class HoldoutConverter implements ITypeConverter<HoldoutRule> {
  private static final Pattern OF_EACH_USER =
      Pattern.compile("(leave|latest)-([^-]+)(?:-of-(.+))?");
  private static final String NEWEST = "newest-";
  private static final String SINCE = "since-";

  @Override
  public HoldoutRule convert(String text) {
    try {
      Matcher some = OF_EACH_USER.matcher(text);
      if (some.matches()) {
        int k = Integer.parseInt(some.group(2));
        int least = some.group(3) == null ? Math.addExact(k, 1) : Integer.parseInt(some.group(3));
        return some.group(1).equals("leave")
            ? new HoldoutRule.LeaveOut(k, least)
            : new HoldoutRule.Latest(k, least);
      }
      if (text.startsWith(NEWEST)) {
        return new HoldoutRule.Newest(Double.parseDouble(text.substring(NEWEST.length())));
      }
      if (text.startsWith(SINCE)) {
        return new HoldoutRule.Since(seconds(text.substring(SINCE.length())));
      }
      return new HoldoutRule.Fraction(Double.parseDouble(text));
    } catch (NumberFormatException | ArithmeticException | DateTimeException e) {
      throw new TypeConversionException(
          "the holdout must be a share such as 0.1, leave-N such as leave-1, leave-N-of-M such as leave-1-of-5, the same with latest, newest-SHARE such as newest-0.1, or since-TIME such as since-2024-01-31: holdout="
              + text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  /// Of a date, its midnight, or of a time, such as 2024-01-31T12:00:00Z; in UTC.
  private static long seconds(String text) {
    return text.contains("T")
        ? Instant.parse(text).getEpochSecond()
        : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toEpochSecond();
  }
}
