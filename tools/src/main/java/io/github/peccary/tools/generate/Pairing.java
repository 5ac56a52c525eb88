package io.github.peccary.tools.generate;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.agrona.collections.IntArrayList;

/// Which user meets which item: every user and every item as often as asked, no pair twice, and
/// users rather inside their favourite genre.
///
/// Slots of the users and copies of the items are both sorted by genre, shuffled within it, and
/// matched one to one; where genres ask for more than there is, neighbours help out. A slot that
/// repeats an item of its user swaps with a slot of another user, of the same genre if possible.
final class Pairing {
  private static final double FAITHFUL = 0.4;
  private static final int TRIES_IN_GENRE = 50;
  private static final int TRIES = 100_000;

  private final RandomGenerator random;
  private final int[] userStarts; // slots of user u: userStarts[u] to userStarts[u + 1]
  private final int[] userOf; // by slot
  private final int[] itemOf; // by slot
  private final int[] slotsByGenre;
  private final int[] genreStarts = new int[Taste.GENRES + 1];
  private final byte[] genreOf; // by slot

  private Pairing(Taste taste, int[] userSizes, int[] itemSizes, RandomGenerator random) {
    this.random = random;
    userStarts = new int[userSizes.length + 1];
    for (int user = 0; user < userSizes.length; user++) {
      userStarts[user + 1] = userStarts[user] + userSizes[user];
    }
    int slots = userStarts[userSizes.length];
    userOf = new int[slots];
    itemOf = new int[slots];
    genreOf = new byte[slots];
    int[] copies = copiesByGenre(taste, itemSizes, slots);
    for (int user = 0; user < userSizes.length; user++) {
      for (int slot = userStarts[user]; slot < userStarts[user + 1]; slot++) {
        userOf[slot] = user;
        int genre =
            random.nextDouble() < FAITHFUL
                ? taste.userGenre(user)
                : taste.itemGenre(copies[random.nextInt(slots)]);
        genreOf[slot] = (byte) genre;
        genreStarts[genre + 1]++;
      }
    }
    slotsByGenre = sortByGenre(slots);
    for (int i = 0; i < slots; i++) {
      itemOf[slotsByGenre[i]] = copies[i];
    }
  }

  /// Returns the items of user 0, then those of user 1, and so on.
  static int[] items(Taste taste, int[] userSizes, int[] itemSizes, RandomGenerator random) {
    Pairing pairing = new Pairing(taste, userSizes, itemSizes, random);
    pairing.separate(itemSizes.length);
    return pairing.itemOf;
  }

  private int[] copiesByGenre(Taste taste, int[] itemSizes, int slots) {
    int[] copies = new int[slots];
    int end = 0;
    for (int genre = 0; genre < Taste.GENRES; genre++) {
      int start = end;
      for (int item = 0; item < itemSizes.length; item++) {
        if (taste.itemGenre(item) == genre) {
          Arrays.fill(copies, end, end + itemSizes[item], item);
          end += itemSizes[item];
        }
      }
      for (int i = end - 1; i > start; i--) {
        int other = start + random.nextInt(i - start + 1);
        int copy = copies[i];
        copies[i] = copies[other];
        copies[other] = copy;
      }
    }
    return copies;
  }

  private int[] sortByGenre(int slots) {
    for (int genre = 0; genre < Taste.GENRES; genre++) {
      genreStarts[genre + 1] += genreStarts[genre];
    }
    int[] next = Arrays.copyOf(genreStarts, Taste.GENRES);
    int[] sorted = new int[slots];
    for (int slot = 0; slot < slots; slot++) {
      sorted[next[genreOf[slot]]++] = slot;
    }
    return sorted;
  }

  private void separate(int items) {
    int[] owner = new int[items]; // the last user who was seen to have the item, plus one
    IntArrayList repeats = new IntArrayList();
    for (int user = 0; user + 1 < userStarts.length; user++) {
      repeats.clear();
      for (int slot = userStarts[user]; slot < userStarts[user + 1]; slot++) {
        if (owner[itemOf[slot]] == user + 1) {
          repeats.addInt(slot);
        }
        owner[itemOf[slot]] = user + 1;
      }
      for (int i = 0; i < repeats.size(); i++) {
        swap(repeats.getInt(i), user, owner);
      }
    }
  }

  /// Gives the slot an item that its user does not have, from a user who lacks the slot's.
  private void swap(int slot, int user, int[] owner) {
    int genre = genreOf[slot];
    int genreStart = genreStarts[genre];
    int genreSize = genreStarts[genre + 1] - genreStart;
    int item = itemOf[slot];
    for (int tries = 0; tries < TRIES; tries++) {
      int other =
          tries < TRIES_IN_GENRE
              ? slotsByGenre[genreStart + random.nextInt(genreSize)]
              : random.nextInt(itemOf.length);
      int offered = itemOf[other];
      if (owner[offered] != user + 1 && !has(userOf[other], item)) {
        itemOf[other] = item;
        itemOf[slot] = offered;
        owner[offered] = user + 1;
        return;
      }
    }
    throw new IllegalArgumentException(
        "the pairs must be less dense: users=%d, items=%d, pairs=%d; ask for fewer rows"
            .formatted(userStarts.length - 1, owner.length, itemOf.length));
  }

  private boolean has(int user, int item) {
    for (int slot = userStarts[user]; slot < userStarts[user + 1]; slot++) {
      if (itemOf[slot] == item) {
        return true;
      }
    }
    return false;
  }
}
