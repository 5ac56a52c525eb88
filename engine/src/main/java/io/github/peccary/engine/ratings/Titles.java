package io.github.peccary.engine.ratings;

import io.github.peccary.engine.storage.ElementType;
import io.github.peccary.engine.storage.TensorFile;
import io.github.peccary.engine.storage.TensorFileWriter;
import io.github.peccary.engine.storage.TensorSpec;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The titles of the items, as far as they are known.
///
/// | tensor | type | shape | holds |
/// |---|---|---|---|
/// | `item_titles` | U8 | [bytes] | the titles as UTF-8, one after the other; empty: none |
/// | `item_titles_offsets` | I64 | [items + 1] | where each begins, from 0 to bytes |
public final class Titles {

  private static final String TEXTS = "item_titles";
  private static final String OFFSETS = "item_titles_offsets";

  private final TextColumn titles;

  Titles(TextColumn titles) {
    this.titles = titles;
  }

  /// The titles in a file, null if it has none. They live as long as the file is open.
  ///
  /// @param items number of items
  public static @Nullable Titles open(TensorFile file, int items, Verify verify) {
    if (!file.contains(TEXTS) && !file.contains(OFFSETS)) {
      return null;
    }
    TextColumn titles =
        new TextColumn(
            items,
            file.tensor(TEXTS, ElementType.U8, -1),
            file.tensor(OFFSETS, ElementType.I64, items + 1L));
    titles.checkEnds(file.path(), TEXTS);
    Titles opened = new Titles(titles);
    if (verify == Verify.CHECKSUMS) {
      opened.check(file.path());
    }
    return opened;
  }

  /// What [#open] checks with [Verify#CHECKSUMS].
  ///
  /// @throws CorruptFileException if a title breaks the rules
  public void check(Path file) {
    titles.checkTexts(file, TEXTS);
  }

  /// The tensors that [#appendTo] writes: offsets, titles.
  public List<TensorSpec> specs() {
    return specs(titles.size(), titles.bytes().byteSize());
  }

  private static List<TensorSpec> specs(int size, long bytes) {
    return List.of(
        TensorSpec.of(OFFSETS, ElementType.I64, size + 1L),
        TensorSpec.of(TEXTS, ElementType.U8, bytes));
  }

  /// The tensors that [#append] writes.
  static List<TensorSpec> specs(TextSelection titles) {
    return specs(titles.size(), titles.byteSize());
  }

  /// Writes the tensors of titles that are not in memory as such.
  static void append(TensorFileWriter writer, TextSelection titles) throws IOException {
    titles.appendOffsets(writer, OFFSETS);
    titles.appendTexts(writer, TEXTS);
  }

  /// Writes the tensors.
  public void appendTo(TensorFileWriter writer) throws IOException {
    writer.append(OFFSETS, titles.offsets());
    writer.append(TEXTS, titles.bytes());
  }

  /// The title of an item, null if it is not known.
  public @Nullable String title(int item) {
    return titles.start(item) == titles.end(item) ? null : titles.text(item);
  }

  /// The titles as they lie in memory, that of an item without one empty.
  TextColumn column() {
    return titles;
  }
}
