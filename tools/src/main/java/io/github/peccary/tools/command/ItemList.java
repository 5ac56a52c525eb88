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
    table.lines().forEach(console::line);
  }

  static List<Map<String, Object>> fields(FactorModel model, List<ScoredItem> items) {
    return items.stream()
        .map(
            item -> {
              Map<String, Object> fields = new LinkedHashMap<>();
              fields.put("item", model.itemIds().id(item.item()));
              fields.put("score", item.score());
              putTitle(fields, model, item.item());
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
