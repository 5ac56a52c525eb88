package io.github.peccary.engine.metric;

import java.util.Arrays;

/// How well the first `k` places of one user's ranking are used. An item is relevant or it is not
/// (binary gain).
///
/// Every function takes the same three numbers:
/// - `ranks`: the ranks, counted from 1, of those relevant items that the ranking places, in any
///   order; ranks beyond `k` count as not found, so a list cut at `k` and a full ranking give the
///   same result;
/// - `relevant`: how many relevant items the user has, found or not; at least 1;
/// - `k`: the length of the list, at least 1.
///
/// The result is between 0 and 1 and is averaged over users by the caller. Without ties these are
/// the measures of trec_eval: `ndcg_cut_k`, `recall_k`, `P_k`, `success_k`, and `recip_rank` cut at
/// `k`; its `map_cut_k` differs, see [#averagePrecision].
public final class RankingMetrics {
  private RankingMetrics() {}

  /// Normalised discounted cumulative gain: `Σ 1/log₂(1 + rank)` over the relevant items in the
  /// first `k` places, divided by the same sum for the best ranking possible, whose first `min(k,
  /// relevant)` places are all relevant.
  ///
  /// K. Järvelin, J. Kekäläinen: Cumulated gain-based evaluation of IR techniques. ACM TOIS 20(4),
  /// 2002; with the discount `log₂(1 + rank)` of C. Burges et al., ICML 2005, which is the one in
  /// use today.
  public static double ndcg(int[] ranks, int relevant, int k) {
    check(ranks, relevant, k);
    double gain = 0;
    for (int rank : ranks) {
      gain += rank <= k ? discount(rank) : 0;
    }
    double ideal = 0;
    for (int rank = 1; rank <= Math.min(k, relevant); rank++) {
      ideal += discount(rank);
    }
    return gain / ideal;
  }

  /// The share of the relevant items that are in the first `k` places. With more than `k` relevant
  /// items it cannot reach 1.
  public static double recall(int[] ranks, int relevant, int k) {
    check(ranks, relevant, k);
    return (double) found(ranks, k) / relevant;
  }

  /// The share of the first `k` places that hold a relevant item. With fewer than `k` relevant
  /// items it cannot reach 1.
  public static double precision(int[] ranks, int relevant, int k) {
    check(ranks, relevant, k);
    return (double) found(ranks, k) / k;
  }

  /// `1 / rank` of the first relevant item, 0 when none is in the first `k` places. Its mean over
  /// users is the MRR (E. Voorhees: The TREC-8 question answering track report, 1999).
  public static double reciprocalRank(int[] ranks, int relevant, int k) {
    check(ranks, relevant, k);
    int first = Integer.MAX_VALUE;
    for (int rank : ranks) {
      first = Math.min(first, rank);
    }
    return first <= k ? 1.0 / first : 0;
  }

  /// The precision at the rank of each relevant item in the first `k` places, summed and divided
  /// by `min(k, relevant)`, so that a perfect list has 1. Its mean over users is the MAP.
  ///
  /// C. Manning, P. Raghavan, H. Schütze: Introduction to information retrieval, 2008, section 8.4.
  /// `map_cut_k` of trec_eval divides by all relevant items: with more than `k` it cannot reach 1.
  public static double averagePrecision(int[] ranks, int relevant, int k) {
    check(ranks, relevant, k);
    int[] rising = ranks.clone();
    Arrays.sort(rising);
    double sum = 0;
    for (int i = 0; i < rising.length && rising[i] <= k; i++) {
      sum += (i + 1.0) / rising[i];
    }
    return sum / Math.min(k, relevant);
  }

  /// 1 when a relevant item is in the first `k` places, else 0. Its mean over users is the hit
  /// rate.
  public static double hit(int[] ranks, int relevant, int k) {
    check(ranks, relevant, k);
    return found(ranks, k) > 0 ? 1 : 0;
  }

  private static int found(int[] ranks, int k) {
    int found = 0;
    for (int rank : ranks) {
      found += rank <= k ? 1 : 0;
    }
    return found;
  }

  private static double discount(int rank) {
    return Math.log(2) / Math.log(1.0 + rank);
  }

  private static void check(int[] ranks, int relevant, int k) {
    if (k < 1) {
      throw new IllegalArgumentException("k must be at least 1: k=" + k);
    }
    if (relevant < 1 || relevant < ranks.length) {
      throw new IllegalArgumentException(
          "relevant must count every ranked item, and at least one: relevant="
              + relevant
              + ", ranked="
              + ranks.length);
    }
    for (int rank : ranks) {
      if (rank < 1) {
        throw new IllegalArgumentException("ranks are counted from 1: rank=" + rank);
      }
    }
  }
}
