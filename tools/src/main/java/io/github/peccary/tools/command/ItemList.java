package io.github.peccary.tools.command;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.ratings.Titles;
import io.github.peccary.engine.recommend.ScoredItem;
import io.github.peccary.tools.Console;
import io.github.peccary.tools.Format;
import io.github.peccary.tools.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A ranking as it is printed.
final class ItemList {
  private ItemList() {}

  static void print(Console console, FactorModel model, List<ScoredItem> items) {
    print(console, model, items, null);
  }

  /// @param why what comes below each item; null for nothing
  static void print(
      Console console, FactorModel model, List<ScoredItem> items, @Nullable Explanation why) {
    Table table = new Table("", "score", "item<", "<");
    for (int i = 0; i < items.size(); i++) {
      ScoredItem item = items.get(i);
      String title = title(model, item.item());
      table.row(
          Integer.toString(i + 1),
          Format.metric(item.score()),
          model.itemIds().id(item.item()),
          title == null ? "" : title);
    }
    List<String> lines = table.lines();
    console.line(lines.getFirst());
    for (int i = 0; i < items.size(); i++) {
      console.line(lines.get(i + 1));
      if (why != null) {
        why.lines(items.get(i).item()).forEach(console::line);
      }
    }
  }

  static List<Map<String, Object>> fields(FactorModel model, List<ScoredItem> items) {
    return fields(model, items, null);
  }

  /// @param why the reasons of each item; null for none
  static List<Map<String, Object>> fields(
      FactorModel model, List<ScoredItem> items, @Nullable Explanation why) {
    return items.stream()
        .map(
            item -> {
              Map<String, Object> fields = new LinkedHashMap<>();
              fields.put("item", model.itemIds().id(item.item()));
              fields.put("score", item.score());
              putTitle(fields, model, item.item());
              if (why != null) {
                why.putReasons(fields, item.item());
              }
              return fields;
            })
        .toList();
  }

  static void putTitle(Map<String, Object> fields, FactorModel model, int item) {
    String title = title(model, item);
    if (title != null) {
      fields.put("title", title);
    }
  }

  /// Id and title.
  static String name(FactorModel model, int item) {
    String title = title(model, item);
    String id = model.itemIds().id(item);
    return title == null ? id : id + " (" + title + ")";
  }

  private static @Nullable String title(FactorModel model, int item) {
    Titles titles = model.titles();
    return titles == null ? null : titles.title(item);
  }
}
