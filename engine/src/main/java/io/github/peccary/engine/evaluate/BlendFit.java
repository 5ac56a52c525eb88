package io.github.peccary.engine.evaluate;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.metric.RankingMetrics;
import io.github.peccary.engine.model.Blend.Weights;
import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.model.HistoryLength;
import io.github.peccary.engine.model.ItemNeighbors;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.Interactions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/// Finds the weights of a [io.github.peccary.engine.model.Blend] that rank best what was left out.
///
/// The plain algorithm: rank all items for each user by each of some dozens of candidates, and for
/// each [HistoryLength] take the candidate with the highest NDCG@100 of the one item left out.
///
/// 1. The parts of a score differ by orders of magnitude from data to data. Each is measured in its
///    mean over events that it was learnt from, and the candidates are ratios of these.
/// 2. Classes are small and hits are rare. A candidate's sum over the users of a class is therefore
///    joined by [#SHRINKAGE] times its mean over all users: a class goes its own way as far as it
///    has users to show for it.
/// 3. A candidate that has put a hundred items before the one left out is out for this user. As
///    items come by falling popularity, most are out after some blocks.
final class BlendFit {
  /// Length of the rankings that are compared: long, as hits among the first ten are rare.
  static final int DEPTH = 100;

  /// How many users all the others stand for in a class.
  private static final double SHRINKAGE = 1000;

  private static final int BLOCK = 1024;

  /// In means over events; the popularity of the first only breaks ties.
  private static final double[] OF_POPULARITY = {1e-6, 0.001, 0.003, 0.01, 0.03, 0.1};

  private static final double[] OF_NEIGHBORS = {0, 1, 3, 10, 30};

  private final FactorMatrix users;
  private final FactorMatrix items;
  private final Interactions had;
  private final ItemNeighbors neighbors;
  private final int[] leftOut;
  private final Kernels kernels;
  private final float[] events;
  private final List<Weights> candidates;

  private BlendFit(
      FactorMatrix users,
      FactorMatrix items,
      Interactions had,
      ItemNeighbors neighbors,
      int[] leftOut) {
    this.users = users;
    this.items = items;
    this.had = had;
    this.neighbors = neighbors;
    this.leftOut = leftOut;
    kernels = Kernels.forRank(items.rank());
    events = new float[had.items()];
    for (int item = 0; item < events.length; item++) {
      events[item] = had.users(item);
    }
    candidates = candidates(units());
  }

  /// Finds the weights.
  ///
  /// @param users rows, learnt from `had`
  /// @param items rows, learnt from `had`
  /// @param had what users had but for what was left out
  /// @param neighbors found from `had`
  /// @param leftOut by user, the item that was left out; -1 for none
  static Map<HistoryLength, Weights> fit(
      FactorMatrix users,
      FactorMatrix items,
      Interactions had,
      ItemNeighbors neighbors,
      int[] leftOut,
      Workers workers) {
    BlendFit fit = new BlendFit(users, items, had, neighbors, leftOut);
    return fit.best(fit.gains(workers));
  }

  /// Of what each part is measured in: its mean over the events of users with an item left out.
  private Weights units() {
    double factors = 0;
    double similarities = 0;
    double popularity = 0;
    long count = 0;
    for (int user = 0; user < leftOut.length; user++) {
      long end = leftOut[user] < 0 ? had.start(user) : had.end(user);
      for (long position = had.start(user); position < end; position++) {
        int item = had.item(position);
        factors += dot(user, item);
        popularity += events[item];
        count++;
        for (long at = neighbors.start(item); at < neighbors.end(item); at++) {
          similarities += had.had(user, neighbors.item(at)) ? neighbors.similarity(at) : 0;
        }
      }
    }
    return new Weights(
        inverse(factors, count), inverse(similarities, count), inverse(popularity, count));
  }

  private float dot(int user, int item) {
    return kernels.dot(
        users.segment(), users.rowOffset(user), items.segment(), items.rowOffset(item));
  }

  /// 1 where there is nothing to measure.
  private static float inverse(double sum, long count) {
    return sum > 0 ? (float) (count / sum) : 1;
  }

  /// The first is taken where nothing tells them apart.
  private static List<Weights> candidates(Weights units) {
    List<Weights> candidates = new ArrayList<>();
    candidates.add(scaled(units, 1, 3, 0.01));
    for (double popularity : OF_POPULARITY) {
      for (double neighbor : OF_NEIGHBORS) {
        candidates.add(scaled(units, 1, neighbor, popularity));
      }
      candidates.add(scaled(units, 0, 1, popularity));
    }
    candidates.add(scaled(units, 0, 0, 1));
    return candidates;
  }

  private static Weights scaled(
      Weights units, double factors, double neighbors, double popularity) {
    return new Weights(
        (float) (factors * units.factors()),
        (float) (neighbors * units.neighbors()),
        (float) (popularity * units.popularity()));
  }

  /// The gain of each candidate for each user with an item left out; null for the others.
  private double[][] gains(Workers workers) {
    double[][] gains = new double[leftOut.length][];
    AtomicInteger next = new AtomicInteger();
    workers.run(
        worker -> {
          Scan scan = new Scan();
          for (int user = next.getAndIncrement();
              user < leftOut.length;
              user = next.getAndIncrement()) {
            if (leftOut[user] >= 0) {
              gains[user] = scan.gains(user);
            }
          }
        });
    return gains;
  }

  private Map<HistoryLength, Weights> best(double[][] gains) {
    double[] all = new double[candidates.size()];
    Map<HistoryLength, double[]> byLength = new EnumMap<>(HistoryLength.class);
    int count = 0;
    for (int user = 0; user < gains.length; user++) {
      if (gains[user] != null) {
        count++;
        add(gains[user], all);
        add(
            gains[user],
            byLength.computeIfAbsent(
                HistoryLength.of(had.itemCount(user)), length -> new double[all.length]));
      }
    }
    Map<HistoryLength, Weights> best = new EnumMap<>(HistoryLength.class);
    for (HistoryLength length : HistoryLength.values()) {
      double[] sums = all.clone();
      for (int c = 0; c < sums.length; c++) {
        sums[c] *= SHRINKAGE / Math.max(1, count);
      }
      add(byLength.getOrDefault(length, new double[all.length]), sums);
      best.put(length, candidates.get(firstHighest(sums)));
    }
    return best;
  }

  private static void add(double[] numbers, double[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] += numbers[i];
    }
  }

  private static int firstHighest(double[] numbers) {
    int first = 0;
    for (int i = 1; i < numbers.length; i++) {
      first = numbers[i] > numbers[first] ? i : first;
    }
    return first;
  }

  /// The scratch of a worker.
  private final class Scan {
    private final float[] similarities = new float[had.items()];
    private final float[] products = new float[BLOCK];
    private final MemorySegment dots =
        Arena.ofAuto().allocate((long) BLOCK * Float.BYTES, Kernels.SPECIFIED_LANES * 4L);
    private final float[] targets = new float[candidates.size()];
    private final int[] before = new int[candidates.size()]; // items ranked before the one left out

    double[] gains(int user) {
      addSimilarities(user, 1);
      int target = leftOut[user];
      float product = dot(user, target);
      for (int c = 0; c < targets.length; c++) {
        targets[c] = score(candidates.get(c), product, similarities[target], events[target]);
      }
      Arrays.fill(before, 0);
      long position = had.start(user);
      int alive = targets.length;
      for (int first = 0; alive > 0 && first < items.rows(); first += BLOCK) {
        int count = Math.min(BLOCK, items.rows() - first);
        kernels.dots(
            users.segment(),
            users.rowOffset(user),
            items.segment(),
            items.rowOffset(first),
            count,
            dots,
            0);
        MemorySegment.copy(dots, ValueLayout.JAVA_FLOAT, 0, products, 0, count);
        while (position < had.end(user) && had.item(position) < first + count) {
          products[had.item(position++) - first] = Float.NaN; // before nothing
        }
        alive = rank(first, count, target);
      }
      addSimilarities(user, 0);
      double[] gains = new double[targets.length];
      for (int c = 0; c < gains.length; c++) {
        int[] ranks = before[c] < DEPTH ? new int[] {before[c] + 1} : new int[0];
        gains[c] = RankingMetrics.ndcg(ranks, 1, DEPTH);
      }
      return gains;
    }

    /// Adds to the items that are neighbours of the user's, or, with a factor of 0, clears them.
    private void addSimilarities(int user, int factor) {
      for (long position = had.start(user); position < had.end(user); position++) {
        int item = had.item(position);
        for (long at = neighbors.start(item); at < neighbors.end(item); at++) {
          int other = neighbors.item(at);
          similarities[other] = factor == 0 ? 0 : similarities[other] + neighbors.similarity(at);
        }
      }
    }

    private int rank(int first, int count, int target) {
      int alive = 0;
      for (int c = 0; c < targets.length; c++) {
        if (before[c] < DEPTH) {
          before[c] += before(candidates.get(c), targets[c], first, count, target);
          alive += before[c] < DEPTH ? 1 : 0;
        }
      }
      return alive;
    }

    private int before(Weights weights, float score, int first, int count, int target) {
      int higher = 0;
      for (int i = 0; i < count; i++) {
        int item = first + i;
        float other = score(weights, products[i], similarities[item], events[item]);
        higher += other > score || (other == score && item < target) ? 1 : 0;
      }
      return higher;
    }

    private static float score(Weights weights, float product, float similarity, float events) {
      return weights.factors() * product
          + weights.neighbors() * similarity
          + weights.popularity() * events;
    }
  }
}
