package io.github.peccary.engine.ratings;

/// The file of ratings: its tensors and the entries of its metadata.
///
/// | tensor | type | shape | holds |
/// |---|---|---|---|
/// | `user_offsets` | I64 | [users + 1] | where each user's events begin, from 0 to events |
/// | `item_offsets` | I64 | [items + 1] | the same by item |
/// | `user_items` | I32 | [events] | item of each event, strictly ascending within a user |
/// | `item_users` | I32 | [events] | user of each event, strictly ascending within an item |
/// | `user_values` | F32 | [events] | in the scale of the source, finite; 0: see `peccary.zero` |
/// | `item_values` | F32 | [events] | the same values by item |
/// | `user_times` | | | the [EventTimes], where the source tells them |
/// | `user_ids`, `item_ids` | | | an [IdDictionary] each |
/// | `item_titles` | | | [Titles], where they are known |
///
/// In the file they stand by falling element size. Users and items are numbered by falling number
/// of events, ties by ascending bytes of the id, so the same ratings give the same bytes.
public final class RatingsFormat {

  /// The value of `peccary.kind`.
  public static final String RATINGS = "ratings";

  /// Number of users.
  public static final String USERS = "peccary.users";

  /// Number of items.
  public static final String ITEMS = "peccary.items";

  /// Number of (user, item) pairs: ratings and implicit events.
  public static final String EVENTS = "peccary.events";

  /// Number of events that are ratings.
  public static final String EXPLICIT = "peccary.ratings";

  /// Number of events that are not: seen, not rated.
  public static final String IMPLICIT = "peccary.implicit";

  /// What a value of 0 says, [Zero#text].
  public static final String ZERO = "peccary.zero";

  /// The lowest rating; absent if there are none.
  public static final String MIN_RATING = "peccary.minRating";

  /// The highest rating; absent if there are none.
  public static final String MAX_RATING = "peccary.maxRating";

  /// The earliest time of an event, as in `1997-09-20T03:05:10Z`; absent if there are no times.
  public static final String EARLIEST = "peccary.earliest";

  /// The latest time of an event, likewise.
  public static final String LATEST = "peccary.latest";

  /// Number of rows that the source gave.
  public static final String ROWS = "peccary.rows";

  /// A digest, in hex, of the accepted rows of the source in their order: a chain of SHA-256.
  public static final String SOURCE_SHA256 = "peccary.sourceSha256";

  /// Where the ratings were loaded from.
  public static final String SOURCE = "peccary.source";

  /// Followed by a setting: how the source was read.
  public static final String SOURCE_PREFIX = "peccary.source.";

  /// The query that gave them.
  public static final String QUERY = "peccary.query";

  /// Number of rows that gave a pair which an earlier row had given.
  public static final String DUPLICATES = "peccary.duplicates";

  /// Followed by a reason: number of rows rejected for it.
  public static final String REJECTED_PREFIX = "peccary.rejected.";

  static final String USER_OFFSETS = "user_offsets";
  static final String USER_ITEMS = "user_items";
  static final String USER_VALUES = "user_values";
  static final String ITEM_OFFSETS = "item_offsets";
  static final String ITEM_USERS = "item_users";
  static final String ITEM_VALUES = "item_values";

  /// Name of the dictionary of the users' ids.
  public static final String USER_IDS = "user_ids";

  /// Name of the dictionary of the items' ids.
  public static final String ITEM_IDS = "item_ids";

  private RatingsFormat() {}
}
