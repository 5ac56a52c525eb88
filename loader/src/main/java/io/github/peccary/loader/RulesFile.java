package io.github.peccary.loader;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Reads a file of [Rules]: UTF-8, its first line `peccary rules 1`, then a rule a line.
///
/// A `#` at the front of a line or after white space begins a comment. Empty lines do not matter,
/// nor does the order.
public final class RulesFile {
  private static final long MAX_BYTES = 16L << 20;

  private final Path path;
  private final Map<String, Integer> lineOf = new LinkedHashMap<>();
  private final Set<Rule> rules = EnumSet.noneOf(Rule.class);
  private final SortedSet<String> users = new TreeSet<>();

  private RulesFile(Path path) {
    this.path = path;
  }

  /// Reads a file.
  ///
  /// @throws LoaderException if it is no such file, or a line of it is no rule
  public static Rules read(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new LoaderException(
          "the rules must be in an existing file: rules=%s; have one written with peccary doctor SOURCE --write-rules FILE"
              .formatted(path));
    }
    RulesFile file = new RulesFile(path);
    int number = 0;
    for (String line : (Iterable<String>) file.text().lines()::iterator) {
      file.add(++number, line);
    }
    if (number == 0) {
      throw file.noHeader("");
    }
    return new Rules(file.rules, file.users);
  }

  private String text() throws IOException {
    long bytes = Files.size(path);
    if (bytes > MAX_BYTES) {
      throw new LoaderException(
          "a file of rules must be small: rules=%s, bytes=%d, most=%d; is it another file?"
              .formatted(path, bytes, MAX_BYTES));
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(Files.readAllBytes(path)))
          .toString();
    } catch (CharacterCodingException e) {
      throw new LoaderException(
          "a file of rules must be UTF-8: rules=%s; save it as such".formatted(path), e);
    }
  }

  private void add(int number, String line) throws LoaderException {
    String rule = withoutComment(line);
    if (number == 1) {
      if (!rule.equals(Rules.HEADER)) {
        throw noHeader(rule);
      }
      return;
    }
    if (rule.isEmpty()) {
      return;
    }
    String user = userOf(rule);
    String key = user == null ? rule : Rule.DROP_USER.word() + ' ' + user;
    Integer before = lineOf.putIfAbsent(key, number);
    if (before != null) {
      throw refusal("a rule must stand once", number, key, "it is on line " + before + ", too");
    }
    if (user == null) {
      rules.add(known(number, rule));
    } else if (user.isEmpty()) {
      throw refusal("a user must be named", number, rule, "write " + rule + " ID");
    } else {
      users.add(user);
    }
  }

  private Rule known(int number, String rule) throws LoaderException {
    Rule known = Rule.of(rule);
    if (known == null) {
      throw refusal("a rule must be known", number, rule, "these are: " + Rule.known());
    }
    return known;
  }

  /// What stands behind the word, null if the line is another rule.
  private static @Nullable String userOf(String rule) {
    String word = Rule.DROP_USER.word();
    boolean names =
        rule.startsWith(word)
            && (rule.length() == word.length() || isBlank(rule.charAt(word.length())));
    return names ? stripped(rule.substring(word.length())) : null;
  }

  /// The line that leaves out the rows of a user; null if a file cannot hold this id.
  static @Nullable String dropUser(String user) {
    String line = Rule.DROP_USER.word() + ' ' + user;
    boolean oneLine = line.lines().count() == 1 && line.lines().allMatch(line::equals);
    return oneLine && user.equals(userOf(withoutComment(line))) ? line : null;
  }

  private static String withoutComment(String line) {
    for (int at = line.indexOf('#'); at >= 0; at = line.indexOf('#', at + 1)) {
      if (at == 0 || isBlank(line.charAt(at - 1))) {
        return stripped(line.substring(0, at));
      }
    }
    return stripped(line);
  }

  private static boolean isBlank(char character) {
    return stripped(String.valueOf(character)).isEmpty();
  }

  /// Without the white space that is dropped around ids, too.
  private static String stripped(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new String(bytes, 0, Ids.strip(bytes, 0, bytes.length), StandardCharsets.UTF_8);
  }

  private LoaderException noHeader(String found) {
    return refusal("a file of rules must begin with '" + Rules.HEADER + "'", 1, found, "add it");
  }

  private LoaderException refusal(String must, int number, String found, String advice) {
    return new LoaderException(
        "%s: rules=%s, line=%d, found='%s'; %s"
            .formatted(must, path, number, Rejections.shown(found), advice));
  }
}
