package io.github.peccary.engine.train;

import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.train.Ials.IterationListener;
import io.github.peccary.engine.train.Ials.IterationReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Where a training for rankings stands between two iterations: what they have brought, whether
/// more are to come, and its checkpoints, read and written.
final class RankingProgress {
  private final int iterations;
  private final Map<String, String> identity;
  private final IterationListener listener;
  private final List<IterationReport> history = new ArrayList<>();
  private BooleanSupplier stop = () -> false;
  private @Nullable Checkpoint resumed;
  private @Nullable Path file;
  private int every = 1;
  private int startsOver;
  private int kept; // iterations behind the checkpoint

  /// What an iteration has brought.
  ///
  /// @param lossOfUsers see [IterationReport]
  /// @param loss at its end
  /// @param seconds that it took
  record Iteration(double lossOfUsers, double loss, double seconds) {}

  /// @param identity as [TrainingIdentity] makes it
  RankingProgress(int iterations, Map<String, String> identity, IterationListener listener) {
    this.iterations = iterations;
    this.identity = identity;
    this.listener = listener;
  }

  /// Asks this after every iteration whether to end.
  void stopWhen(BooleanSupplier wanted) {
    stop = wanted;
  }

  /// Keeps the rows in a file every so many iterations and at the end.
  void checkpoint(Path target, int interval) {
    file = target;
    every = CheckpointWriter.requireInterval(interval);
  }

  /// Goes on from a checkpoint, which must be of this training.
  void resume(Checkpoint checkpoint, boolean moreIterations) {
    checkpoint.requireSame(identity, moreIterations);
    resumed = checkpoint;
  }

  /// At the start, and where there is a checkpoint to go on from: counts its iterations, of which
  /// the listener hears, and makes rows its own.
  ///
  /// @return whether it did
  boolean restore(Rows rows, Workers workers) {
    Checkpoint checkpoint = resumed;
    if (checkpoint == null) {
      return false;
    }
    resumed = null; // a training that starts over does so from nothing
    startsOver = checkpoint.startsOver();
    checkpoint.iterations().forEach(this::report);
    kept = history.size();
    rows.set(checkpoint.rows(), workers);
    return true;
  }

  /// Whether an iteration is to follow: there is at least one.
  boolean goesOn() {
    return history.size() < iterations && (history.isEmpty() || !stop.getAsBoolean());
  }

  /// The number of the iteration to come, from 1.
  int next() {
    return history.size() + 1;
  }

  /// Counts an iteration.
  ///
  /// @param rows as it left them
  void add(Iteration done, Rows rows) {
    report(done);
    if (history.size() - kept >= every) {
      keep(rows);
    }
  }

  private void report(Iteration done) {
    IterationReport report =
        new IterationReport(next(), iterations, done.lossOfUsers, done.loss, done.seconds);
    history.add(report);
    listener.iteration(report);
  }

  /// After the last iteration.
  void end(Rows rows) {
    if (history.size() > kept) {
      keep(rows);
    }
  }

  private void keep(Rows rows) {
    if (file != null) {
      List<Iteration> done =
          history.stream()
              .map(report -> new Iteration(report.lossOfUsers(), report.loss(), report.seconds()))
              .toList();
      try {
        Checkpoint.write(file, identity, startsOver, done, rows);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    kept = history.size();
  }

  /// Forgets the iterations so far: training starts over at half of the learning rate.
  ///
  /// @param learningRate of the training to come
  void startOver(double learningRate) {
    int number = next();
    history.clear();
    kept = 0;
    startsOver++;
    listener.startedOver(number, learningRate);
  }

  /// How often training started over.
  int startsOver() {
    return startsOver;
  }

  /// Every iteration so far.
  List<IterationReport> history() {
    return Collections.unmodifiableList(history);
  }
}
