package io.github.peccary.tools.generate;

/// How many of everything a made-up ratings file holds.
///
/// Activity and popularity follow a [PowerLaw]. What the first rank has is a multiple of the mean,
/// and the shift is a share of the ranks, so that the laws look the same at any size.
///
/// @param users users, each with a rating at least
/// @param items items, each with a rating at least
/// @param ratings all of them explicit, each the only one of its pair
public record RatingsShape(String name, int users, int items, long ratings) {

  /// An array holds the factors of all users, eight to each.
  private static final int MAX_SIDE = 100_000_000;

  /// Times [#MAX_SIDE] it still is a `long`.
  private static final long MAX_RATINGS = 10_000_000_000L;

  private static final double HEAVIEST_USER_PER_MEAN = 20;

  /// Of its weight; as nobody rates it twice, about 80 times the mean comes out.
  private static final double HOTTEST_ITEM_PER_MEAN = 100;

  private static final double SHIFT_PER_RANK = 1 / 200.0;

  /// @throws IllegalArgumentException with the sentence, if no such file can be
  public RatingsShape {
    require(
        users >= 1 && users <= MAX_SIDE && items >= 1 && items <= MAX_SIDE,
        "users and items must be from 1 to %d each".formatted(MAX_SIDE),
        users,
        items,
        ratings);
    require(
        ratings >= Math.max(users, items),
        "every user and every item must have a rating",
        users,
        items,
        ratings);
    require(
        ratings <= (long) users * items,
        "a user can rate an item once, so that there must be as many pairs as ratings",
        users,
        items,
        ratings);
    require(
        ratings <= MAX_RATINGS,
        "there can be at most %d ratings".formatted(MAX_RATINGS),
        users,
        items,
        ratings);
  }

  private static void require(boolean condition, String rule, int users, int items, long ratings) {
    if (!condition) {
      throw new IllegalArgumentException(
          "%s: users=%d, items=%d, ratings=%d; choose other numbers"
              .formatted(rule, users, items, ratings));
    }
  }

  /// For trying training at length: its factors do not fit a processor's cache.
  public static RatingsShape large() {
    return new RatingsShape("large", 200_000, 50_000, 20_000_000);
  }

  /// Other numbers in the proportions of [#large].
  ///
  /// @throws IllegalArgumentException with the sentence, if no such file can be
  public static RatingsShape of(int users, int items, long ratings) {
    return new RatingsShape("custom", users, items, ratings);
  }

  /// The ratings of the user with the most.
  int heaviestUser() {
    return largest(users, items, HEAVIEST_USER_PER_MEAN);
  }

  /// The ratings of each user, falling, `ratings` in all.
  int[] userSizes() {
    return PowerLaw.sizes(users, ratings, heaviestUser(), SHIFT_PER_RANK * users);
  }

  /// How popular each item is, falling: the ratings it would have if a user could rate it twice.
  int[] itemWeights() {
    int hottest = largest(items, users, HOTTEST_ITEM_PER_MEAN);
    return PowerLaw.sizes(items, ratings, hottest, SHIFT_PER_RANK * items);
  }

  /// A multiple of the mean; but no more than there are on the other side, or than is left when
  /// all the others have one, and no less than the mean.
  private int largest(int count, int others, double perMean) {
    long most = Math.min(others, ratings - count + 1);
    long mean = Math.ceilDiv(ratings, (long) count);
    return (int) Math.clamp((long) (perMean * ratings / count), mean, most);
  }
}
