package io.github.peccary.tools.command;

import io.github.peccary.engine.ratings.Zero;
import io.github.peccary.loader.ItemIds;
import io.github.peccary.loader.Scale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How rows are cleaned, as commands that read them take it.
final class CleaningOptions {
  @Option(
      names = "--zero",
      description =
          "What the value 0 is: ${COMPLETION-CANDIDATES}; implicit is 'seen, not rated', rating is"
              + " the number.")
  private Zero zero = Zero.IMPLICIT;

  @Option(
      names = "--scale",
      paramLabel = "LOW..HIGH",
      converter = ScaleConverter.class,
      description = "Reject ratings outside it; without it every number is a rating.")
  private @Nullable Scale scale;

  @Option(
      names = "--item-ids",
      paramLabel = "RULE",
      description =
          "How item ids are cleaned: ${COMPLETION-CANDIDATES}; isbn drops hyphens and blanks and"
              + " writes a capital X.")
  private ItemIds itemIds = ItemIds.ISBN;

  Zero zero() {
    return zero;
  }

  @Nullable Scale scale() {
    return scale;
  }

  ItemIds itemIds() {
    return itemIds;
  }
}
