package io.github.peccary.loader;

import java.util.List;
import java.util.Map;

/// What [Doctor] found. An event is what a load keeps of the rows of one pair of user and item: the
/// last of them. So `rows = ratings + implicit + duplicates.rows + the sum of rejected`, as in a
/// [LoadReport] of a load without rules.
///
/// Users, items and pairs are named by their ids as cleaned. Examples are those with the most rows,
/// ties by the bytes of the id.
///
/// @param rows rows that the source gave
/// @param ratings events that are ratings
/// @param implicit events that are not: seen, not rated
/// @param rejected rows that cannot be read, by the key of the reason; only reasons that occurred
/// @param rejections the first three of each reason
/// @param values events by value, ascending
/// @param usersByEvents users by number of events; the same for `itemsByEvents`
/// @param collectors those who look like machines or shops, most events first; a hundred at most
/// @param collectorCount how many there are
/// @param forms what the items are, in the order of [IsbnForm]; empty where they are no ISBNs
/// @param effects what each rule about items that would do something would do, in the order of
///     [Rule]
/// @param newDuplicates events that would become duplicates, for example
/// @param itemsLeft items if all rules about items that drop nothing were applied
/// @param seconds all of it
public record DoctorReport(
    long rows,
    long ratings,
    long implicit,
    int users,
    int items,
    Map<String, Long> rejected,
    List<Rejection> rejections,
    List<ValueCount> values,
    Zeros zeros,
    List<SizeClass> usersByEvents,
    List<SizeClass> itemsByEvents,
    List<Collector> collectors,
    long collectorCount,
    Duplication duplicates,
    Spellings spellings,
    List<FormCount> forms,
    List<Effect> effects,
    List<NewDuplicate> newDuplicates,
    int itemsLeft,
    double seconds) {

  /// Ratings and implicit events.
  public long events() {
    return ratings + implicit;
  }

  public double rowsPerSecond() {
    return rows / seconds;
  }

  /// A text of the source fit to be printed: shortened, and without what would move a cursor.
  public static String shown(String text) {
    return Rejections.shown(text);
  }

  /// Events of one value, or of values in a range.
  ///
  /// @param high the same as `low` for one value; else not included, but in the last range
  public record ValueCount(float low, float high, long events) {}

  /// Events of value 0, and who has no others.
  ///
  /// @param users those whose events are all 0
  public record Zeros(long events, int users, int items) {}

  /// Users, or items, by number of events.
  ///
  /// @param to [Integer#MAX_VALUE] for any number from `from` on
  /// @param count users or items
  /// @param events all of theirs
  public record SizeClass(int from, int to, int count, long events) {}

  /// A user with more than a thousand events; or with a hundred or more, if these are more than 1 %
  /// of all.
  ///
  /// @param zeros events of value 0
  /// @param mean of the ratings; NaN without any
  public record Collector(String user, long events, long ratings, long zeros, double mean) {}

  /// Pairs that occur more than once.
  ///
  /// @param rows rows beyond the first of each pair
  /// @param samePairs pairs whose rows all have the same value
  /// @param differentPairs pairs with different values
  public record Duplication(
      long rows, long samePairs, long differentPairs, List<DuplicatePair> examples) {}

  /// A pair that occurs more than once.
  ///
  /// @param first value, and the `last`, which a load keeps
  public record DuplicatePair(String user, String item, int rows, float first, float last) {}

  /// How items are written in the source, before cleaning.
  ///
  /// @param spellings different ones
  /// @param changedRows rows whose spelling is not the id
  /// @param items ids with more than one spelling
  /// @param examples spellings, the id first, of those with the most
  public record Spellings(
      long spellings, long changedRows, int items, List<List<String>> examples) {}

  /// Items of one form.
  public record FormCount(IsbnForm form, int items, long rows, List<ItemCount> examples) {}

  /// An item and its rows.
  public record ItemCount(String item, long rows) {}

  /// What a rule would change or leave out.
  ///
  /// @param items those that it is about
  /// @param joined those of them that become the same as another item
  /// @param duplicates events that become duplicates by it
  public record Effect(
      Rule rule, long rows, int items, int joined, long duplicates, List<Change> examples) {}

  /// An event of a user that has another one of the item, once a rule has changed the id.
  public record NewDuplicate(String user, String from, String to) {}

  /// A change of an id.
  ///
  /// @param to empty if the rule leaves the item out
  /// @param joins whether the source has other rows of that item
  public record Change(String from, String to, long rows, boolean joins) {
    /// As in `9780399146640 -> 0399146644`; the id alone if the item is left out.
    @Override
    public String toString() {
      return Rejections.shown(from) + (to.isEmpty() ? "" : " -> " + to);
    }
  }
}
