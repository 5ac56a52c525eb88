package io.github.peccary.tools.answer;

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
public final class ItemList {
  private ItemList() {}

  /// Prints a ranking.
  public static void print(Console console, FactorModel model, List<ScoredItem> items) {
    print(console, model, items, null);
  }

  /// Prints a ranking with its reasons.
  ///
  /// @param why what comes below each item; null for nothing
  public static void print(
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

  /// The items of a ranking for JSON, without reasons.
  public static List<Map<String, Object>> fields(FactorModel model, List<ScoredItem> items) {
    return fields(model, items, null);
  }

  /// The items of a ranking for JSON.
  ///
  /// @param why the reasons of each item; null for none
  public static List<Map<String, Object>> fields(
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

  /// Puts the title where there is one.
  public static void putTitle(Map<String, Object> fields, FactorModel model, int item) {
    String title = title(model, item);
    if (title != null) {
      fields.put("title", title);
    }
  }

  /// Id and title.
  public static String name(FactorModel model, int item) {
    String title = title(model, item);
    String id = model.itemIds().id(item);
    return title == null ? id : id + " (" + title + ")";
  }

  private static @Nullable String title(FactorModel model, int item) {
    Titles titles = model.titles();
    return titles == null ? null : titles.title(item);
  }
}
