package io.github.peccary.tools.generate;

import java.util.SplittableRandom;

/// Who read what and how it was liked: everything about the database but how it is spelled.
///
/// Items are numbered by falling number of events, users by their id less one.
///
/// @param userSizes the number of events of each user
/// @param items the items of user 0, then those of user 1, and so on; no user has one twice
/// @param values 0 or 1 to 10, beside `items`
record Population(Taste taste, int[] userSizes, int[] items, byte[] values) {
  /// Where the laws flatten out; with these, about half of Book-Crossing's users and books have a
  /// single event, as in the original.
  static final double USER_SHIFT = 0.4;

  static final double ITEM_SHIFT = 7;

  static Population make(Shape shape, SplittableRandom random) {
    int pairs = shape.rows() - shape.duplicates();
    int[] userSizes = PowerLaw.sizes(shape.users(), pairs, shape.heaviestUser(), USER_SHIFT);
    shuffle(userSizes, shape.heaviestUserId() - 1, random.split());
    int[] itemSizes = PowerLaw.sizes(shape.items(), pairs, shape.hottestItem(), ITEM_SHIFT);
    Taste taste = new Taste(shape.users(), shape.items(), random.split());
    int[] items = Pairing.items(taste, userSizes, itemSizes, random.split());
    byte[] values = Ratings.values(taste, userSizes, items, random.split());
    return new Population(taste, userSizes, items, values);
  }

  /// Users have their ids at random, but for the first, who moves to `heaviest`.
  private static void shuffle(int[] sizes, int heaviest, SplittableRandom random) {
    for (int i = sizes.length - 1; i > 1; i--) {
      swap(sizes, i, 1 + random.nextInt(i));
    }
    swap(sizes, 0, heaviest);
  }

  private static void swap(int[] array, int i, int j) {
    int value = array[i];
    array[i] = array[j];
    array[j] = value;
  }
}
