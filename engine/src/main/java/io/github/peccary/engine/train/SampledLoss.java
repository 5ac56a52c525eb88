package io.github.peccary.engine.train;

import io.github.peccary.engine.kernel.Elementary;
import io.github.peccary.engine.kernel.Kernels;
import java.util.Arrays;

/// The loss of events against sampled items, a batch of events at a time: a worker's own.
///
/// An event with the score `s₀` against negatives with `s₁ … s_m` has the loss `ln Σ exp sⱼ − s₀`.
/// Its slope along `sⱼ` is `wⱼ`, and `w₀ − 1` along `s₀`, where `wⱼ = exp sⱼ / Σ exp s`. With one
/// negative it is `−ln σ(s₀ − s₁)`, the loss of BPR.
///
/// Numbers lie candidate by candidate, the events themselves first: candidate `j` of event `k` has
/// the place `j · events + k`. So steps on one user's row are far apart, and loops go over events.
final class SampledLoss {
  /// The value of a record that stands for no candidate: its score is −∞ and its weight 0.
  static final float ABSENT = Float.POSITIVE_INFINITY;

  private final int candidates;
  private final float[] weights;
  private final float[] largest;
  private final float[] sums;

  /// @param events of a batch at most
  /// @param candidates of each event, itself included: 2 or more
  SampledLoss(int events, int candidates) {
    this.candidates = candidates;
    weights = new float[events * candidates];
    largest = new float[events];
    sums = new float[events];
  }

  /// Measures a batch, whose slopes can be asked for then.
  ///
  /// @param negated scores with the sign turned, as [Kernels#errors] finds them for the value 0
  /// @return the sum of the losses
  double measure(float[] negated, int events) {
    for (int k = 0; k < events; k++) {
      largest[k] = -negated[k];
    }
    for (int j = 1; j < candidates; j++) {
      int start = j * events;
      for (int k = 0; k < events; k++) {
        largest[k] = Math.max(largest[k], -negated[start + k]);
      }
    }
    Arrays.fill(sums, 0, events, 0f);
    for (int j = 0; j < candidates; j++) {
      int start = j * events;
      for (int k = 0; k < events; k++) {
        weights[start + k] = Elementary.exp(-negated[start + k] - largest[k]);
      }
      for (int k = 0; k < events; k++) {
        sums[k] += weights[start + k];
      }
    }
    double loss = 0;
    for (int k = 0; k < events; k++) {
      loss += Elementary.log(sums[k]) + ((double) largest[k] + negated[k]);
    }
    return loss;
  }

  /// Gives records the value that a step down the loss needs, the slope with its sign turned.
  /// Those of weight 0 move nothing and are left out.
  ///
  /// @param records of the batch measured last, replaced from the front
  /// @return how many there are now
  int steps(long[] records, int events) {
    for (int k = 0; k < events; k++) {
      sums[k] = 1 / sums[k];
      records[k] = withValue(records[k], 1 - weights[k] * sums[k]);
    }
    int count = events;
    for (int j = 1; j < candidates; j++) {
      int start = j * events;
      for (int k = 0; k < events; k++) {
        float weight = weights[start + k] * sums[k];
        records[count] = withValue(records[start + k], -weight);
        count += weight == 0 ? 0 : 1; // NaN is kept, and found at the end of the epoch
      }
    }
    return count;
  }

  private static long withValue(long record, float value) {
    return Kernels.record(Kernels.localUser(record), Kernels.localItem(record), value);
  }
}
