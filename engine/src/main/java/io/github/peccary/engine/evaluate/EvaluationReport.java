package io.github.peccary.engine.evaluate;

import io.github.peccary.engine.metric.Bootstrap.Interval;
import java.util.List;
import java.util.Map;

/// What an evaluation found.
///
/// @param split which events were scored, in words: those held out from training, or all of a file
/// @param k the length of the rankings
/// @param events how many events were scored: rankings are to find them
/// @param ratings how many of them are ratings, which have errors
/// @param setAside how many held-out ratings were not scored, as a model that training started from
///     may have been trained on them; where none is left, there are no measures
/// @param coldRatings those among them whose user or item had no ratings in training, for which the
///     model falls back to the biases
/// @param rankableUsers users with something to find: at least one event of the split that is not
///     among what they are known to have seen
/// @param rankedUsers how many of them were ranked
/// @param models the measures by name, for `model`, `globalMean`, `biases`, `popularity` and
///     `itemKnn` in this order. Ratings: `rmse` and `mae` of the scores as they are,
///     `rmse[clipped]` of the scores bound to the rating scale, and `rmse[users>=10]`,
///     `rmse[users<10]` by the user's number of ratings in training, where it is known. Rankings,
///     means over the ranked users: `ndcg@k`, `recall@k`, `precision@k`, `mrr@k`, `map@k`,
///     `hitRate@k`, of [io.github.peccary.engine.metric.RankingMetrics]; and of what is shown to
///     them, `coverage@k`, `gini@k` and `meanPopularity@k` of
///     [io.github.peccary.engine.metric.ExposureMetrics]. A measure without anything to measure is
///     absent
/// @param intervals the bounds of the means over users, by model and by measure
/// @param history the same measures by what the users had before
public record EvaluationReport(
    String split,
    int k,
    long events,
    long ratings,
    long setAside,
    long coldRatings,
    int rankableUsers,
    int rankedUsers,
    Map<String, Map<String, Double>> models,
    Map<String, Map<String, Interval>> intervals,
    List<HistoryClass> history) {}
