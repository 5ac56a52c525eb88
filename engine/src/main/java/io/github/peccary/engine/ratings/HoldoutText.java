package io.github.peccary.engine.ratings;

import io.github.peccary.engine.ratings.Holdout.Scope;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads the text of a [Holdout].
final class HoldoutText {
  /// What chooses, and behind it a seed and a scope.
  private static final Pattern PARTS =
      Pattern.compile("(.*?)(?: seed=(-?\\d+))?(" + Holdout.OF_EVENTS + ")?");

  private static final Pattern RANDOM = Pattern.compile("random fraction=([0-9.eE+-]+)");
  private static final Pattern OF_EACH_USER =
      Pattern.compile("(leave-out|latest) k=(\\d+)(?: least=(\\d+))?");
  private static final Pattern FOLD = Pattern.compile("fold number=(\\d+) of=(\\d+)");
  private static final Pattern SINCE = Pattern.compile("since time=(\\S+)");
  private static final String NONE = "none";

  private HoldoutText() {}

  static Holdout parse(String text, RatingMatrix ratings) {
    int apart = text.indexOf(Holdout.APART);
    if (apart >= 0) {
      Holdout test = parse(text.substring(apart + Holdout.APART.length()), ratings);
      return parse(text.substring(0, apart), ratings).apartFrom(test);
    }
    if (text.equals(NONE)) {
      return Holdout.none();
    }
    try {
      return read(text, ratings);
    } catch (NumberFormatException | DateTimeException | ArithmeticException e) {
      throw unknown(text, e);
    }
  }

  private static Holdout read(String text, RatingMatrix ratings) {
    Matcher parts = parts(text);
    String chooses = parts.group(1);
    String seedText = parts.group(2);
    Scope scope = parts.group(3) == null ? Scope.RATINGS : Scope.EVENTS;
    boolean drawn = !SINCE.matcher(chooses).matches();
    if (drawn != (seedText != null)) {
      throw unknown(text, null);
    }
    long seed = seedText == null ? 0 : Long.parseLong(seedText);
    Matcher fold = FOLD.matcher(chooses);
    if (fold.matches()) {
      int number = Integer.parseInt(fold.group(1));
      return Holdout.fold(ratings, scope, number, Integer.parseInt(fold.group(2)), seed);
    }
    HoldoutRule rule = rule(chooses);
    if (rule == null) {
      throw unknown(text, null);
    }
    return rule.of(ratings, scope, seed);
  }

  /// See [HoldoutRule#parse].
  static HoldoutRule parseRule(String text) {
    int apart = text.indexOf(Holdout.APART);
    String own = apart < 0 ? text : text.substring(0, apart);
    try {
      HoldoutRule rule = own.equals(NONE) ? new HoldoutRule.Fraction(0) : rule(parts(own).group(1));
      if (rule != null) {
        return rule;
      }
    } catch (NumberFormatException | DateTimeException | ArithmeticException e) {
      throw unknown(text, e);
    }
    throw unknown(text, null);
  }

  private static Matcher parts(String text) {
    Matcher parts = PARTS.matcher(text);
    if (!parts.matches()) {
      throw unknown(text, null);
    }
    return parts;
  }

  /// Null for what is no rule, as a fold.
  private static @Nullable HoldoutRule rule(String chooses) {
    Matcher random = RANDOM.matcher(chooses);
    if (random.matches()) {
      return new HoldoutRule.Fraction(Double.parseDouble(random.group(1)));
    }
    Matcher since = SINCE.matcher(chooses);
    if (since.matches()) {
      return new HoldoutRule.Since(Instant.parse(since.group(1)).getEpochSecond());
    }
    Matcher ofEach = OF_EACH_USER.matcher(chooses);
    if (!ofEach.matches()) {
      return null;
    }
    int k = Integer.parseInt(ofEach.group(2));
    int least = ofEach.group(3) == null ? Math.addExact(k, 1) : Integer.parseInt(ofEach.group(3));
    return ofEach.group(1).equals("latest")
        ? new HoldoutRule.Latest(k, least)
        : new HoldoutRule.LeaveOut(k, least);
  }

  private static IllegalArgumentException unknown(String text, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        "a hold-out must be 'none', 'random fraction=… seed=…', 'leave-out k=… [least=…] seed=…', 'latest k=… [least=…] seed=…', 'since time=…' or 'fold number=… of=… seed=…', perhaps with ' of events': holdout="
            + text,
        cause);
  }
}
