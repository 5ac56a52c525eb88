package io.github.peccary.engine.recommend;

import io.github.peccary.engine.model.Blend;
import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.FoldIn;
import io.github.peccary.engine.model.HistoryLength;
import io.github.peccary.engine.model.ItemIndex;
import java.lang.foreign.Arena;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Exact top-K over all items of a model, without a look at most of them: see [PrunedScan].
///
/// Rankings are total: higher score first, of equal scores the lower item index, and `k` results
/// whenever `k` items are allowed. Thread-safe; a call holds little more than its result. It lives
/// as long as the model, which the caller closes.
public final class Recommender {
  /// [#similar(int, int)] prefers items with at least this many events: after one or two ratings an
  /// item's direction is that of the few users who gave them, and would match theirs exactly.
  public static final int SIMILAR_PREFERRED_EVENTS = 5;

  /// The tier of items that nothing is known of.
  private static final int LAST_TIER = 2;

  /// Where at most one item of so many is allowed, each of these is scored.
  private static final int FEW_ALLOWED = 16;

  private final FactorModel model;
  private final @Nullable Blend blend;
  private final FactorMatrix items;
  private final ItemIndex index;

  /// A recommender over all items of `model`, by its [Blend] if it has one.
  public Recommender(FactorModel model) {
    this(model, model.blend());
  }

  /// A recommender that goes by the factors alone.
  public static Recommender withoutBlend(FactorModel model) {
    return new Recommender(model, null);
  }

  private Recommender(FactorModel model, @Nullable Blend blend) {
    this.model = model;
    this.blend = blend;
    items = model.itemFactors();
    index = model.itemIndex();
  }

  /// The model whose items are recommended.
  public FactorModel model() {
    return model;
  }

  /// The best items that the user has not seen.
  public List<ScoredItem> recommend(int user, int k) {
    return recommend(user, k, ItemFilter.unseen());
  }

  /// The items with the highest scores: `μ + ⟨user row, item row⟩`, or as the [Blend] says, by what
  /// the user has seen.
  ///
  /// Items that were never trained come after all others: their score says nothing about them. A
  /// user who was never trained gets the ranking by item bias, or the popular items.
  ///
  /// @param k how many items, at least 1
  public List<ScoredItem> recommend(int user, int k, ItemFilter filter) {
    Objects.checkIndex(user, model.users());
    IntPredicate allowed =
        filter.leavesOutSeen() && model.hasSeen()
            ? item -> filter.allows(item) && !model.seen(user, item)
            : filter::allows;
    int[] history = blend == null ? new int[0] : model.seenItems(user);
    return recommend(user, history, k, filter, allowed);
  }

  /// The same where a user is known to have had these items and no others, whatever the model says;
  /// they are left out.
  ///
  /// @param had indexes of items
  public List<ScoredItem> recommend(int user, int k, BitSet had) {
    Objects.checkIndex(user, model.users());
    int[] history = had.stream().toArray();
    return recommend(user, history, k, ItemFilter.all(), item -> !had.get(item));
  }

  private List<ScoredItem> recommend(
      int user, int[] history, int k, ItemFilter filter, IntPredicate allowed) {
    return recommend(model.userFactors(), user, history, k, filter, allowed);
  }

  /// The same for a user who is not in the model, from the row that the user's events give. The
  /// items of these events are what the user has seen.
  ///
  /// @param user folded into the model of this recommender
  /// @param k how many items, at least 1
  public List<ScoredItem> recommend(FoldIn user, int k, ItemFilter filter) {
    if (user.model() != model) {
      throw new IllegalArgumentException(
          "the user must be folded into this model: model=%s, the user's=%s"
              .formatted(model.path(), user.model().path()));
    }
    IntPredicate allowed =
        filter.leavesOutSeen()
            ? item -> filter.allows(item) && !user.hasEvent(item)
            : filter::allows;
    return recommend(user.row(), 0, user.items(), k, filter, allowed);
  }

  /// What contributes most to the score of an item: of the user's events, see
  /// [FoldIn#contributions], with a [Blend] also by how similar their items are to it; and then its
  /// popularity.
  ///
  /// @param most how many events at most
  public Reasons reasons(FoldIn user, int item, int most) {
    int[] own = user.items();
    double[] contributions = user.contributions(item);
    double popularity = 0;
    if (blend != null) {
      Blend.Weights weights = blend.weights(HistoryLength.of(own.length));
      for (int event = 0; event < own.length; event++) {
        contributions[event] =
            weights.factors() * contributions[event]
                + weights.neighbors() * blend.neighbors().similarity(own[event], item);
      }
      popularity = (double) weights.popularity() * blend.events(item);
    }
    return Reasons.of(own, contributions, popularity, most);
  }

  private List<ScoredItem> recommend(
      FactorMatrix rows, int row, int[] history, int k, ItemFilter filter, IntPredicate allowed) {
    Ranking ranking =
        new Ranking(
            Math.min(k, model.items()),
            LAST_TIER + 1,
            allowed,
            item -> model.itemTrained(item) ? tier(item, filter) : LAST_TIER);
    return ranked(Scoring.ofRow(model, blend, rows, row, history), ranking, filter);
  }

  /// The items most like this one, those with [#SIMILAR_PREFERRED_EVENTS] events first.
  public List<ScoredItem> similar(int item, int k) {
    return similar(item, k, ItemFilter.all().preferEvents(SIMILAR_PREFERRED_EVENTS));
  }

  /// The same by cosine, with a filter.
  public List<ScoredItem> similar(int item, int k, ItemFilter filter) {
    return similar(item, k, filter, Similarity.COSINE);
  }

  /// The items with the highest similarity to this one over the factor columns; biases and constant
  /// columns have no part in it, and the item itself is left out.
  ///
  /// Items whose factors are all zero have no direction: they come after all others, with score 0.
  /// What a user has seen does not matter here.
  ///
  /// @param k how many items, at least 1
  public List<ScoredItem> similar(int item, int k, ItemFilter filter, Similarity by) {
    Objects.checkIndex(item, model.items());
    Ranking ranking =
        new Ranking(
            Math.min(k, model.items()),
            LAST_TIER + 1,
            other -> other != item && filter.allows(other),
            other -> Scoring.inverseNorm(items, other) > 0 ? tier(other, filter) : LAST_TIER);
    float scale =
        switch (by) {
          case COSINE -> Scoring.inverseNorm(items, item);
          case INNER_PRODUCT -> items.squaredNorm(item) > 0 ? 1 : 0;
        };
    if (scale == 0) { // so is every score, and the lowest indexes are first
      for (int other = 0; !ranking.isFullBefore(1) && other < items.rows(); other++) {
        ranking.offer(other, 0);
      }
      return ranking.ranked();
    }
    FactorMatrix row = FactorMatrix.allocate(Arena.ofAuto(), 1, items.rank());
    for (int column = 0; column < items.rank(); column++) {
      row.set(0, column, items.get(item, column) * scale);
    }
    return ranked(Scoring.similarity(by, items, row), ranking, filter);
  }

  private int tier(int item, ItemFilter filter) {
    return model.itemPopularity(item) >= filter.preferredEvents() ? 0 : 1;
  }

  private List<ScoredItem> ranked(Scoring scoring, Ranking ranking, ItemFilter filter) {
    if (filter.allowedItems() <= items.rows() / FEW_ALLOWED) {
      for (int item = filter.nextCandidate(0, items.rows());
          item < items.rows();
          item = filter.nextCandidate(item + 1, items.rows())) {
        ranking.offer(item, scoring.score(item));
      }
      return ranking.ranked();
    }
    NeighborSums exceptions = scoring.exceptions();
    for (int place = 0; place < exceptions.size(); place++) {
      int item = exceptions.item(place);
      ranking.offer(item, scoring.score(item));
    }
    new PrunedScan(index, scoring.bound(), items.stride(), filter.preferredEvents())
        .run(
            ranking,
            item -> {
              if (!exceptions.contains(item)) {
                ranking.offer(item, scoring.score(item));
              }
            });
    for (int item = 0; !ranking.isFullBefore(LAST_TIER) && item < items.rows(); item++) {
      if (!model.itemTrained(item) && !exceptions.contains(item)) {
        ranking.offer(item, scoring.score(item));
      }
    }
    return ranking.ranked();
  }
}
