package io.github.peccary.tools.answer;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.FoldIn;
import io.github.peccary.tools.Console;
import io.github.peccary.tools.Format;
import io.github.peccary.tools.Refusal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The events of somebody who is not in the model, as they are typed: `0345417623:9,0971880107`.
public final class EventList {
  private static final String NO_RATING = "";

  /// By item, each with its rating, or [#NO_RATING].
  private final Map<Integer, String> ratings = new LinkedHashMap<>();

  private EventList() {}

  /// Finds the items. Those that the model does not have are named on standard error; of several
  /// events of an item the last one counts.
  ///
  /// @throws Refusal if no item is known, or a rating is not what the model needs
  public static EventList parse(String text, FactorModel model, Console console) {
    EventList list = new EventList();
    List<String> unknown = new ArrayList<>();
    int count = 0;
    for (String event : text.split(",", -1)) {
      count += event.isBlank() ? 0 : 1;
      if (!event.isBlank() && !list.add(event.strip(), model)) {
        unknown.add(event.strip());
      }
    }
    if (list.ratings.isEmpty()) {
      throw new Refusal(
          "events must be of items that the model has: events=%s, known=0; check the ids (%s)"
              .formatted(text, model.path()));
    }
    if (!unknown.isEmpty()) {
      console.note(
          "peccary: the model does not have %d of the %s of --events: %s"
              .formatted(unknown.size(), Format.count(count, "item"), String.join(", ", unknown)));
    }
    return list;
  }

  /// An id may hold a colon: the whole is tried first.
  private boolean add(String event, FactorModel model) {
    int colon = event.lastIndexOf(':');
    int item = ItemId.indexOf(model, event);
    String rating = NO_RATING;
    if (item < 0 && colon >= 0) {
      item = ItemId.indexOf(model, event.substring(0, colon));
      rating = event.substring(colon + 1).strip();
    }
    if (item < 0) {
      return false;
    }
    put(model, item, rating, event);
    return true;
  }

  private void put(FactorModel model, int item, String rating, String event) {
    requireRating(event, rating, model);
    ratings.put(item, rating);
  }

  /// No events yet; see [#add(FactorModel, String, Number)].
  public static EventList empty() {
    return new EventList();
  }

  /// Adds one event.
  ///
  /// @param rating null where there is none
  /// @return whether the model has the item
  /// @throws Refusal if the rating is not what the model needs
  public boolean add(FactorModel model, String id, @Nullable Number rating) {
    int item = ItemId.indexOf(model, id);
    if (item >= 0) {
      put(model, item, rating == null ? NO_RATING : rating.toString(), id);
    }
    return item >= 0;
  }

  /// Whether no event has been added.
  public boolean isEmpty() {
    return ratings.isEmpty();
  }

  /// A rating must be on the scale where it counts, and a number where it does not.
  private static void requireRating(String event, String rating, FactorModel model) {
    if (model.ranksOnly() && rating.equals(NO_RATING)) {
      return;
    }
    boolean counts = !model.ranksOnly() || model.ridge().ratingWeight() > 0;
    float least = counts ? model.minRating() : Float.NEGATIVE_INFINITY;
    float most = counts ? model.maxRating() : Float.POSITIVE_INFINITY;
    float value = number(rating);
    if (Float.isFinite(value) && value >= least && value <= most) {
      return;
    }
    String scale = counts ? " from %s to %s".formatted(least, most) : "";
    throw new Refusal(
        "an event must have a rating%s: event=%s; write it as item:rating (%s)"
            .formatted(scale, event, model.path()));
  }

  private static float number(String rating) {
    try {
      return Float.parseFloat(rating);
    } catch (NumberFormatException e) {
      return Float.NaN;
    }
  }

  /// The row that they give.
  public FoldIn foldIn(FactorModel model) {
    int[] items = ratings.keySet().stream().mapToInt(Integer::intValue).toArray();
    float[] values = new float[items.length];
    for (int event = 0; event < items.length; event++) {
      String rating = ratings.getOrDefault(items[event], NO_RATING);
      values[event] = rating.equals(NO_RATING) ? 0 : number(rating);
    }
    return new FoldIn(model, items, values);
  }

  /// How many of the items were trained.
  public long trained(FactorModel model) {
    return ratings.keySet().stream().filter(model::itemTrained).count();
  }

  public String name() {
    return Format.count(ratings.size(), "event");
  }

  public List<Map<String, Object>> fields(FactorModel model) {
    List<Map<String, Object>> events = new ArrayList<>();
    ratings.forEach(
        (item, rating) -> {
          Map<String, Object> event = new LinkedHashMap<>();
          event.put("item", model.itemIds().id(item));
          ItemList.putTitle(event, model, item);
          if (!rating.equals(NO_RATING)) {
            event.put("rating", number(rating));
          }
          events.add(event);
        });
    return events;
  }
}
