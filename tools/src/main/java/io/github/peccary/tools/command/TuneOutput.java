package io.github.peccary.tools.command;

import io.github.peccary.engine.evaluate.Tuning;
import io.github.peccary.engine.evaluate.Tuning.Report;
import io.github.peccary.engine.evaluate.Tuning.Trial;
import io.github.peccary.engine.train.RankingConfig;
import io.github.peccary.engine.train.RankingMethod;
import io.github.peccary.engine.train.RankingSettings;
import io.github.peccary.engine.train.SamplingConfig;
import io.github.peccary.engine.train.TrainConfig;
import io.github.peccary.tools.Console;
import io.github.peccary.tools.Format;
import io.github.peccary.tools.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/// Prints what a search has found.
///
/// @param <S> the settings of a training
final class TuneOutput<S> {
  private static final Pattern HYPHENS = Pattern.compile("-+([a-z0-9])");

  private final Console console;
  private final Tuning<S> tuning;
  private final Function<S, Map<String, Object>> options;

  /// @param options the settings that are tuned, by the names of the options of train
  TuneOutput(Console console, Tuning<S> tuning, Function<S, Map<String, Object>> options) {
    this.console = console;
    this.tuning = tuning;
    this.options = options;
  }

  /// What is tuned of a training for ratings.
  static Map<String, Object> options(TrainConfig settings) {
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("--rank", settings.rank());
    options.put("--l2", settings.l2());
    options.put("--learning-rate", settings.learningRate());
    return options;
  }

  /// What is tuned of a training for rankings; no weight that follows from the events.
  static Map<String, Object> options(RankingSettings settings) {
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("--rank", settings.rank());
    switch (settings) {
      case RankingConfig ials -> {
        options.put("--l2", ials.l2());
        ials.unobservedWeight().ifPresent(weight -> options.put("--unobserved-weight", weight));
        options.put("--rating-weight", ials.ratingWeight());
      }
      case SamplingConfig sampling -> {
        options.put("--l2", sampling.l2());
        options.put("--learning-rate", sampling.learningRate());
        if (sampling.method() == RankingMethod.SOFTMAX) {
          options.put("--negatives", sampling.negatives());
        }
      }
    }
    return options;
  }

  /// Prints, and returns the fields of the JSON object.
  ///
  /// @param command that trains the best settings
  Map<String, Object> print(Report<S> report, String command, double seconds) {
    console.line(
        "%s of %s in %s; validation: %s"
            .formatted(
                Format.count(report.trials().size(), "training"),
                Format.count(report.candidates(), "candidate"),
                Format.seconds(seconds),
                tuning.validation()));
    console.line("");
    console.line(
        "the best score on the validation part by seconds of training; the first one warms up");
    console.line("");
    table(report).lines().forEach(console::line);
    console.line("");
    double gain = tuning.gain(report.best().score(), report.defaults().score());
    if (report.best().equals(report.defaults())) {
      console.line("nothing is better than the defaults");
    } else {
      console.line(
          "%s %s against %s of the defaults, better by %s"
              .formatted(
                  tuning.measure(),
                  Format.metric(report.best().score()),
                  Format.metric(report.defaults().score()),
                  Format.metric(gain)));
      console.line(
          "the best of many looks better than it is; evaluate tells, on the test part, after");
    }
    console.line("");
    console.line("$ " + command);
    return fields(report, gain, command, seconds);
  }

  private Table table(Report<S> report) {
    Set<String> names = new LinkedHashSet<>();
    report.trials().forEach(trial -> names.addAll(options.apply(trial.settings()).keySet()));
    List<String> headers = new ArrayList<>(List.of("<", tuning.measure(), "seconds", "epochs"));
    names.forEach(name -> headers.add(name.substring(2)));
    Table table = new Table(headers.toArray(String[]::new));
    table.row(row("defaults", report.defaults(), names));
    for (Trial<S> trial : report.frontier()) {
      table.row(row(trial.equals(report.best()) ? "best" : "", trial, names));
    }
    return table;
  }

  private List<String> row(String title, Trial<S> trial, Set<String> names) {
    List<String> row =
        new ArrayList<>(
            List.of(
                title,
                Format.metric(trial.score()),
                String.format(Locale.ROOT, "%.2f", trial.seconds()),
                Integer.toString(trial.epochs())));
    Map<String, Object> values = options.apply(trial.settings());
    names.forEach(name -> row.add(String.valueOf(values.getOrDefault(name, "–"))));
    return row;
  }

  private Map<String, Object> fields(
      Report<S> report, double gain, String command, double seconds) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("measure", tuning.measure());
    fields.put("validation", tuning.validation());
    fields.put("candidates", report.trials().stream().map(this::fields).toList());
    fields.put("frontier", report.frontier().stream().map(this::fields).toList());
    fields.put("best", fields(report.best()));
    fields.put("default", fields(report.defaults()));
    fields.put("gain", gain);
    fields.put("command", command);
    fields.put("seconds", seconds);
    return fields;
  }

  private Map<String, Object> fields(Trial<S> trial) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("candidate", trial.candidate());
    options.apply(trial.settings()).forEach((name, value) -> fields.put(camelCase(name), value));
    fields.put("epochs", trial.epochs());
    fields.put("score", trial.score());
    fields.put("seconds", trial.seconds());
    return fields;
  }

  /// `--learning-rate` is `learningRate`.
  private static String camelCase(String option) {
    return HYPHENS
        .matcher(option.substring(2))
        .replaceAll(hyphen -> hyphen.group(1).toUpperCase(Locale.ROOT));
  }
}
