package io.github.peccary.engine.recommend;

import java.util.ArrayList;
import java.util.List;

/// The `k` best of the items offered: higher score first, and of equal scores the lower item index,
/// so that the result does not depend on the order in which items are offered.
///
/// A binary heap on two primitive arrays whose root is the worst item kept. A score of `NaN` ranks
/// as [Float#NEGATIVE_INFINITY], and zeros of either sign are equal. Not thread-safe.
public final class TopK {
  private final int[] items;
  private final float[] scores;
  private int size;

  /// @param k how many items to keep, at least 1
  public TopK(int k) {
    if (k < 1) {
      throw new IllegalArgumentException("k must be at least 1: k=" + k);
    }
    items = new int[k];
    scores = new float[k];
  }

  /// The number of items kept, at most `k`.
  public int size() {
    return size;
  }

  /// Whether a further item can only enter by displacing one.
  public boolean isFull() {
    return size == items.length;
  }

  /// The score that an item must reach to enter: that of the worst item kept, or
  /// [Float#NEGATIVE_INFINITY] while there is room. An item that ties with it enters only if its
  /// index is lower, so a scan in index order may skip ties.
  public float threshold() {
    return isFull() ? scores[0] : Float.NEGATIVE_INFINITY;
  }

  /// Offers an item, each index once.
  public void offer(int item, float score) {
    float comparable = Float.isNaN(score) ? Float.NEGATIVE_INFINITY : score;
    if (!isFull()) {
      siftUp(size++, item, comparable);
    } else if (worse(scores[0], items[0], comparable, item)) {
      siftDown(item, comparable);
    }
  }

  /// The items kept, best first. The heap stays as it is.
  public List<ScoredItem> ranked() {
    List<ScoredItem> ranked = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      ranked.add(new ScoredItem(items[i], scores[i]));
    }
    ranked.sort(
        (a, b) -> {
          if (worse(a.score(), a.item(), b.score(), b.item())) {
            return 1;
          }
          return worse(b.score(), b.item(), a.score(), a.item()) ? -1 : 0;
        });
    return ranked;
  }

  private static boolean worse(float score, int item, float otherScore, int otherItem) {
    return score < otherScore || (score == otherScore && item > otherItem);
  }

  private void siftUp(int from, int item, float score) {
    int at = from;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (!worse(score, item, scores[parent], items[parent])) {
        break;
      }
      scores[at] = scores[parent];
      items[at] = items[parent];
      at = parent;
    }
    scores[at] = score;
    items[at] = item;
  }

  private void siftDown(int item, float score) {
    int at = 0;
    for (int child = 1; child < size; child = 2 * at + 1) {
      int right = child + 1;
      if (right < size && worse(scores[right], items[right], scores[child], items[child])) {
        child = right;
      }
      if (!worse(scores[child], items[child], score, item)) {
        break;
      }
      scores[at] = scores[child];
      items[at] = items[child];
      at = child;
    }
    scores[at] = score;
    items[at] = item;
  }
}
