package io.github.peccary.tools.answer;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.loader.Rules;
import io.github.peccary.tools.Refusal;
import java.util.BitSet;
import java.util.List;

/// Finds the user or the item that an id on the command line means.
public final class ItemId {
  private ItemId() {}

  /// The item's index in the model, -1 if it has no such item. An ISBN may be typed as it is
  /// printed, or in another form that the load's rules made the same.
  public static int indexOf(FactorModel model, String id) {
    int index = model.itemIds().indexOf(id);
    return index >= 0 ? index : model.itemIds().indexOf(Rules.itemId(id, model.metadata()));
  }

  /// Items of a model.
  ///
  /// @param unknown how many ids the model does not have
  public record Found(BitSet items, int unknown) {}

  /// The items that the model has of these ids, each as [#indexOf] finds it.
  public static Found find(FactorModel model, List<String> ids) {
    BitSet items = new BitSet(model.items());
    int unknown = 0;
    for (String id : ids) {
      int item = indexOf(model, id);
      if (item < 0) {
        unknown++;
      } else {
        items.set(item);
      }
    }
    return new Found(items, unknown);
  }

  /// As [#indexOf], and a sentence for an item that the model does not have.
  public static int require(FactorModel model, String id) {
    int index = indexOf(model, id);
    if (index < 0) {
      throw new Refusal(
          "the item must be one of the ratings that the model was trained from: item=%s, items=%d; check the id (%s)"
              .formatted(id, model.items(), model.path()));
    }
    return index;
  }

  public static int requireUser(FactorModel model, String id) {
    int index = model.userIds().indexOf(id);
    if (index < 0) {
      throw new Refusal(
          "the user must be one of the ratings that the model was trained from: user=%s, users=%d; check the id (%s)"
              .formatted(id, model.users(), model.path()));
    }
    return index;
  }
}
