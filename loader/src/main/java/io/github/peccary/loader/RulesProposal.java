package io.github.peccary.loader;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// The text of a rules file that answers a [DoctorReport]. What can do no harm is active; what
/// leaves rows out, or guesses, is a comment for a person to activate.
public final class RulesProposal {
  private RulesProposal() {}

  /// The text, to be written to a file.
  ///
  /// @param source its name, for the comment at the top
  public static String of(DoctorReport report, String source) {
    List<String> lines = new ArrayList<>();
    lines.add(Rules.HEADER);
    lines.add(
        "# By 'peccary doctor', from %d rows of %s, for 'peccary load --rules'."
            .formatted(report.rows(), Rejections.shown(source)));
    lines.add("# What begins with '#' is a comment: remove it from a rule to apply the rule.");
    lines.add("");
    for (DoctorReport.Effect effect : report.effects()) {
      String rule = (isHarmless(effect, report) ? "" : "# ") + effect.rule().word();
      lines.add("%-20s # %s".formatted(rule, words(effect, report)));
    }
    for (DoctorReport.Collector collector : report.collectors()) {
      String rule = RulesFile.dropUser(collector.user());
      if (rule != null) {
        lines.add("# %-18s # %s".formatted(rule, words(collector, report)));
      }
    }
    long more = report.collectorCount() - report.collectors().size();
    if (more > 0) {
      lines.add("# and %d more such users".formatted(more));
    }
    if (report.effects().isEmpty() && report.collectors().isEmpty()) {
      lines.add("# There is nothing to propose.");
    }
    return lines.stream().map(line -> line + '\n').collect(Collectors.joining());
  }

  /// Nine digits get a right check digit from a 0 by chance once in eleven times, so that of those
  /// that get none there are ten for each that does: more than one in ten is too many.
  private static boolean isHarmless(DoctorReport.Effect effect, DoctorReport report) {
    return !effect.rule().drops()
        && (effect.rule() != Rule.FIX_LEADING_ZERO || 10 * byChance(report) <= effect.items());
  }

  /// How many of the items that a 0 makes ISBNs are none.
  private static long byChance(DoctorReport report) {
    return report.forms().stream()
        .filter(form -> form.form() == IsbnForm.NINE_DIGITS)
        .mapToLong(form -> Math.round(form.items() / 10.0))
        .sum();
  }

  private static String words(DoctorReport.Effect effect, DoctorReport report) {
    StringBuilder words =
        new StringBuilder(count(effect.items(), "item") + ", " + count(effect.rows(), "row"));
    if (effect.rule() == Rule.FIX_LEADING_ZERO) {
      words.append(", about %d of the items by chance".formatted(byChance(report)));
    }
    if (effect.joined() > 0) {
      words.append("; %d joined to others".formatted(effect.joined()));
    }
    return effect.examples().stream()
        .map(DoctorReport.Change::toString)
        .collect(Collectors.joining(", ", words + ": ", ""));
  }

  private static String count(long count, String singular) {
    return count + " " + singular + (count == 1 ? "" : "s");
  }

  private static String words(DoctorReport.Collector collector, DoctorReport report) {
    return String.format(
        Locale.ROOT,
        "%d events, %.1f %% of all; %d ratings, %.1f %% of all%s",
        collector.events(),
        100.0 * collector.events() / report.events(),
        collector.ratings(),
        100.0 * collector.ratings() / Math.max(1, report.ratings()),
        collector.ratings() == 0
            ? ""
            : String.format(Locale.ROOT, ", mean %.2f", collector.mean()));
  }
}
