package io.github.peccary.engine.train;

import io.github.peccary.engine.train.Progress.Epoch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes the checkpoints of one training, each in place of the one before, when they are due.
final class CheckpointWriter {
  private final Path target;
  private final int every;
  private final Map<String, String> identity;
  private List<Epoch> firstHistory = List.of();
  private @Nullable Rows firstBest;
  private int writtenEpoch;
  private int writtenHistory = -1;

  /// @param every epochs from one checkpoint to the next
  /// @param identity as [TrainingIdentity] makes it
  CheckpointWriter(Path target, int every, Map<String, String> identity) {
    this.target = target;
    this.every = every;
    this.identity = identity;
  }

  /// Returns the number of epochs from one checkpoint to the next.
  ///
  /// @throws IllegalArgumentException if it is less than 1
  static int requireInterval(int every) {
    if (every < 1) {
      throw new IllegalArgumentException(
          "epochs between checkpoints must be 1 or more: every=" + every);
    }
    return every;
  }

  /// From here on the training is the second one of `refit`; the best rows are those of the first.
  void beginRefit(Progress first, Fit fit) {
    firstHistory = first.history();
    firstBest = fit.rows();
    writtenEpoch = 0;
    writtenHistory = 0; // before its first epoch, the end of the first training says the same
  }

  /// What was read from a checkpoint need not be written again.
  void resumed(Progress progress) {
    writtenEpoch = progress.epoch();
    writtenHistory = progress.history().size();
  }

  /// After an epoch.
  void epochEnded(Progress progress, Fit fit) {
    if (progress.epoch() - writtenEpoch >= every) {
      write(progress.history(), progress.epoch(), fit.rows(), best(progress, fit));
    }
  }

  /// After the last epoch, before the rows become the best ones. An epoch that was broken off has
  /// spoilt the rows: the latest state of which they are still there is that of the best epoch.
  void trainingEnded(Progress progress, Fit fit, boolean brokenOff) {
    List<Epoch> history = brokenOff ? progress.historyToBest() : progress.history();
    if (history.size() > writtenHistory) {
      int epoch = brokenOff ? progress.bestEpoch() : progress.epoch();
      write(
          history,
          epoch,
          brokenOff ? fit.best() : fit.rows(),
          brokenOff ? null : best(progress, fit));
    }
  }

  private static @Nullable Rows best(Progress progress, Fit fit) {
    return progress.epoch() == progress.bestEpoch() ? null : fit.best();
  }

  private void write(List<Epoch> history, int epoch, Rows rows, @Nullable Rows best) {
    try {
      if (firstBest == null) {
        Checkpoint.write(target, identity, history, List.of(), rows, best);
      } else {
        Checkpoint.write(target, identity, firstHistory, history, rows, firstBest);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    writtenEpoch = epoch;
    writtenHistory = history.size();
  }
}
