package io.github.peccary.engine.evaluate;

import io.github.peccary.engine.evaluate.Baselines.ItemRanker;
import io.github.peccary.engine.metric.Bootstrap.Interval;
import io.github.peccary.engine.model.HistoryLength;
import io.github.peccary.engine.parallel.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// How far up a ranker puts the items to be found.
///
/// All items of the model are ranked, never a sample of them: sampled candidates can turn the order
/// of two models around (W. Krichene, S. Rendle: On sampled metrics for item recommendation, KDD
/// 2020). Users may be sampled, which only widens the error of the mean; those with the smallest
/// hashes of their indexes are taken, the same ones in every evaluation of the split.
final class RankingPass {
  private final Split split;
  private final int k;
  private final Workers workers;
  private final int rankable;
  private final int[] users;
  private final int[] popularity;
  private final HistoryLength[] histories; // of each ranked user
  private final BitSet had = new BitSet();
  private final Map<String, RankingScores> scores = new LinkedHashMap<>();

  /// @param userCount how many users the file has
  /// @param items how many items the model has
  /// @param maxUsers how many to rank at most
  RankingPass(Split split, int userCount, int items, int k, int maxUsers, Workers workers) {
    this.split = split;
    this.k = k;
    this.workers = workers;
    int[] all =
        split.ranks()
            ? IntStream.range(0, userCount)
                .filter(user -> split.relevant(user).length > 0)
                .toArray()
            : new int[0];
    rankable = all.length;
    users = all.length <= maxUsers ? all : sample(all, maxUsers);
    popularity =
        users.length == 0 ? new int[0] : IntStream.range(0, items).map(split::popularity).toArray();
    histories = new HistoryLength[users.length];
    for (int place = 0; place < users.length; place++) {
      BitSet seen = split.seen(users[place]);
      had.or(seen);
      histories[place] = HistoryLength.of(seen.cardinality());
    }
  }

  private static int[] sample(int[] users, int count) {
    long[] keys = new long[users.length];
    for (int i = 0; i < users.length; i++) {
      keys[i] = (long) hash(users[i]) << Integer.SIZE | users[i];
    }
    Arrays.sort(keys);
    return Arrays.stream(keys, 0, count).mapToInt(key -> (int) key).sorted().toArray();
  }

  /// The finalizer of MurmurHash3: every bit of the user decides on every bit of the hash.
  private static int hash(int user) {
    int hash = user;
    hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
    hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
    return hash ^ (hash >>> 16);
  }

  /// How many users have something to find.
  int rankableUsers() {
    return rankable;
  }

  /// How many of them are ranked.
  int rankedUsers() {
    return users.length;
  }

  /// The items that any of them had before.
  BitSet had() {
    return had;
  }

  /// How many events of each item were seen before the scored ones; of none, if there are no
  /// users.
  int[] popularity() {
    return popularity;
  }

  /// Ranks all users and puts the measures of this ranker; none if there are no users.
  void score(String name, ItemRanker ranker, Map<String, Double> measures) {
    if (users.length == 0) {
      return;
    }
    RankingScores ofRanker = new RankingScores(users.length, k, popularity);
    workers.forRange(
        users.length,
        1,
        (from, to) -> {
          for (int place = from; place < to; place++) {
            int user = users[place];
            int[] top = ranker.rank(split.modelUser(user), k, split.seen(user));
            ofRanker.add(place, top, split.relevant(user));
          }
        });
    ofRanker.report(measures);
    scores.put(name, ofRanker);
  }

  /// The measures of all rankers so far, by the number of items that the users had before; only
  /// classes that have users.
  List<HistoryClass> byHistory() {
    List<HistoryClass> classes = new ArrayList<>();
    for (HistoryLength wanted : HistoryLength.values()) {
      int[] places =
          IntStream.range(0, users.length).filter(place -> histories[place] == wanted).toArray();
      if (places.length > 0) {
        Map<String, Map<String, Double>> models = new LinkedHashMap<>();
        scores.forEach((name, ofRanker) -> models.put(name, ofRanker.means(places)));
        classes.add(new HistoryClass(wanted, places.length, models, intervals(places)));
      }
    }
    return classes;
  }

  /// How sure the means of all rankers so far are.
  Map<String, Map<String, Interval>> intervals() {
    return intervals(IntStream.range(0, users.length).toArray());
  }

  private Map<String, Map<String, Interval>> intervals(int[] places) {
    Map<String, Map<String, Interval>> intervals = new LinkedHashMap<>();
    scores.forEach((name, ofRanker) -> intervals.put(name, ofRanker.intervals(places)));
    return intervals;
  }
}
