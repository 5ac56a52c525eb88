package io.github.peccary.engine.evaluate;

import io.github.peccary.engine.metric.Bootstrap;
import io.github.peccary.engine.metric.Bootstrap.Interval;
import io.github.peccary.engine.metric.ExposureMetrics;
import io.github.peccary.engine.metric.RankingMetrics;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;

/// What the rankings of one ranker are worth, user by user, and what they show. Several threads may
/// add users at the same time.
final class RankingScores {
  private static final List<String> MEASURES =
      List.of("ndcg@", "recall@", "precision@", "mrr@", "map@", "hitRate@");

  private final int k;
  private final int[] popularity;
  private final double[][] values; // by measure, then by place among the ranked users
  private final AtomicIntegerArray shown; // by item

  /// @param users how many users are ranked
  /// @param popularity how many events each item has
  RankingScores(int users, int k, int[] popularity) {
    this.k = k;
    this.popularity = popularity;
    values = new double[MEASURES.size()][users];
    shown = new AtomicIntegerArray(popularity.length);
  }

  /// Adds the ranking of one user.
  ///
  /// @param place of the user among those ranked
  /// @param top at most `k` items, best first
  /// @param relevant the items to be found, -1 for each that cannot be
  void add(int place, int[] top, int[] relevant) {
    BitSet wanted = new BitSet();
    Arrays.stream(relevant).filter(item -> item >= 0).forEach(wanted::set);
    int[] ranks =
        IntStream.rangeClosed(1, top.length).filter(rank -> wanted.get(top[rank - 1])).toArray();
    double[] measures = {
      RankingMetrics.ndcg(ranks, relevant.length, k),
      RankingMetrics.recall(ranks, relevant.length, k),
      RankingMetrics.precision(ranks, relevant.length, k),
      RankingMetrics.reciprocalRank(ranks, relevant.length, k),
      RankingMetrics.averagePrecision(ranks, relevant.length, k),
      RankingMetrics.hit(ranks, relevant.length, k)
    };
    for (int m = 0; m < measures.length; m++) {
      values[m][place] = measures[m];
    }
    for (int item : top) {
      shown.incrementAndGet(item);
    }
  }

  /// Puts the means over the users and the measures of what is shown.
  void report(Map<String, Double> measures) {
    measures.putAll(means(IntStream.range(0, values[0].length).toArray()));
    int[] times = IntStream.range(0, shown.length()).map(shown::get).toArray();
    measures.put("coverage@" + k, ExposureMetrics.coverage(times));
    measures.put("gini@" + k, ExposureMetrics.gini(times));
    measures.put("meanPopularity@" + k, ExposureMetrics.meanPopularity(times, popularity));
  }

  /// The means over some users, at least one.
  ///
  /// @param places theirs among those ranked
  Map<String, Double> means(int[] places) {
    Map<String, Double> means = new LinkedHashMap<>();
    for (int m = 0; m < MEASURES.size(); m++) {
      double[] all = values[m];
      double mean = Arrays.stream(places).mapToDouble(place -> all[place]).average().orElseThrow();
      means.put(MEASURES.get(m) + k, mean);
    }
    return means;
  }

  /// The intervals of the same means.
  Map<String, Interval> intervals(int[] places) {
    double[][] some = new double[values.length][];
    for (int m = 0; m < values.length; m++) {
      double[] all = values[m];
      some[m] = Arrays.stream(places).mapToDouble(place -> all[place]).toArray();
    }
    Interval[] bounds = Bootstrap.intervals(some);
    Map<String, Interval> intervals = new LinkedHashMap<>();
    for (int m = 0; m < bounds.length; m++) {
      intervals.put(MEASURES.get(m) + k, bounds[m]);
    }
    return intervals;
  }
}
