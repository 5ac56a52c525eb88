package io.github.peccary.loader;

import io.github.peccary.engine.ratings.TextColumn;
import java.util.ArrayList;
import java.util.List;

/// How item ids are written in the source: numbers of spellings, and those of the ids that have
/// most.
final class SpellingCounts {
  private static final int SHOWN = 4;

  private final TextColumn spellings;
  private final TextGroups items;

  /// @param spellings each once, as in the source
  /// @param items the ids that they are spellings of
  SpellingCounts(TextColumn spellings, TextGroups items) {
    this.spellings = spellings;
    this.items = items;
  }

  /// @param rows of each spelling
  DoctorReport.Spellings report(int[] rows) {
    int[] spellingsOf = new int[items.size()];
    long changedRows = 0;
    for (int spelling = 0; spelling < rows.length; spelling++) {
      spellingsOf[items.numbers()[spelling]]++;
      if (!isId(spelling)) {
        changedRows += rows[spelling];
      }
    }
    TopList<Integer> examples = new TopList<>();
    int several = 0;
    for (int item = 0; item < spellingsOf.length; item++) {
      if (spellingsOf[item] > 1) {
        several++;
        if (examples.takes(spellingsOf[item])) {
          examples.add(spellingsOf[item], item);
        }
      }
    }
    return new DoctorReport.Spellings(
        rows.length,
        changedRows,
        several,
        examples.things().stream().map(this::spellings).toList());
  }

  /// Whether it is the id itself.
  private boolean isId(int spelling) {
    return TextGroups.equal(spellings, spelling, items.texts(), spelling);
  }

  /// The spellings of an item, the id itself first.
  private List<String> spellings(int item) {
    List<String> texts = new ArrayList<>();
    for (int spelling = 0; spelling < spellings.size(); spelling++) {
      if (items.numbers()[spelling] == item && !isId(spelling)) {
        texts.add(spellings.text(spelling));
      }
    }
    texts.sort(null);
    texts.addFirst(items.text(item));
    return texts.subList(0, Math.min(texts.size(), SHOWN));
  }
}
