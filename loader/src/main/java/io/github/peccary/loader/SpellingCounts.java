package io.github.peccary.loader;

import io.github.peccary.engine.ratings.IdDictionary;
import io.github.peccary.engine.ratings.TextColumn;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// How item ids are written in the source: numbers of spellings, and those of the ids that have
/// most.
final class SpellingCounts {
  private static final int SHOWN = 4;

  private final TextGroups items;
  private final int[] itemRows;
  private final TextColumn changed;
  private final int[] changedRows;
  private final int[] itemOf; // by changed spelling

  /// @param itemRows rows of each item
  /// @param changed the spellings that are not the id, each once
  /// @param changedRows rows of each of these
  SpellingCounts(TextGroups items, int[] itemRows, TextColumn changed, int[] changedRows) {
    this.items = items;
    this.itemRows = itemRows;
    this.changed = changed;
    this.changedRows = changedRows;
    this.itemOf = new int[changed.size()];
  }

  DoctorReport.Spellings report(ItemIds itemIds, Arena arena) {
    int[] spellings = new int[items.size()];
    int[] rowsLeft = itemRows.clone(); // those that are written as the id
    IdDictionary dictionary = changed.size() == 0 ? null : IdDictionary.of(items.texts(), arena);
    for (int spelling = 0; dictionary != null && spelling < itemOf.length; spelling++) {
      int item = items.numbers()[dictionary.indexOf(itemIds.normalize(changed.text(spelling)))];
      itemOf[spelling] = item;
      spellings[item]++;
      rowsLeft[item] -= changedRows[spelling];
    }
    long all = changed.size();
    int several = 0;
    TopList<Integer> examples = new TopList<>();
    for (int item = 0; item < spellings.length; item++) {
      if (rowsLeft[item] > 0) {
        spellings[item]++;
        all++;
      }
      if (spellings[item] > 1) {
        several++;
        if (examples.takes(spellings[item])) {
          examples.add(spellings[item], item);
        }
      }
    }
    return new DoctorReport.Spellings(
        all,
        Arrays.stream(changedRows).asLongStream().sum(),
        several,
        examples.things().stream().map(this::spellings).toList());
  }

  /// The id of an item, then its spellings that are not the id.
  private List<String> spellings(int item) {
    List<String> texts = new ArrayList<>();
    for (int spelling = 0; spelling < itemOf.length; spelling++) {
      if (itemOf[spelling] == item) {
        texts.add(changed.text(spelling));
      }
    }
    texts.sort(null);
    texts.addFirst(items.text(item));
    return texts.subList(0, Math.min(texts.size(), SHOWN));
  }
}
