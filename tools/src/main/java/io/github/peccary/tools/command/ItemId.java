package io.github.peccary.tools.command;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.tools.Refusal;
import java.util.Locale;

/// Finds the user or the item that an id on the command line means.
final class ItemId {
  /// Metadata: how the loader cleaned the item ids, `isbn` or `verbatim`.
  static final String RULE = "peccary.load.itemIds";

  private ItemId() {}

  /// The item's index in the model, -1 if it has no such item. An ISBN may be typed as it is
  /// printed.
  static int indexOf(FactorModel model, String id) {
    int index = model.itemIds().indexOf(id);
    if (index < 0 && "isbn".equals(model.metadata().get(RULE))) {
      index = model.itemIds().indexOf(isbn(id));
    }
    return index;
  }

  /// The same, and a sentence for an item that the model does not have.
  static int require(FactorModel model, String id) {
    int index = indexOf(model, id);
    if (index < 0) {
      throw new Refusal(
          "the item must be one of the ratings that the model was trained from: item=%s, items=%d; check the id (%s)"
              .formatted(id, model.items(), model.path()));
    }
    return index;
  }

  static int requireUser(FactorModel model, String id) {
    int index = model.userIds().indexOf(id);
    if (index < 0) {
      throw new Refusal(
          "the user must be one of the ratings that the model was trained from: user=%s, users=%d; check the id (%s)"
              .formatted(id, model.users(), model.path()));
    }
    return index;
  }

  private static String isbn(String id) {
    return id.replaceAll("[-\\s]", "").toUpperCase(Locale.ROOT);
  }
}
