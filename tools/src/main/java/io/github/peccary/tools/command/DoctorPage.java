package io.github.peccary.tools.command;

import io.github.peccary.loader.DoctorReport;
import io.github.peccary.loader.Rejection;
import io.github.peccary.tools.Bars;
import io.github.peccary.tools.Format;
import io.github.peccary.tools.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// A doctor's report as people read it.
final class DoctorPage {
  private static final int COLLECTORS = 10;

  private final DoctorReport report;
  private final Bars bars;
  private final List<String> lines = new ArrayList<>();

  DoctorPage(DoctorReport report, Bars bars) {
    this.report = report;
    this.bars = bars;
  }

  /// @param source its name
  List<String> lines(String source) {
    lines.add(
        "%s: %s, %s of %s and %s"
            .formatted(
                source,
                Format.count(report.rows(), "row"),
                Format.count(report.events(), "event"),
                Format.count(report.users(), "user"),
                Format.count(report.items(), "item")));
    rows();
    if (report.events() > 0) {
      values();
      sizes("Users", report.usersByEvents(), report.users());
      sizes("Items", report.itemsByEvents(), report.items());
      collectors();
      duplicates();
      items();
      rules();
    }
    return lines;
  }

  private void section(String title) {
    lines.add("");
    lines.add(title);
  }

  private void add(Table table) {
    lines.addAll(table.lines());
  }

  private void rows() {
    lines.add("");
    Table table = new Table("rows<", Format.count(report.rows()), "<");
    table.row("ratings", Format.count(report.ratings()), "");
    table.row("implicit", Format.count(report.implicit()), "seen, not rated");
    table.row("duplicates", Format.count(report.duplicates().rows()), "of a user and an item");
    report
        .rejected()
        .forEach((reason, count) -> table.row("rejected", Format.count(count), examples(reason)));
    add(table);
  }

  private String examples(String reason) {
    return report.rejections().stream()
        .filter(rejection -> rejection.reason().key().equals(reason))
        .map(DoctorPage::shortly)
        .collect(Collectors.joining("; ", reason + ": ", ""));
  }

  private static String shortly(Rejection rejection) {
    String text = rejection.text() == null ? "null" : "'" + rejection.text() + "'";
    return "row %d, %s=%s".formatted(rejection.row(), rejection.column(), text);
  }

  private void values() {
    section("Values of the events");
    Table table = new Table("value", "events", "share", "<");
    long most = report.values().stream().mapToLong(DoctorReport.ValueCount::events).max().orElse(0);
    for (DoctorReport.ValueCount value : report.values()) {
      table.row(
          range(value),
          Format.count(value.events()),
          share(value.events()),
          bars.bar(value.events(), most));
    }
    add(table);
    DoctorReport.Zeros zeros = report.zeros();
    lines.add(
        "  zeros: %s (%s); %s (%s) and %s (%s) have nothing else"
            .formatted(
                Format.count(zeros.events()),
                share(zeros.events()),
                Format.count(zeros.users(), "user"),
                Format.share(zeros.users(), report.users()),
                Format.count(zeros.items(), "item"),
                Format.share(zeros.items(), report.items())));
  }

  private String share(long events) {
    return Format.share(events, report.events());
  }

  private static String range(DoctorReport.ValueCount value) {
    return value.low() == value.high()
        ? number(value.low())
        : number(value.low()) + " to " + number(value.high());
  }

  private static String number(float value) {
    return value == (long) value ? Long.toString((long) value) : Float.toString(value);
  }

  private void sizes(String whose, List<DoctorReport.SizeClass> sizes, int all) {
    section(whose + " by number of events");
    Table table =
        new Table("events", whose.toLowerCase(Locale.ROOT), "share", "of all events", "<");
    long most = sizes.stream().mapToLong(DoctorReport.SizeClass::count).max().orElse(0);
    for (DoctorReport.SizeClass size : sizes) {
      table.row(
          range(size),
          Format.count(size.count()),
          Format.share(size.count(), all),
          share(size.events()),
          bars.bar(size.count(), most));
    }
    add(table);
  }

  private static String range(DoctorReport.SizeClass size) {
    return size.to() == Integer.MAX_VALUE
        ? size.from() + "+"
        : size.from() == size.to() ? "" + size.from() : size.from() + "-" + size.to();
  }

  private void collectors() {
    if (report.collectors().isEmpty()) {
      return;
    }
    section("Users who look like collectors: over 1,000 events, or over 1 % of all");
    Table table =
        new Table("user<", "events", "of all", "ratings", "of all", "zeros", "mean rating");
    report.collectors().stream()
        .limit(COLLECTORS)
        .forEach(
            user ->
                table.row(
                    DoctorReport.shown(user.user()),
                    Format.count(user.events()),
                    share(user.events()),
                    Format.count(user.ratings()),
                    Format.share(user.ratings(), report.ratings()),
                    Format.share(user.zeros(), user.events()),
                    user.ratings() == 0 ? "–" : String.format(Locale.ROOT, "%.2f", user.mean())));
    add(table);
    long more = report.collectorCount() - COLLECTORS;
    if (more > 0) {
      lines.add("  and " + Format.count(more) + " more");
    }
  }

  private void duplicates() {
    DoctorReport.Duplication duplicates = report.duplicates();
    if (duplicates.rows() == 0) {
      return;
    }
    section("Pairs of user and item that occur more than once");
    lines.add(
        "  %s too many: %s with one value, %s with different values"
            .formatted(
                Format.count(duplicates.rows(), "row"),
                Format.count(duplicates.samePairs(), "pair"),
                Format.count(duplicates.differentPairs())));
    for (DoctorReport.DuplicatePair pair : duplicates.examples()) {
      lines.add(
          "  user %s, item %s: %s, the first %s, the last %s"
              .formatted(
                  DoctorReport.shown(pair.user()),
                  DoctorReport.shown(pair.item()),
                  Format.count(pair.rows(), "row"),
                  number(pair.first()),
                  number(pair.last())));
    }
  }

  private void items() {
    DoctorReport.Spellings spellings = report.spellings();
    section("Items as they are written");
    lines.add(
        "  %s of %s; cleaning changes %s; %s in more than one spelling"
            .formatted(
                Format.count(spellings.spellings(), "spelling"),
                Format.count(report.items(), "item"),
                Format.count(spellings.changedRows(), "row"),
                Format.count(spellings.items(), "item")));
    for (List<String> texts : spellings.examples()) {
      lines.add(
          texts.stream()
              .map(text -> "'" + DoctorReport.shown(text) + "'")
              .collect(Collectors.joining(", ", "  ", "")));
    }
    if (report.forms().isEmpty()) {
      return;
    }
    section("Items as ISBNs");
    Table table = new Table("form<", "items", "share", "rows", "for example<");
    for (DoctorReport.FormCount form : report.forms()) {
      table.row(
          form.form().title(),
          Format.count(form.items()),
          Format.share(form.items(), report.items()),
          Format.count(form.rows()),
          form.examples().stream()
              .map(example -> DoctorReport.shown(example.item()))
              .collect(Collectors.joining("  ")));
    }
    add(table);
  }

  private void rules() {
    if (report.effects().isEmpty()) {
      if (!report.forms().isEmpty()) {
        lines.add("  no rule would change any of them");
      }
      return;
    }
    section("What each rule would do (items that join become the same as another item)");
    Table table = new Table("rule<", "items", "rows", "join", "new duplicates", "for example<");
    for (DoctorReport.Effect effect : report.effects()) {
      table.row(
          effect.rule().word(),
          Format.count(effect.items()),
          Format.count(effect.rows()),
          Format.count(effect.joined()),
          Format.count(effect.duplicates()),
          effect.examples().stream()
              .limit(2)
              .map(DoctorReport.Change::toString)
              .collect(Collectors.joining(", ")));
    }
    add(table);
    long duplicates = report.effects().stream().mapToLong(DoctorReport.Effect::duplicates).sum();
    lines.add(
        "  together, without those that drop: %s become %s, %s become duplicates"
            .formatted(
                Format.count(report.items(), "item"),
                Format.count(report.itemsLeft()),
                Format.count(duplicates, "event")));
    for (DoctorReport.NewDuplicate duplicate : report.newDuplicates()) {
      lines.add(
          "  user %s has both %s and %s"
              .formatted(
                  DoctorReport.shown(duplicate.user()),
                  DoctorReport.shown(duplicate.from()),
                  duplicate.to()));
    }
  }
}
