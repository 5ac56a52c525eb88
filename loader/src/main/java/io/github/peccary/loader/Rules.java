package io.github.peccary.loader;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// What a load changes or leaves out beyond its cleaning, because somebody asked for it by name.
///
/// Every rule is a function of one row, so the order of rows and rules does not matter, and an id
/// that somebody types can be taken through the same rules. [RulesFile] reads and proposes them.
public final class Rules {
  /// No rules.
  public static final Rules NONE = new Rules(EnumSet.noneOf(Rule.class), new TreeSet<>());

  /// The first line of a file of rules, and of its canonical content.
  static final String HEADER = "peccary rules 1";

  /// The entry of a file's metadata that holds the [#sha256] of the rules it was loaded by; absent
  /// if there were none.
  public static final String METADATA_KEY = "peccary.load.rules";

  /// Begins the entries with the number of rows that each rule changed.
  static final String CHANGED_PREFIX = "peccary.changed.";

  /// Begins the entries with the number of rows that each rule left out.
  static final String DROPPED_PREFIX = "peccary.dropped.";

  private static final String ITEMS_KEY = "peccary.load.rules.items";

  private final Set<Rule> rules;
  private final SortedSet<String> dropped;
  private final IdInterner droppedUsers = new IdInterner();

  /// @param rules without [Rule#DROP_USER]
  /// @param dropped ids of users, as cleaned
  Rules(Set<Rule> rules, SortedSet<String> dropped) {
    this.rules = rules;
    this.dropped = dropped;
    for (String user : dropped) {
      byte[] id = user.getBytes(StandardCharsets.UTF_8);
      droppedUsers.intern(id, 0, id.length);
    }
  }

  boolean isEmpty() {
    return rules.isEmpty() && dropped.isEmpty();
  }

  boolean has(Rule rule) {
    return rules.contains(rule);
  }

  /// Refuses rules that know ISBNs only where ids are something else.
  void checkFit(ItemIds itemIds) {
    if (itemIds != ItemIds.ISBN && !rules.isEmpty()) {
      throw new IllegalArgumentException(
          "rules about items must have ISBNs: rule=%s, itemIds=%s; remove the rule, or load with --item-ids isbn"
              .formatted(rules.iterator().next().word(), itemIds.text()));
    }
  }

  /// The rules line by line, in one order and without comments: files that say the same have the
  /// same content.
  String canonical() {
    List<String> lines = new ArrayList<>();
    lines.add(HEADER);
    Arrays.stream(Rule.values()).filter(this::has).map(Rule::word).forEach(lines::add);
    dropped.forEach(user -> lines.add(Rule.DROP_USER.word() + ' ' + user));
    return lines.stream().map(line -> line + '\n').collect(Collectors.joining());
  }

  /// SHA-256 of the [#canonical] content in UTF-8, in hex.
  public String sha256() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(canonical().getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /// Adds what a ratings file says of its rules; nothing of none.
  void putMetadata(Map<String, String> metadata) {
    if (!isEmpty()) {
      metadata.put(METADATA_KEY, sha256());
    }
    String words =
        rules.stream()
            .filter(rule -> !rule.drops())
            .sorted()
            .map(Rule::word)
            .collect(Collectors.joining(" "));
    if (!words.isEmpty()) {
      metadata.put(ITEMS_KEY, words);
    }
  }

  /// Copies the entries that [#itemId] needs, and the hash.
  ///
  /// @param from metadata of a ratings file
  public static void copyMetadata(Map<String, String> from, Map<String, String> to) {
    for (String key : List.of(ItemIds.METADATA_KEY, METADATA_KEY, ITEMS_KEY)) {
      String value = from.get(key);
      if (value != null) {
        to.put(key, value);
      }
    }
  }

  /// The id of an item as a load with this metadata keeps it, for looking up what somebody typed:
  /// normalised, and changed by the rules of the load.
  public static String itemId(String typed, Map<String, String> metadata) {
    String rule = metadata.get(ItemIds.METADATA_KEY);
    if (rule == null || !rule.equals(ItemIds.ISBN.text())) {
      return typed;
    }
    byte[] id = ItemIds.ISBN.normalize(typed).getBytes(StandardCharsets.UTF_8);
    byte[] isbn = new byte[Isbn.MAX_BYTES];
    Set<Rule> rules = EnumSet.noneOf(Rule.class);
    for (String word : metadata.getOrDefault(ITEMS_KEY, "").split(" ", -1)) {
      Rule known = Rule.of(word);
      if (known != null) {
        rules.add(known);
      }
    }
    int length =
        new Rules(rules, new TreeSet<>()).change(Isbn.of(id, 0, id.length), id, 0, id.length, isbn);
    return length == 0
        ? new String(id, StandardCharsets.UTF_8)
        : new String(isbn, 0, length, StandardCharsets.US_ASCII);
  }

  /// Whether rows of this user are left out.
  boolean dropsUser(byte[] bytes, int start, int length) {
    return droppedUsers.find(bytes, start, length) != IdInterner.ABSENT;
  }

  /// Writes the new id of an item and returns its length, 0 if it keeps its id.
  ///
  /// @param form what the id is
  /// @param isbn takes [Isbn#MAX_BYTES]
  int change(IsbnForm form, byte[] id, int start, int length, byte[] isbn) {
    Rule rule = Rule.of(form);
    if (rule == null || rule.drops() || !has(rule)) {
      return 0;
    }
    int repaired = Isbn.repair(form, id, start, length, isbn);
    return has(Rule.FOLD_ISBN13) ? Isbn.fold(isbn, repaired) : repaired;
  }
}
