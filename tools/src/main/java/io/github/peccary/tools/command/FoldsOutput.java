package io.github.peccary.tools.command;

import io.github.peccary.engine.evaluate.CrossValidation;
import io.github.peccary.engine.evaluate.CrossValidation.Report;
import io.github.peccary.engine.evaluate.EvaluationReport;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.tools.Console;
import io.github.peccary.tools.Format;
import io.github.peccary.tools.ProgressBar;
import io.github.peccary.tools.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Runs a cross-validation and prints it.
final class FoldsOutput {
  private final Console console;

  FoldsOutput(Console console) {
    this.console = console;
  }

  void evaluate(CrossValidation validation, int k, int rankedUsers, Workers workers)
      throws IOException {
    long start = System.nanoTime();
    List<Double> foldSeconds = new ArrayList<>();
    Report report;
    try (ProgressBar progress = console.progress()) {
      report =
          validation.evaluate(
              k,
              rankedUsers,
              workers,
              (number, of) -> {
                foldSeconds.add(TrainCommand.secondsSince(start));
                progress.update(number, validation.folds(), () -> "fold " + number);
              });
    }
    print(report, foldSeconds.getLast());
    console.result(fields(report, k, foldSeconds));
  }

  private void print(Report report, double seconds) {
    long events = report.folds().stream().mapToLong(EvaluationReport::events).sum();
    long ratings = report.folds().stream().mapToLong(EvaluationReport::ratings).sum();
    String counted = Format.count(events, events == ratings ? "rating" : "event");
    console.line(report.split() + ": " + counted);
    console.line("");
    Table table = EvaluateCommand.table(List.of("<"), report.means().keySet());
    Set<String> measures = new LinkedHashSet<>();
    report.means().values().forEach(values -> measures.addAll(values.keySet()));
    for (String measure : measures) {
      table.row(EvaluateCommand.row(List.of(measure), report.means(), measure));
      table.row(EvaluateCommand.row(List.of("  sd"), report.deviations(), measure));
    }
    table.lines().forEach(console::line);
    console.line("");
    console.line("means over folds, and their standard deviations; " + Format.seconds(seconds));
  }

  private static Map<String, Object> fields(Report report, int k, List<Double> foldSeconds) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("split", report.split());
    fields.put("k", k);
    fields.put("models", report.means());
    fields.put("deviations", report.deviations());
    List<Map<String, Object>> folds = new ArrayList<>();
    double before = 0;
    for (int fold = 0; fold < foldSeconds.size(); fold++) {
      double end = foldSeconds.get(fold);
      folds.add(EvaluateCommand.fields(report.folds().get(fold), end - before));
      before = end;
    }
    fields.put("folds", folds);
    fields.put("seconds", before);
    return fields;
  }
}
