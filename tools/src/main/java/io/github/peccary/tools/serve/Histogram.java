package io.github.peccary.tools.serve;

import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;

/// Durations, counted in buckets; without a lock.
final class Histogram {
  private static final double[] BOUNDS = {
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 10
  };

  private final LongAdder[] counts = new LongAdder[BOUNDS.length + 1];
  private final LongAdder nanos = new LongAdder();

  Histogram() {
    for (int bucket = 0; bucket < counts.length; bucket++) {
      counts[bucket] = new LongAdder();
    }
  }

  void add(long duration) {
    int bucket = 0;
    while (bucket < BOUNDS.length && duration > BOUNDS[bucket] * 1e9) {
      bucket++;
    }
    counts[bucket].increment();
    nanos.add(duration);
  }

  /// Appends it in the text format of Prometheus.
  ///
  /// @param labels such as `route="/health"`
  void appendTo(StringBuilder text, String name, String labels) {
    long sum = 0;
    for (int bucket = 0; bucket < counts.length; bucket++) {
      sum += counts[bucket].sum();
      String bound = bucket < BOUNDS.length ? Double.toString(BOUNDS[bucket]) : "+Inf";
      text.append("%s_bucket{%s,le=\"%s\"} %d\n".formatted(name, labels, bound, sum));
    }
    text.append(String.format(Locale.ROOT, "%s_sum{%s} %.9f\n", name, labels, nanos.sum() * 1e-9));
    text.append("%s_count{%s} %d\n".formatted(name, labels, sum));
  }
}
