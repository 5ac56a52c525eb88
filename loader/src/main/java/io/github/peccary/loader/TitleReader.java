package io.github.peccary.loader;

import io.github.peccary.engine.ratings.TextSelection;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Arrays;

/// Reads titles and keeps those of items that are known: the last one of each that is neither null
/// nor blank nor ill-formed.
final class TitleReader {

  private final IdCollector items;
  private final ItemIds itemIds;
  private final RowRules rules;
  private final Arena arena;
  private final BytePool titles = new BytePool();
  private final int[] titleOf; // by interned number of the item

  TitleReader(IdCollector items, LoadConfig config, Arena arena) {
    this.items = items;
    this.itemIds = config.itemIds();
    this.rules = new RowRules(config.rules());
    this.arena = arena;
    this.titleOf = new int[items.size()];
    Arrays.fill(titleOf, TextSelection.NONE);
  }

  void read(RowSource source) throws IOException {
    try (Batches batches = new Batches(source, 2, batch -> {})) {
      for (RowBatch batch; (batch = batches.next()) != null; ) {
        for (int row = 0; row < batch.rows(); row++) {
          add(batch, row);
        }
      }
    }
  }

  private void add(RowBatch batch, int row) {
    byte[] bytes = batch.bytes();
    int start = batch.start(row, 0);
    int length = batch.length(row, 0);
    int titleStart = batch.start(row, 1);
    int titleLength = batch.length(row, 1);
    if (length < 0 || titleLength < 0 || !Ids.validUtf8(bytes, titleStart, titleLength)) {
      return;
    }
    titleLength = Ids.strip(bytes, titleStart, titleLength);
    length = itemIds.normalize(bytes, start, length);
    if (titleLength == 0 || rules.apply(batch, start, length) != null) {
      return;
    }
    bytes = batch.bytes();
    int item = items.find(bytes, rules.start(), rules.length(), arena);
    if (item != IdInterner.ABSENT) {
      titleOf[item] = titles.size();
      titles.add(bytes, titleStart, titleLength);
    }
  }

  /// Items with a title.
  int count() {
    int count = 0;
    for (int title : titleOf) {
      count += title == TextSelection.NONE ? 0 : 1;
    }
    return count;
  }

  /// The titles in the order of the file, empty where an item has none.
  ///
  /// @param order the interned number of each item of the file
  TextSelection inOrder(int[] order) {
    int[] texts = new int[order.length];
    for (int item = 0; item < order.length; item++) {
      texts[item] = titleOf[order[item]];
    }
    return new TextSelection(titles.toColumn(arena), texts);
  }
}
