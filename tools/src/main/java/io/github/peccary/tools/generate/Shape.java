package io.github.peccary.tools.generate;

import java.util.List;

/// How many of everything a made-up database holds.
///
/// @param users users, each with an event at least
/// @param items ISBNs after normalisation, each with an event at least
/// @param rows rows of the table of ratings, `duplicates` among them
/// @param duplicates rows that repeat a pair of user and book in another spelling and with another
///     value; every other row is the only one of its pair
/// @param heaviestUser events of the user with the most
/// @param hottestItem events of the item with the most
/// @param books items that the table of books knows; those it lacks have few events
/// @param heaviestUserId the id of that user, from 1 to `users`
public record Shape(
    String name,
    int users,
    int items,
    int rows,
    int duplicates,
    int heaviestUser,
    int hottestItem,
    int books,
    int heaviestUserId) {

  /// The share of the rows that are rated 0.
  static final double ZEROS = 0.62;

  /// The share of all possible pairs that may be filled.
  private static final double MAX_DENSITY = 0.2;

  /// The pairs are matched on the heap, and different ISBNs get scarce.
  private static final int MAX_ROWS = 20_000_000;

  public Shape {
    require(users >= 1, "there must be a user", "users", users);
    require(items >= 1, "there must be an item", "items", items);
    require(duplicates >= 0 && books >= 0 && books <= items, "books <= items", "books", books);
    require(
        heaviestUserId >= 1 && heaviestUserId <= users,
        "the heaviest user must be one of the users",
        "heaviestUserId",
        heaviestUserId);
    int pairs = rows - duplicates;
    require(
        pairs >= Math.max(users, items)
            && pairs >= users + heaviestUser - 1L
            && pairs >= items + hottestItem - 1L,
        "every user and every item must have a row (users=%d, items=%d)".formatted(users, items),
        "rows",
        rows);
    require(
        pairs <= MAX_DENSITY * users * items,
        "at most a fifth of all pairs can be rows (users=%d, items=%d)".formatted(users, items),
        "rows",
        rows);
    require(
        heaviestUser <= items && (long) heaviestUser * users >= pairs,
        "the heaviest user must have his share of the rows and no more than there are items",
        "heaviestUser",
        heaviestUser);
    require(
        hottestItem <= users && (long) hottestItem * items >= pairs,
        "the hottest item must have its share of the rows and no more than there are users",
        "hottestItem",
        hottestItem);
  }

  private static void require(boolean condition, String rule, String name, long value) {
    if (!condition) {
      throw new IllegalArgumentException(
          "%s: %s=%d; choose other numbers".formatted(rule, name, value));
    }
  }

  /// Book-Crossing's numbers.
  public static Shape bookCrossing() {
    return new Shape(
        "book-crossing", 278_858, 340_553, 1_149_780, 300, 13_602, 2_502, 271_379, 11_676);
  }

  /// For tests and benchmarks: a fraction of a second.
  public static Shape small() {
    return new Shape("small", 5_000, 3_000, 40_000, 40, 600, 500, 2_400, 117);
  }

  /// A shape of any size in the proportions of Book-Crossing.
  ///
  /// @throws IllegalArgumentException with the sentence, if no such database can be
  public static Shape of(int users, int items, long rowsWanted) {
    require(
        rowsWanted <= MAX_ROWS,
        "a database can have at most %d rows, a ratings file more".formatted(MAX_ROWS),
        "rows",
        rowsWanted);
    int rows = (int) Math.max(rowsWanted, -1);
    int duplicates = rows / 4_000;
    return new Shape(
        "custom",
        users,
        items,
        rows,
        duplicates,
        largest(rows - duplicates, users, items, 0.0118),
        largest(rows - duplicates, items, users, 0.0022),
        (int) (items * 0.8),
        Math.clamp(users / 24, 1, Math.max(users, 1)));
  }

  /// A share of all events, but at least what the mean forces and at most what fits.
  private static int largest(int pairs, int count, int others, double share) {
    long least = 4L * pairs / Math.max(count, 1) + 1;
    long most = Math.min(others / 2 + 1, pairs - count + 1);
    return (int) Math.max(1, Math.min(Math.max(least, (long) (share * pairs)), most));
  }

  /// The names that [#named] knows.
  public static List<String> names() {
    return List.of("book-crossing", "small");
  }

  public static Shape named(String name) {
    return switch (name) {
      case "book-crossing" -> bookCrossing();
      case "small" -> small();
      default ->
          throw new IllegalArgumentException(
              "the shape must be one of %s: shape='%s'"
                  .formatted(String.join(", ", names()), name));
    };
  }
}
