package io.github.peccary.tools.serve;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.FoldIn;
import io.github.peccary.engine.ratings.TitleSearch;
import io.github.peccary.engine.ratings.Titles;
import io.github.peccary.engine.recommend.ItemFilter;
import io.github.peccary.engine.recommend.Recommender;
import io.github.peccary.engine.recommend.ScoredItem;
import io.github.peccary.engine.recommend.Similarity;
import io.github.peccary.tools.answer.EventList;
import io.github.peccary.tools.answer.Explanation;
import io.github.peccary.tools.answer.ItemId;
import io.github.peccary.tools.answer.ItemList;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What one model answers to one request.
final class Answers {
  private static final int DEFAULT_K = 10;

  private final Recommender recommender;
  private final FactorModel model;
  private final Limits limits;
  private final Parameters asked;
  private final Map<String, Object> fields = new LinkedHashMap<>();

  Answers(Recommender recommender, Limits limits, Parameters asked) {
    this.recommender = recommender;
    model = recommender.model();
    this.limits = limits;
    this.asked = asked;
  }

  /// Items by the beginnings of the words of their titles; one whose id is asked for comes first.
  Map<String, Object> items() {
    String query = asked.text("query");
    int limit = asked.number("limit", DEFAULT_K, 1, limits.k());
    fields.put("query", query);
    int named = ItemId.indexOf(model, query.strip());
    IntStream found = named < 0 ? IntStream.empty() : IntStream.of(named);
    Titles titles = model.titles();
    if (titles != null) {
      found = IntStream.concat(found, IntStream.of(new TitleSearch(titles).find(query, limit)));
    }
    fields.put("items", found.distinct().limit(limit).mapToObj(this::fieldsOf).toList());
    return fields;
  }

  private Map<String, Object> fieldsOf(int item) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("item", model.itemIds().id(item));
    ItemList.putTitle(one, model, item);
    one.put("events", model.itemPopularity(item));
    return one;
  }

  Map<String, Object> item(String id) {
    int item = requireItem(id);
    fields.putAll(fieldsOf(item));
    fields.put("trained", model.itemTrained(item));
    return fields;
  }

  Map<String, Object> similar(String id) {
    int item = requireItem(id);
    int preferred = Recommender.SIMILAR_PREFERRED_EVENTS;
    ItemFilter filter =
        ItemFilter.all()
            .preferEvents(asked.number("preferEvents", preferred, 0, Integer.MAX_VALUE));
    int k = k();
    Similarity by = asked.choice("by", Similarity.COSINE);
    putItem(item);
    List<ScoredItem> items = timed(() -> recommender.similar(item, k, filter, by));
    fields.put("items", ItemList.fields(model, items));
    return timeLast();
  }

  Map<String, Object> user(String id) {
    int user = requireUser(id);
    int limit = asked.number("limit", 100, 1, 1000);
    int[] seen = model.hasSeen() ? model.seenItems(user) : new int[0];
    List<Map<String, Object>> history = new ArrayList<>();
    for (int i = 0; i < Math.min(limit, seen.length); i++) {
      Map<String, Object> item = new LinkedHashMap<>();
      item.put("item", model.itemIds().id(seen[i]));
      ItemList.putTitle(item, model, seen[i]);
      history.add(item);
    }
    fields.put("user", id);
    fields.put("trained", model.userTrained(user));
    fields.put("history", history);
    fields.put("historySize", seen.length);
    return fields;
  }

  /// For a user of the model.
  Map<String, Object> recommendations(String id) {
    int user = requireUser(id);
    fields.put("user", id);
    int k = k();
    ItemFilter filter = filter();
    Recommender by = blended();
    List<ScoredItem> items = timed(() -> by.recommend(user, k, filter));
    Explanation why = asked.flag("explain", false) ? Explanation.ofUser(model, by, user) : null;
    return ranking(items, why);
  }

  /// For posted events, or a user of the model.
  Map<String, Object> recommendations() {
    if (asksForUser()) {
      return recommendations(asked.text("user"));
    }
    EventList events = events();
    int k = k();
    ItemFilter filter = filter();
    Recommender by = blended();
    long start = System.nanoTime();
    FoldIn folded = events.foldIn(model);
    List<ScoredItem> items = by.recommend(folded, k, filter);
    fields.put("microseconds", (System.nanoTime() - start) / 1e3);
    Explanation why = asked.flag("explain", false) ? Explanation.ofEvents(model, by, folded) : null;
    return ranking(items, why);
  }

  /// What a user of the model, or one of posted events, would give an item.
  Map<String, Object> prediction() {
    int item = requireItem(asked.text("item"));
    float score;
    boolean userTrained;
    if (asksForUser()) {
      String id = asked.text("user");
      int user = requireUser(id);
      fields.put("user", id);
      score = model.predict(user, item);
      userTrained = model.userTrained(user);
    } else {
      EventList events = events();
      score = events.foldIn(model).predict(item);
      userTrained = events.trained(model) > 0;
    }
    putItem(item);
    fields.put("score", score);
    if (!model.ranksOnly()) {
      fields.put("rating", model.clip(score));
    }
    fields.put("known", userTrained && model.itemTrained(item));
    return fields;
  }

  private boolean asksForUser() {
    if (asked.has("user") == asked.has("events")) {
      throw new Problem(400, "either user or events must be given: found both or none");
    }
    return asked.has("user");
  }

  private EventList events() {
    List<Map<?, ?>> given = asked.objects("events", limits.events());
    if (!model.canFoldIn()) {
      throw new Problem(
          400, "the model must hold what a user's row is solved with; ask for a user of the model");
    }
    EventList events = EventList.empty();
    List<String> unknown = new ArrayList<>();
    for (Map<?, ?> event : given) {
      String id = requireEvent(event);
      if (!events.add(model, id, (Number) event.get("rating"))) {
        unknown.add(id);
      }
    }
    if (events.isEmpty()) {
      throw new Problem(
          400,
          "events must be of items that the model has: events=%d, known=0; check the ids"
              .formatted(given.size()));
    }
    fields.put("events", events.fields(model));
    fields.put("unknown", unknown);
    return events;
  }

  private static String requireEvent(Map<?, ?> event) {
    boolean whole =
        event.keySet().stream().allMatch(name -> name.equals("item") || name.equals("rating"))
            && (!event.containsKey("rating") || event.get("rating") instanceof Number);
    if (whole && event.get("item") instanceof String id && !id.isEmpty()) {
      return id;
    }
    throw new Problem(
        400, "an event must have an item, a text, and may have a rating, a number: event=" + event);
  }

  private int k() {
    return asked.number("k", DEFAULT_K, 1, limits.k());
  }

  private Recommender blended() {
    return asked.flag("blend", true) ? recommender : Recommender.withoutBlend(model);
  }

  private ItemFilter filter() {
    ItemFilter filter = asked.flag("includeSeen", false) ? ItemFilter.all() : ItemFilter.unseen();
    BitSet allow = items("allow", "unknownAllow");
    BitSet deny = items("deny", "unknownDeny");
    filter = allow == null ? filter : filter.allow(allow);
    return deny == null ? filter : filter.deny(deny);
  }

  private @Nullable BitSet items(String name, String unknownName) {
    List<String> ids = asked.ids(name, limits.ids());
    if (ids == null) {
      return null;
    }
    ItemId.Found found = ItemId.find(model, ids);
    if (found.unknown() > 0) {
      fields.put(unknownName, found.unknown());
    }
    return found.items();
  }

  private <T> T timed(Supplier<T> task) {
    long start = System.nanoTime();
    T result = task.get();
    fields.put("microseconds", (System.nanoTime() - start) / 1e3);
    return result;
  }

  /// People look for it at the end.
  private Map<String, Object> timeLast() {
    Object microseconds = fields.remove("microseconds");
    if (microseconds != null) {
      fields.put("microseconds", microseconds);
    }
    return fields;
  }

  private Map<String, Object> ranking(List<ScoredItem> items, @Nullable Explanation why) {
    fields.put("items", ItemList.fields(model, items, why));
    if (why != null) {
      why.putInto(fields);
    }
    fields.put("untrained", items.stream().filter(i -> !model.itemTrained(i.item())).count());
    return timeLast();
  }

  private void putItem(int item) {
    fields.put("item", model.itemIds().id(item));
    ItemList.putTitle(fields, model, item);
  }

  private int requireItem(String id) {
    int item = ItemId.indexOf(model, id);
    if (item < 0) {
      throw new Problem(
          404,
          "the item must be one that the model has: item=%s, items=%d; check the id"
              .formatted(id, model.items()));
    }
    return item;
  }

  private int requireUser(String id) {
    int user = model.userIds().indexOf(id);
    if (user < 0) {
      throw new Problem(
          404,
          "the user must be one that the model has: user=%s, users=%d; check the id"
              .formatted(id, model.users()));
    }
    return user;
  }
}
