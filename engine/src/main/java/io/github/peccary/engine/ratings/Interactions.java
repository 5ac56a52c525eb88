package io.github.peccary.engine.ratings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntConsumer;

/// Who had what before: the items of each user and the users of each item, without values. Off the
/// heap, eight bytes an event, which is what training takes for one.
public final class Interactions implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final long[] userOffsets;
  private final long[] itemOffsets;
  private final MemorySegment userItems;
  private final MemorySegment itemUsers;

  /// What users had.
  public interface Source {
    /// Passes on every item of a user, each once, in the same order every time.
    void forEachHad(int user, IntConsumer to);
  }

  /// The events of a file that are trained on.
  public static Interactions of(RatingMatrix ratings, Holdout holdout) {
    CompressedRows rows = ratings.byUser();
    return new Interactions(
        ratings.users(),
        ratings.items(),
        (user, to) -> {
          for (long position = rows.start(user); position < rows.end(user); position++) {
            int item = rows.index(position);
            if (holdout.trainsOn(user, item, rows.value(position))) {
              to.accept(item);
            }
          }
        });
  }

  /// Copies what users had.
  ///
  /// @param source asked twice about every user
  public Interactions(int users, int items, Source source) {
    userOffsets = new long[users + 1];
    itemOffsets = new long[items + 1];
    for (int user = 0; user < users; user++) {
      long[] count = {0};
      source.forEachHad(
          user,
          item -> {
            count[0]++;
            itemOffsets[item + 1]++;
          });
      userOffsets[user + 1] = userOffsets[user] + count[0];
    }
    for (int item = 0; item < items; item++) {
      itemOffsets[item + 1] += itemOffsets[item];
    }
    userItems = arena.allocate(ValueLayout.JAVA_INT, userOffsets[users]);
    itemUsers = arena.allocate(ValueLayout.JAVA_INT, userOffsets[users]);
    long[] next = itemOffsets.clone();
    long[] position = {0};
    for (int user = 0; user < users; user++) {
      int had = user;
      source.forEachHad(
          user,
          item -> {
            userItems.setAtIndex(ValueLayout.JAVA_INT, position[0]++, item);
            itemUsers.setAtIndex(ValueLayout.JAVA_INT, next[item]++, had);
          });
    }
  }

  /// How many items there are.
  public int items() {
    return itemOffsets.length - 1;
  }

  /// How many users there are.
  public int users() {
    return userOffsets.length - 1;
  }

  /// How many users had the item.
  public int users(int item) {
    return (int) (itemOffsets[item + 1] - itemOffsets[item]);
  }

  /// One of the users who had the item, from number 0 on, by rising index.
  public int user(int item, int number) {
    return itemUsers.getAtIndex(ValueLayout.JAVA_INT, itemOffsets[item] + number);
  }

  /// How many items the user had.
  public int itemCount(int user) {
    return (int) (userOffsets[user + 1] - userOffsets[user]);
  }

  /// Whether the user had the item, where the source passes on items by rising index.
  public boolean had(int user, int item) {
    return SortedInts.position(userItems, start(user), end(user), item) >= 0;
  }

  /// The position of the user's first item.
  public long start(int user) {
    return userOffsets[user];
  }

  /// The position after the user's last item.
  public long end(int user) {
    return userOffsets[user + 1];
  }

  /// The item at a position.
  public int item(long position) {
    return userItems.getAtIndex(ValueLayout.JAVA_INT, position);
  }

  /// Frees the memory.
  @Override
  public void close() {
    arena.close();
  }
}
