package io.github.peccary.engine.ratings;

/// Sorts texts by their bytes.
///
/// The algorithm is multikey quicksort: split the texts into those whose character at `depth` is
/// less than, equal to and greater than a pivot's; sort the less and the greater at the same depth,
/// the equal ones at the next. Here a "character" is a [TextColumn#word] of seven bytes, held
/// beside the number of its text, so that most texts are looked at once.
///
/// J. Bentley, R. Sedgewick: Fast Algorithms for Sorting and Searching Strings, SODA 1997.
public final class TextOrder {

  private final TextColumn texts;
  private final int[] order;
  private final long[] words;

  private TextOrder(TextColumn texts) {
    this.texts = texts;
    this.order = new int[texts.size()];
    this.words = new long[texts.size()];
  }

  /// The indexes of the texts by ascending bytes; equal texts are in any order.
  public static int[] of(TextColumn texts) {
    TextOrder sort = new TextOrder(texts);
    sort.begin();
    sort.sort(0, sort.order.length, 0);
    return sort.order;
  }

  private void begin() {
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
      words[i] = texts.word(i, 0);
    }
  }

  /// Sorts `[from, to)`, whose texts agree before `depth` and whose words are those at `depth`.
  private void sort(int from, int to, long depth) {
    while (to - from > 1) {
      long pivot = pivot(from, to);
      int less = from;
      int greater = to;
      for (int i = from; i < greater; ) {
        int compared = Long.compareUnsigned(words[i], pivot);
        if (compared < 0) {
          swap(i++, less++);
        } else if (compared > 0) {
          swap(i, --greater);
        } else {
          i++;
        }
      }
      sort(from, less, depth);
      sort(greater, to, depth);
      if (!TextColumn.goesOn(pivot)) {
        return; // the equal ones end here
      }
      from = less;
      to = greater;
      depth += TextColumn.WORD_BYTES;
      for (int i = from; i < to; i++) {
        words[i] = texts.word(order[i], depth);
      }
    }
  }

  /// The median of three words from places that no order of the input can aim at.
  private long pivot(int from, int to) {
    long hash = SplitMix64.mix((long) from << Integer.SIZE | to);
    long a = words[from + (int) Long.remainderUnsigned(hash, to - from)];
    long b = words[from + (int) Long.remainderUnsigned(hash >>> 21, to - from)];
    long c = words[from + (int) Long.remainderUnsigned(hash >>> 42, to - from)];
    return max(min(a, b), min(max(a, b), c));
  }

  private static long min(long a, long b) {
    return Long.compareUnsigned(a, b) < 0 ? a : b;
  }

  private static long max(long a, long b) {
    return Long.compareUnsigned(a, b) < 0 ? b : a;
  }

  private void swap(int i, int j) {
    int index = order[i];
    order[i] = order[j];
    order[j] = index;
    long word = words[i];
    words[i] = words[j];
    words[j] = word;
  }
}
