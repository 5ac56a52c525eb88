package io.github.peccary.tools.command;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.train.Checkpoint;
import io.github.peccary.engine.train.RankingTrainer;
import io.github.peccary.engine.train.Trainer;
import io.github.peccary.tools.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The options of a training that is kept, goes on, or begins where another has ended.
final class Continuation {
  private static final String FILE_NAME = "checkpoint.safetensors";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--checkpoint",
      paramLabel = "DIR",
      description = {
        "Keep the state of the training in this folder, for --resume; it is made if need be.",
        "It stays when training is complete: --resume with more --epochs goes on from there."
      })
  private @Nullable Path checkpoint;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      description = "Epochs from one checkpoint to the next; 1 if not given.")
  private @Nullable Integer every;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description = {
        "Go on from the checkpoint in this folder (or this file), with the same ratings and",
        "options, and keep it up to date. Only --threads may be others, and --epochs more, but not",
        "for softmax and bpr. With --deterministic, and always by ials, the model is the one of a",
        "training that was never interrupted."
      })
  private @Nullable Path resume;

  @Option(
      names = "--from",
      paramLabel = "MODEL",
      description = {
        "Start from a model on newer ratings: users and items that it knows keep their rows and",
        "biases, the others start as ever. Held-out ratings that it may have seen are set aside."
      })
  private @Nullable Path from;

  /// Refuses what contradicts itself, and makes the folder.
  ///
  /// @param output of the training
  /// @param ratings its input
  void prepare(Path output, Path ratings) throws IOException {
    if (every != null && (every < 1 || target() == null)) {
      throw new ParameterException(
          spec.commandLine(),
          "--checkpoint-every must be 1 or more, beside --checkpoint or --resume: every=" + every);
    }
    if (checkpoint != null) {
      Settings.makeFolder("checkpoint", checkpoint);
    }
    requireApart(output, ratings);
  }

  /// A checkpoint replaces whatever has its name: it must be no file of another kind.
  private void requireApart(Path output, Path ratings) throws IOException {
    Path target = target();
    if (target == null) {
      return;
    }
    List<Path> others = new ArrayList<>(List.of(output, ratings));
    if (from != null) {
      others.add(from);
    }
    for (Path other : others) {
      if (Settings.sameFile(target, other)) {
        throw new Refusal(
            "the checkpoint must be a file of its own: checkpoint=%s is named as another file, too; name another folder"
                .formatted(target));
      }
    }
  }

  /// Where checkpoints are written, null for nowhere.
  @Nullable Path target() {
    if (checkpoint != null) {
      return checkpoint.resolve(FILE_NAME);
    }
    return resume == null ? null : file(resume);
  }

  private static Path file(Path folderOrFile) {
    return Files.isDirectory(folderOrFile) ? folderOrFile.resolve(FILE_NAME) : folderOrFile;
  }

  /// The checkpoint to go on from, if one is named.
  @Nullable Checkpoint openCheckpoint() throws IOException {
    if (resume == null) {
      return null;
    }
    if (!Files.exists(file(resume))) {
      throw new Refusal(
          "there must be a checkpoint to resume from: path="
              + file(resume)
              + "; start the training with --checkpoint "
              + resume);
    }
    return Checkpoint.open(file(resume));
  }

  /// The model to start from, if one is named.
  @Nullable FactorModel openModel() throws IOException {
    return from == null ? null : FactorModel.open(from);
  }

  /// What to say of it after an interruption.
  String hint() {
    Path target = target();
    return target == null ? "" : "; go on with --resume " + target;
  }

  private int interval() {
    return every == null ? 1 : every;
  }

  /// Passes all of it on.
  void apply(Trainer trainer, @Nullable Checkpoint resumed, @Nullable FactorModel model) {
    Path target = target();
    if (target != null) {
      trainer.checkpoint(target, interval());
    }
    if (resumed != null) {
      trainer.resume(resumed);
    }
    if (model != null) {
      trainer.startFrom(model);
    }
  }

  /// The same for rankings.
  void apply(RankingTrainer trainer, @Nullable Checkpoint resumed) {
    Path target = target();
    if (target != null) {
      trainer.checkpoint(target, interval());
    }
    if (resumed != null) {
      trainer.resume(resumed);
    }
  }
}
