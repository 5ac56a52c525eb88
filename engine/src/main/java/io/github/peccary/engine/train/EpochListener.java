package io.github.peccary.engine.train;

/// Hears how training goes, on the thread that called it.
@FunctionalInterface
public interface EpochListener {
  /// An epoch has ended.
  void epoch(EpochReport report);

  /// What an epoch has brought.
  ///
  /// @param epoch number of the epoch, from 1
  /// @param epochs how many are planned
  /// @param refit whether this is the second training of `refit`, on all ratings
  /// @param trainRmse error over the epoch's ratings, each measured before its own update
  /// @param holdoutRmse error over the held-out ratings; NaN when there are none
  /// @param holdoutBiasesRmse the same of the damped biases alone: what `holdoutRmse` must beat
  /// @param ratingsPerSecond speed of the epoch's updates
  /// @param secondsLeft time the planned epochs will still take, if none is saved by early stopping
  /// @param diverged whether the epoch was undone, to be repeated at half the learning rate
  record EpochReport(
      int epoch,
      int epochs,
      boolean refit,
      double trainRmse,
      double holdoutRmse,
      double holdoutBiasesRmse,
      double ratingsPerSecond,
      double secondsLeft,
      boolean diverged) {}
}
