package io.github.peccary.engine.ratings;

import io.github.peccary.engine.ratings.Holdout.Scope;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads the text of a [Holdout].
final class HoldoutText {
  private static final String SCOPE = "(" + Holdout.OF_EVENTS + ")?";
  private static final String SEED = " seed=(-?\\d+)";
  private static final Pattern RANDOM =
      Pattern.compile("random fraction=([0-9.eE+-]+)" + SEED + SCOPE);
  private static final Pattern OF_EACH_USER =
      Pattern.compile("(leave-out|latest) k=(\\d+)(?: least=(\\d+))?" + SEED + SCOPE);
  private static final Pattern FOLD =
      Pattern.compile("fold number=(\\d+) of=(\\d+)" + SEED + SCOPE);
  private static final Pattern SINCE = Pattern.compile("since time=(\\S+)" + SCOPE);

  private HoldoutText() {}

  static Holdout parse(String text, RatingMatrix ratings) {
    int apart = text.indexOf(Holdout.APART);
    if (apart >= 0) {
      Holdout test = parse(text.substring(apart + Holdout.APART.length()), ratings);
      return parse(text.substring(0, apart), ratings).apartFrom(test);
    }
    try {
      Holdout holdout = text.equals("none") ? Holdout.none() : read(text, ratings);
      if (holdout != null) {
        return holdout;
      }
    } catch (NumberFormatException | DateTimeException e) {
      throw unknown(text, e);
    }
    throw unknown(text, null);
  }

  private static @Nullable Holdout read(String text, RatingMatrix ratings) {
    Matcher random = RANDOM.matcher(text);
    if (random.matches()) {
      double fraction = Double.parseDouble(random.group(1));
      return Holdout.random(ratings, scope(random.group(3)), fraction, number(random.group(2)));
    }
    Matcher ofEach = OF_EACH_USER.matcher(text);
    if (ofEach.matches()) {
      int k = Integer.parseInt(ofEach.group(2));
      int least = ofEach.group(3) == null ? k + 1 : Integer.parseInt(ofEach.group(3));
      long seed = number(ofEach.group(4));
      Scope scope = scope(ofEach.group(5));
      return ofEach.group(1).equals("latest")
          ? Holdout.latest(ratings, scope, k, least, seed)
          : Holdout.leaveOut(ratings, scope, k, least, seed);
    }
    Matcher fold = FOLD.matcher(text);
    if (fold.matches()) {
      int number = Integer.parseInt(fold.group(1));
      int folds = Integer.parseInt(fold.group(2));
      return Holdout.fold(ratings, scope(fold.group(4)), number, folds, number(fold.group(3)));
    }
    Matcher since = SINCE.matcher(text);
    if (since.matches()) {
      long seconds = Instant.parse(since.group(1)).getEpochSecond();
      return Holdout.since(ratings, scope(since.group(2)), seconds);
    }
    return null;
  }

  private static long number(String text) {
    return Long.parseLong(text);
  }

  private static Scope scope(@Nullable String suffix) {
    return suffix == null ? Scope.RATINGS : Scope.EVENTS;
  }

  private static IllegalArgumentException unknown(String text, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        "a hold-out must be 'none', 'random fraction=… seed=…', 'leave-out k=… [least=…] seed=…', 'latest k=… [least=…] seed=…', 'since time=…' or 'fold number=… of=… seed=…', perhaps with ' of events': holdout="
            + text,
        cause);
  }
}
