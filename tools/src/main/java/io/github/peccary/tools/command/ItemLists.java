package io.github.peccary.tools.command;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.recommend.ItemFilter;
import io.github.peccary.tools.Console;
import io.github.peccary.tools.Format;
import io.github.peccary.tools.Refusal;
import io.github.peccary.tools.answer.ItemId;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/// Items that a ranking is bound to or kept from.
final class ItemLists {
  @Option(
      names = "--allow",
      paramLabel = "ITEMS",
      split = ",",
      description = "Only these: ids with commas between them, or a file with an id a line.")
  private List<String> allow = List.of();

  @Option(
      names = "--deny",
      paramLabel = "ITEMS",
      split = ",",
      description = "None of these: ids with commas between them, or a file with an id a line.")
  private List<String> deny = List.of();

  /// `filter` with the lists applied. Ids that the model does not have are counted on standard
  /// error.
  ItemFilter applyTo(ItemFilter filter, FactorModel model, Console console) throws IOException {
    ItemFilter result = filter;
    if (!allow.isEmpty()) {
      result = result.allow(items("--allow", allow, model, console));
    }
    if (!deny.isEmpty()) {
      result = result.deny(items("--deny", deny, model, console));
    }
    return result;
  }

  /// The files among them.
  List<Path> files() {
    return Stream.concat(allow.stream(), deny.stream())
        .map(Path::of)
        .filter(Files::isRegularFile)
        .toList();
  }

  private static BitSet items(
      String option, List<String> values, FactorModel model, Console console) throws IOException {
    List<String> ids = ids(values);
    ItemId.Found found = ItemId.find(model, ids);
    if (found.unknown() > 0) {
      console.note(
          "peccary: the model does not have %d of the %s of %s"
              .formatted(found.unknown(), Format.count(ids.size(), "item"), option));
    }
    return found.items();
  }

  private static Stream<String> lines(Path file) throws IOException {
    try {
      return Files.readAllLines(file).stream();
    } catch (CharacterCodingException e) {
      throw new Refusal(
          "a file of items must be UTF-8 text with an id a line: items=%s; convert it, or name another one"
              .formatted(file));
    }
  }

  private static List<String> ids(List<String> values) throws IOException {
    List<String> ids = new ArrayList<>();
    for (String value : values) {
      Path file = Path.of(value);
      if (Files.isRegularFile(file)) {
        lines(file).map(String::strip).filter(id -> !id.isEmpty()).forEach(ids::add);
      } else {
        ids.add(value);
      }
    }
    return ids;
  }
}
