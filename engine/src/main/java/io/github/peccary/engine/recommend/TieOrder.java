package io.github.peccary.engine.recommend;

import java.util.SplittableRandom;

/// Which of two items with equal scores comes first: a random order, the same one every time. The
/// numbers of the items will not do, as they follow all events of the file: of two items, the one
/// with a held-out event would be first.
///
/// @param items by place
/// @param places by item
public record TieOrder(int[] items, int[] places) {
  private static final long SEED = 42;

  /// The order of so many items.
  public static TieOrder of(int count) {
    SplittableRandom random = new SplittableRandom(SEED);
    int[] items = new int[count];
    for (int item = 0; item < count; item++) {
      int place = random.nextInt(item + 1);
      items[item] = items[place];
      items[place] = item;
    }
    int[] places = new int[count];
    for (int place = 0; place < count; place++) {
      places[items[place]] = place;
    }
    return new TieOrder(items, places);
  }
}
