package io.github.peccary.tools.command;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.recommend.ItemFilter;
import io.github.peccary.engine.storage.PartialFile;
import io.github.peccary.tools.Console;
import io.github.peccary.tools.Format;
import io.github.peccary.tools.Interruption;
import io.github.peccary.tools.ProgressBar;
import io.github.peccary.tools.batch.Batch;
import io.github.peccary.tools.batch.BatchConfig;
import io.github.peccary.tools.batch.BatchReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Every user of the model, into a file.
final class AllUsers {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--all",
      description = "In place of a user: every user of the model, in its order, into a file.")
  private boolean all;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = {
        "With --all: the file to write, FILE.csv or FILE.jsonl. An old one stays until the new one",
        "is complete; until then it is FILE.part, with FILE.part.json that says how far it is."
      })
  private @Nullable Path output;

  @Option(
      names = "--resume",
      description = {
        "With --all: go on from the FILE.part of a run that was interrupted or killed, with the same",
        "model and options (--threads may differ); FILE is then, byte for byte, that of one run.",
        "Without such a FILE.part, begin."
      })
  private boolean resume;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "With --all: workers, as many as there are cores unless given.")
  private @Nullable Integer threads;

  /// Whether all users are wanted. What does not go with the answer is wrong usage.
  ///
  /// @param ofOne options that were given and are about one user
  boolean wanted(List<String> ofOne) {
    if (!all) {
      List<String> found = new ArrayList<>();
      add(found, "-o", output != null);
      add(found, "--resume", resume);
      add(found, "--threads", threads != null);
      require(found.isEmpty(), "only with --all can there be %s; add --all", found);
      return false;
    }
    require(ofOne.isEmpty(), "beside --all there cannot be %s; leave one of them out", ofOne);
    require(output != null, "--all needs a file: found none; add -o FILE.csv or -o FILE.jsonl");
    return true;
  }

  static void add(List<String> options, String option, boolean given) {
    if (given) {
      options.add(option);
    }
  }

  private void require(boolean holds, String sentence, List<String> options) {
    require(holds, sentence.formatted(String.join(" and ", options)));
  }

  private void require(boolean holds, String sentence) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), sentence);
    }
  }

  /// Settings that no model could make right are wrong usage. Refuses an output that cannot be
  /// written, or that would replace one of the inputs; the files beside it, too.
  void check(int k, List<Path> inputs) throws IOException {
    BatchConfig config = config(k, true, ItemFilter.all());
    Path[] read = inputs.toArray(Path[]::new);
    Settings.requireWritable(config.output(), read);
    Settings.requireWritable(PartialFile.path(config.output()), read);
    Settings.requireWritable(config.statePath(), read);
  }

  BatchConfig config(int k, boolean blended, ItemFilter filter) {
    int workers = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    Path file = Objects.requireNonNull(output);
    return Settings.valid(spec, () -> new BatchConfig(file, k, blended, filter, workers));
  }

  /// Recommends to all of them.
  ///
  /// @return the exit code
  int run(Console console, FactorModel model, BatchConfig config, Interruption interruption)
      throws IOException {
    boolean goesOn = resume && Batch.canResume(config);
    if (resume && !goesOn) {
      console.note(
          "peccary: there was no %s to go on from: it begins with the first user"
              .formatted(PartialFile.path(config.output())));
    }
    BatchReport report;
    try (ProgressBar progress = console.progress()) {
      Bar bar = new Bar(progress, model.users(), interruption);
      report = new Batch(model, config).run(goesOn, bar, interruption::requested);
    }
    print(console, model, config, report);
    if (report.complete()) {
      return 0;
    }
    console.note(
        "peccary: interrupted after %s of %s; go on with --resume"
            .formatted(Format.count(report.done(), "user"), Format.count(report.users())));
    return Interruption.EXIT_CODE;
  }

  /// How far it is.
  private static final class Bar implements Batch.Listener {
    private final ProgressBar progress;
    private final int users;
    private final Interruption interruption;
    private long start;
    private int resumed = -1;

    Bar(ProgressBar progress, int users, Interruption interruption) {
      this.progress = progress;
      this.users = users;
      this.interruption = interruption;
    }

    @Override
    public void users(int done) {
      if (resumed < 0) {
        interruption.worthwhile();
        start = System.nanoTime();
        resumed = done;
        return;
      }
      double perSecond = (done - resumed) / (1e-9 * (System.nanoTime() - start));
      progress.update(
          done,
          users,
          () ->
              "%s, %s users/s, %s left"
                  .formatted(
                      Format.count(done, "user"),
                      Format.scaled(perSecond),
                      Format.seconds((users - done) / perSecond)));
    }
  }

  private static void print(
      Console console, FactorModel model, BatchConfig config, BatchReport report) {
    if (config.filter().leavesOutSeen() && !model.hasSeen()) {
      console.note(
          "peccary: the model does not hold what users have seen: seen items may be among these");
    }
    if (report.complete()) {
      console.line(
          "%s, %s in %s, %s users/s -> %s"
              .formatted(
                  Format.count(report.users(), "user"),
                  Format.count(report.rows(), "item"),
                  Format.seconds(report.seconds()),
                  Format.scaled(report.usersPerSecond()),
                  config.output()));
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("output", config.output().toString());
    fields.put("users", report.users());
    fields.put("items", model.items());
    fields.put("done", report.done());
    fields.put("resumed", report.resumed());
    fields.put("rows", report.rows());
    fields.put("seconds", report.seconds());
    fields.put("usersPerSecond", report.usersPerSecond());
    Settings.putMemory(fields);
    console.result(fields);
  }
}
