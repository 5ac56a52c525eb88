package io.github.peccary.loader;

import io.github.peccary.engine.ratings.TextColumn;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Arrays;

/// Reads titles and keeps those of items that are known: the last one of each that is neither null
/// nor blank nor ill-formed.
final class TitleReader {
  private static final int NONE = BytePool.EMPTY;

  private final IdInterner items;
  private final ItemIds itemIds;
  private final BytePool titles = new BytePool();
  private final int[] titleOf; // by interned number of the item

  // Of a batch: the titles that are kept, and the items that they are of.
  private final int[] itemStarts = new int[RowBatch.MAX_ROWS];
  private final int[] itemLengths = new int[RowBatch.MAX_ROWS];
  private final int[] titleStarts = new int[RowBatch.MAX_ROWS];
  private final int[] titleLengths = new int[RowBatch.MAX_ROWS];
  private final int[] found = new int[RowBatch.MAX_ROWS];

  TitleReader(IdInterner items, ItemIds itemIds) {
    this.items = items;
    this.itemIds = itemIds;
    this.titleOf = new int[items.size()];
    Arrays.fill(titleOf, NONE);
  }

  void read(RowSource source) throws IOException {
    try (ReadAhead batches = new ReadAhead(source, 2)) {
      for (RowBatch batch; (batch = batches.next()) != null; ) {
        add(batch);
      }
    }
  }

  private void add(RowBatch batch) {
    byte[] bytes = batch.bytes();
    int count = 0;
    for (int row = 0; row < batch.rows(); row++) {
      int start = batch.start(row, 0);
      int length = batch.length(row, 0);
      int titleStart = batch.start(row, 1);
      int titleLength = batch.length(row, 1);
      if (length < 0 || titleLength < 0 || !Ids.validUtf8(bytes, titleStart, titleLength)) {
        continue;
      }
      titleLength = Ids.strip(bytes, titleStart, titleLength);
      if (titleLength > 0) {
        itemStarts[count] = start;
        itemLengths[count] = itemIds.normalize(bytes, start, length);
        titleStarts[count] = titleStart;
        titleLengths[count++] = titleLength;
      }
    }
    items.find(bytes, itemStarts, itemLengths, count, found);
    for (int i = 0; i < count; i++) {
      if (found[i] != IdInterner.ABSENT) {
        titleOf[found[i]] = titles.add(bytes, titleStarts[i], titleLengths[i]);
      }
    }
  }

  /// Items with a title.
  int count() {
    int count = 0;
    for (int title : titleOf) {
      count += title == NONE ? 0 : 1;
    }
    return count;
  }

  /// The titles in the order of the file, empty where an item has none.
  ///
  /// @param order the interned number of each item of the file
  TextColumn inOrder(int[] order, Arena arena) {
    int[] texts = new int[order.length];
    for (int item = 0; item < order.length; item++) {
      texts[item] = titleOf[order[item]];
    }
    return titles.toColumn(texts, arena);
  }
}
