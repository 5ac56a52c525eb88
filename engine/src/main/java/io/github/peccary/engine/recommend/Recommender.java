package io.github.peccary.engine.recommend;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.model.Blend;
import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.FoldIn;
import io.github.peccary.engine.model.HistoryLength;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Exact top-K over all items of a model: the scores of a block of items by one kernel call into a
/// scratch that stays in the first-level cache, then a comparison with the worst score kept. Only
/// the few items that pass it are asked whether they are allowed.
///
/// Rankings are total: higher score first, of equal scores the lower item index, and `k` results
/// whenever `k` items are allowed. Thread-safe; a call holds no more than its scratch and its
/// result. It lives as long as the model, which the caller closes.
public final class Recommender {
  /// [#similar(int, int)] prefers items with at least this many events: after one or two ratings an
  /// item's direction is that of the few users who gave them, and would match theirs exactly.
  public static final int SIMILAR_PREFERRED_EVENTS = 5;

  private static final int BLOCK_ITEMS = 1024;

  private final FactorModel model;
  private final @Nullable Blend blend;
  private final FactorMatrix items;
  private final Kernels kernels;
  private volatile float @Nullable [] inverseNorms;

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
    kernels = Kernels.forRank(items.rank());
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
    FactorMatrix users = model.userFactors();
    return recommend(users.segment(), users.rowOffset(user), history, k, filter, allowed);
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
    return recommend(user.row().segment(), 0, user.items(), k, filter, allowed);
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
      MemorySegment row,
      long rowOffset,
      int[] history,
      int k,
      ItemFilter filter,
      IntPredicate allowed) {
    Ranking ranking =
        new Ranking(
            Math.min(k, model.items()),
            3,
            allowed,
            item -> model.itemTrained(item) ? tier(item, filter) : 2);
    BlockTask scores = blend == null ? this::addMean : blended(blend, history);
    scan(
        row,
        rowOffset,
        filter,
        (first, count, dots) -> {
          scores.accept(first, count, dots);
          ranking.offer(first, count, dots);
        });
    return ranking.ranked();
  }

  private void addMean(int first, int count, MemorySegment dots) {
    float mean = model.globalMean();
    for (int i = 0; i < count; i++) {
      float dot = dots.getAtIndex(ValueLayout.JAVA_FLOAT, i);
      dots.setAtIndex(ValueLayout.JAVA_FLOAT, i, mean + dot);
    }
  }

  private BlockTask blended(Blend by, int[] history) {
    Blend.Weights weights = by.weights(HistoryLength.of(history.length));
    NeighborSums sums = NeighborSums.of(by.neighbors(), history, items.rows());
    return (first, count, dots) -> {
      for (int i = 0; i < count; i++) {
        float dot = dots.getAtIndex(ValueLayout.JAVA_FLOAT, i);
        float score = weights.factors() * dot + weights.popularity() * by.events(first + i);
        dots.setAtIndex(ValueLayout.JAVA_FLOAT, i, score);
      }
      for (int place = sums.placeOf(first);
          place < sums.size() && sums.item(place) < first + count;
          place++) {
        int at = sums.item(place) - first;
        float score = dots.getAtIndex(ValueLayout.JAVA_FLOAT, at);
        dots.setAtIndex(ValueLayout.JAVA_FLOAT, at, score + weights.neighbors() * sums.sum(place));
      }
    };
  }

  /// The items most like this one, those with [#SIMILAR_PREFERRED_EVENTS] events first.
  public List<ScoredItem> similar(int item, int k) {
    return similar(item, k, ItemFilter.all().preferEvents(SIMILAR_PREFERRED_EVENTS));
  }

  /// The items with the highest cosine to this one over the factor columns; biases and constant
  /// columns have no part in it, and the item itself is left out.
  ///
  /// Items whose factors are all zero have no direction: they come after all others, with score 0.
  /// What a user has seen does not matter here.
  ///
  /// @param k how many items, at least 1
  public List<ScoredItem> similar(int item, int k, ItemFilter filter) {
    Objects.checkIndex(item, model.items());
    float[] inverse = inverseNorms();
    Ranking ranking =
        new Ranking(
            Math.min(k, model.items()),
            3,
            other -> other != item && filter.allows(other),
            other -> inverse[other] > 0 ? tier(other, filter) : 2);
    FactorMatrix direction = FactorMatrix.allocate(Arena.ofAuto(), 1, items.rank());
    for (int column = 0; column < items.rank(); column++) {
      direction.set(0, column, items.get(item, column) * inverse[item]);
    }
    scan(
        direction.segment(),
        0,
        filter,
        (first, count, scores) -> {
          for (int i = 0; i < count; i++) {
            float dot = scores.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            // rounding may carry a cosine a little beyond 1
            scores.setAtIndex(
                ValueLayout.JAVA_FLOAT, i, Math.clamp(dot * inverse[first + i], -1f, 1f));
          }
          ranking.offer(first, count, scores);
        });
    return ranking.ranked();
  }

  private int tier(int item, ItemFilter filter) {
    return model.itemPopularity(item) >= filter.preferredEvents() ? 0 : 1;
  }

  private interface BlockTask {
    /// @param dots one f32 an item, may be overwritten
    void accept(int first, int count, MemorySegment dots);
  }

  private void scan(MemorySegment row, long rowOffset, ItemFilter filter, BlockTask task) {
    // Not confined: the kernel's loop would be compiled for segments with a thread and for the
    // model's without one, and take turns between the two.
    MemorySegment dots = Arena.ofAuto().allocate((long) BLOCK_ITEMS * Float.BYTES, 64);
    int end = items.rows();
    int count;
    for (int first = filter.nextCandidate(0, end);
        first < end;
        first = filter.nextCandidate(first + count, end)) {
      count = Math.min(BLOCK_ITEMS, end - first);
      kernels.dots(row, rowOffset, items.segment(), items.rowOffset(first), count, dots, 0);
      task.accept(first, count, dots);
    }
  }

  private float[] inverseNorms() {
    float[] inverse = inverseNorms;
    if (inverse == null) {
      synchronized (this) {
        inverse = inverseNorms;
        if (inverse == null) {
          inverse = computeInverseNorms();
          inverseNorms = inverse;
        }
      }
    }
    return inverse;
  }

  /// `1 / ‖factors‖` of every item; 0 where there is no direction.
  private float[] computeInverseNorms() {
    float[] inverse = new float[items.rows()];
    for (int item = 0; item < inverse.length; item++) {
      float norm = (float) Math.sqrt(squaredNorm(item));
      inverse[item] = norm >= Float.MIN_NORMAL ? 1 / norm : 0;
    }
    return inverse;
  }

  private double squaredNorm(int item) {
    double sum = 0;
    for (int column = 0; column < items.rank(); column++) {
      double factor = items.get(item, column);
      sum += factor * factor;
    }
    return sum;
  }
}
