package io.github.peccary.engine.evaluate;

import io.github.peccary.engine.evaluate.Baselines.ItemRanker;
import io.github.peccary.engine.evaluate.Baselines.RatingPredictor;
import io.github.peccary.engine.model.DampedBiases;
import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.ItemNeighbors;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.Interactions;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.recommend.NeighborSearch;
import io.github.peccary.engine.recommend.Recommender;
import io.github.peccary.engine.recommend.ScoredItem;
import io.github.peccary.engine.recommend.TieOrder;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;

/// Scores a model and the baselines on the same events, in the same way.
///
/// 1. **Which events**: those held out, if the file is the one that the model was trained from;
///    otherwise all ratings, or all events for a model of rankings. See [Split]. Where training
///    started from a model, held-out ratings that this one may have been trained on are not scored:
///    what is left is news to both.
/// 2. **Rating error**: of the score for each as it is, which is also what training reports, and of
///    the score bound to the rating scale. A pair whose user or item had no ratings in training is
///    *cold*: there the score falls back to the biases. A model trained for rankings has no errors,
///    as its scores are no ratings.
/// 3. **Ranking**: all items but those the user had before, with the user's scored events as the
///    items to be found, whatever their value.
/// 4. **Nothing of what is scored is known**, to the model or to a baseline: neither a count nor a
///    mean of it. Nor does it decide on ties, as the numbers of the items would, which follow all
///    events of the file: see [TieOrder].
///
/// The numbers do not depend on the number of threads.
public final class Evaluation {
  /// How many users are ranked at most, unless asked otherwise: seconds, and a standard error of
  /// about 0.01.
  public static final int DEFAULT_RANKED_USERS = 1000;

  private Evaluation() {}

  /// Evaluates `model` on `ratings`, its rankings by its blend if it has one.
  ///
  /// @param k the length of the rankings, at least 1
  /// @param maxRankedUsers how many users to rank at most; the same ones every time
  public static EvaluationReport evaluate(
      FactorModel model, RatingMatrix ratings, int k, int maxRankedUsers, Workers workers) {
    return evaluate(new Recommender(model), ratings, k, maxRankedUsers, workers);
  }

  /// Evaluates the model of `recommender` on `ratings`.
  ///
  /// @param k the length of the rankings, at least 1
  /// @param maxRankedUsers how many users to rank at most; the same ones every time
  public static EvaluationReport evaluate(
      Recommender recommender, RatingMatrix ratings, int k, int maxRankedUsers, Workers workers) {
    requireValid(k, maxRankedUsers);
    FactorModel model = recommender.model();
    Split split = Split.of(model, ratings);
    DampedBiases biases = model.biases();
    RatingPredictor biasPredictor = Baselines.biases(biases);
    RatingPass rating = new RatingPass(model, ratings, split, workers);
    RankingPass ranking =
        new RankingPass(split, ratings.users(), model.items(), k, maxRankedUsers, workers);

    Map<String, Double> ofModel = new LinkedHashMap<>();
    RatingPass.Errors errors = rating.score(Baselines.model(model, biasPredictor));
    if (!model.ranksOnly()) {
      errors.report(ofModel);
    }
    ItemRanker popular = Baselines.byPopularity(ranking.popularity());
    ranking.score("model", ranker(recommender, popular), ofModel);

    Map<String, Double> ofGlobalMean = new LinkedHashMap<>();
    rating.score(Baselines.globalMean(biases.globalMean())).report(ofGlobalMean);

    Map<String, Double> ofBiases = new LinkedHashMap<>();
    rating.score(biasPredictor).report(ofBiases);
    ranking.score("biases", Baselines.byBias(model, biases), ofBiases);

    Map<String, Double> ofPopularity = new LinkedHashMap<>();
    ranking.score("popularity", popular, ofPopularity);

    Map<String, Double> ofItemKnn = new LinkedHashMap<>();
    if (ranking.rankedUsers() > 0) {
      ItemNeighbors neighbors = neighbors(model, split, ranking.had(), workers);
      ranking.score(
          "itemKnn", new NeighborRanker(neighbors, popular, TieOrder.of(model.items())), ofItemKnn);
    }

    Map<String, Map<String, Double>> models = new LinkedHashMap<>();
    models.put("model", ofModel);
    models.put("globalMean", ofGlobalMean);
    models.put("biases", ofBiases);
    models.put("popularity", ofPopularity);
    models.put("itemKnn", ofItemKnn);
    return new EvaluationReport(
        split.text(errors.setAside(), errors.events()),
        k,
        errors.events(),
        errors.ratings(),
        errors.setAside(),
        errors.coldRatings(),
        ranking.rankableUsers(),
        ranking.rankedUsers(),
        models,
        ranking.intervals(),
        ranking.byHistory());
  }

  /// NDCG@k of rankings by the factors of `model` alone, without baselines; NaN if there is nobody
  /// to rank for.
  ///
  /// @param k the length of the rankings, at least 1
  /// @param maxRankedUsers how many users to rank at most; the same ones every time
  static double ndcg(
      FactorModel model, RatingMatrix ratings, int k, int maxRankedUsers, Workers workers) {
    Split split = Split.of(model, ratings);
    RankingPass ranking =
        new RankingPass(split, ratings.users(), model.items(), k, maxRankedUsers, workers);
    Map<String, Double> measures = new LinkedHashMap<>();
    ItemRanker popular = Baselines.byPopularity(ranking.popularity());
    ranking.score("model", ranker(Recommender.withoutBlend(model), popular), measures);
    return measures.getOrDefault("ndcg@" + k, Double.NaN);
  }

  private static void requireValid(int k, int maxRankedUsers) {
    if (k < 1) {
      throw new IllegalArgumentException("k must be at least 1: k=" + k);
    }
    if (maxRankedUsers < 0) {
      throw new IllegalArgumentException(
          "maxRankedUsers must not be negative: maxRankedUsers=" + maxRankedUsers);
    }
  }

  private static ItemNeighbors neighbors(
      FactorModel model, Split split, BitSet items, Workers workers) {
    try (Interactions had = new Interactions(model.users(), model.items(), split::forEachHad)) {
      return NeighborSearch.find(had, items, workers);
    }
  }

  /// To a user without events in training, a model for rankings gives the same score for all items:
  /// they are shown what is popular.
  private static ItemRanker ranker(Recommender recommender, ItemRanker popular) {
    FactorModel model = recommender.model();
    return (user, k, seen) ->
        model.ranksOnly() && !model.userTrained(user)
            ? popular.rank(user, k, seen)
            : recommender.recommend(user, k, seen).stream().mapToInt(ScoredItem::item).toArray();
  }
}
