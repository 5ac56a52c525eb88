package io.github.peccary.tools.command;

import io.github.peccary.loader.DoctorReport;
import io.github.peccary.loader.Rejection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A doctor's report as a JSON object.
final class DoctorFields {
  private DoctorFields() {}

  static Map<String, Object> of(DoctorReport report) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("rows", report.rows());
    fields.put("ratings", report.ratings());
    fields.put("implicit", report.implicit());
    fields.put("users", report.users());
    fields.put("items", report.items());
    fields.put("rejected", report.rejected());
    fields.put("rejections", list(report.rejections(), DoctorFields::rejection));
    fields.put(
        "values",
        list(
            report.values(), it -> map("low", it.low(), "high", it.high(), "events", it.events())));
    fields.put(
        "zeros",
        map(
            "events",
            report.zeros().events(),
            "users",
            report.zeros().users(),
            "items",
            report.zeros().items()));
    fields.put("usersByEvents", list(report.usersByEvents(), it -> size(it, "users")));
    fields.put("itemsByEvents", list(report.itemsByEvents(), it -> size(it, "items")));
    fields.put("collectorCount", report.collectorCount());
    fields.put("collectors", list(report.collectors(), DoctorFields::collector));
    fields.put("duplicates", duplicates(report.duplicates()));
    fields.put("spellings", spellings(report.spellings()));
    fields.put("forms", list(report.forms(), DoctorFields::form));
    fields.put("effects", list(report.effects(), DoctorFields::effect));
    fields.put(
        "newDuplicates",
        list(
            report.newDuplicates(),
            it -> map("user", it.user(), "from", it.from(), "to", it.to())));
    fields.put("itemsLeft", report.itemsLeft());
    return fields;
  }

  private static Map<String, @Nullable Object> rejection(Rejection it) {
    return map(
        "row", it.row(), "reason", it.reason().key(), "column", it.column(), "text", it.text());
  }

  private static Map<String, @Nullable Object> collector(DoctorReport.Collector it) {
    return map(
        "user",
        it.user(),
        "events",
        it.events(),
        "ratings",
        it.ratings(),
        "zeros",
        it.zeros(),
        "mean",
        it.mean());
  }

  /// `to` is null for any number of events.
  private static Map<String, @Nullable Object> size(DoctorReport.SizeClass size, String whose) {
    return map(
        "from",
        size.from(),
        "to",
        size.to() == Integer.MAX_VALUE ? null : size.to(),
        whose,
        size.count(),
        "events",
        size.events());
  }

  private static Map<String, @Nullable Object> duplicates(DoctorReport.Duplication it) {
    return map(
        "rows",
        it.rows(),
        "samePairs",
        it.samePairs(),
        "differentPairs",
        it.differentPairs(),
        "examples",
        list(
            it.examples(),
            pair ->
                map(
                    "user",
                    pair.user(),
                    "item",
                    pair.item(),
                    "rows",
                    pair.rows(),
                    "first",
                    pair.first(),
                    "last",
                    pair.last())));
  }

  private static Map<String, @Nullable Object> spellings(DoctorReport.Spellings it) {
    return map(
        "spellings",
        it.spellings(),
        "changedRows",
        it.changedRows(),
        "items",
        it.items(),
        "examples",
        it.examples());
  }

  private static Map<String, @Nullable Object> form(DoctorReport.FormCount it) {
    return map(
        "form",
        it.form().key(),
        "items",
        it.items(),
        "rows",
        it.rows(),
        "examples",
        list(it.examples(), item -> map("item", item.item(), "rows", item.rows())));
  }

  private static Map<String, @Nullable Object> effect(DoctorReport.Effect it) {
    return map(
        "rule",
        it.rule().word(),
        "items",
        it.items(),
        "rows",
        it.rows(),
        "joined",
        it.joined(),
        "duplicates",
        it.duplicates(),
        "examples",
        list(
            it.examples(),
            change ->
                map(
                    "from",
                    change.from(),
                    "to",
                    change.to(),
                    "rows",
                    change.rows(),
                    "joins",
                    change.joins())));
  }

  private static <T> List<Map<String, @Nullable Object>> list(
      List<T> things, Function<T, Map<String, @Nullable Object>> fields) {
    return things.stream().map(fields).toList();
  }

  /// Names and values in turn.
  private static Map<String, @Nullable Object> map(@Nullable Object... entries) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < entries.length; i += 2) {
      map.put(String.valueOf(entries[i]), entries[i + 1]);
    }
    return map;
  }
}
