package io.github.peccary.engine.recommend;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.model.Blend;
import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.HistoryLength;
import org.jspecify.annotations.Nullable;

/// What an item is worth, and how much at most.
interface Scoring {
  /// The score of an item.
  float score(int item);

  /// Items whose scores may be more than [#bound] says, by what they are similar to.
  default NeighborSums exceptions() {
    return NeighborSums.NONE;
  }

  /// What the scores of all other items are at most.
  ScoreBound bound();

  /// Scores of a user: `μ + ⟨row, item row⟩`, or as a [Blend] says.
  ///
  /// @param rows of the model or of somebody folded in
  /// @param row of the user
  /// @param history the items that the user had
  static Scoring ofRow(
      FactorModel model, @Nullable Blend blend, FactorMatrix rows, int row, int[] history) {
    FactorMatrix items = model.itemFactors();
    Direction direction = Direction.of(rows, row);
    double own = rows.get(row, rows.rank());
    double bias = rows.get(row, rows.rank() + 1);
    Products products = new Products(Kernels.forRank(rows.rank()), rows, row, items);
    if (blend == null) {
      return new Predicted(
          products,
          model.globalMean(),
          new ScoreBound(direction, model.globalMean(), own, bias, 0, direction.norm(), true));
    }
    Blend.Weights weights = blend.weights(HistoryLength.of(history.length));
    double factors = weights.factors();
    return new Blended(
        products,
        blend,
        weights,
        NeighborSums.of(blend.neighbors(), history, items.rows()),
        new ScoreBound(
            direction,
            0,
            factors * own,
            factors * bias,
            weights.popularity(),
            factors * direction.norm(),
            true));
  }

  /// Similarities of the items' factors to a row.
  ///
  /// @param row one row of factors without biases, for cosines of norm 1
  static Scoring similarity(Similarity by, FactorMatrix items, FactorMatrix row) {
    Products products = new Products(Kernels.forRank(items.rank()), row, 0, items);
    Direction direction = Direction.of(row, 0);
    return switch (by) {
      case COSINE -> new Cosine(products, ScoreBound.cosine(direction));
      case INNER_PRODUCT -> new Product(products, ScoreBound.product(direction));
    };
  }

  /// The products of one row with those of the items.
  record Products(Kernels kernels, FactorMatrix rows, int row, FactorMatrix items) {
    float with(int item) {
      return kernels.dot(
          rows.segment(), rows.rowOffset(row), items.segment(), items.rowOffset(item));
    }
  }

  /// Scores that predict a rating.
  record Predicted(Products products, float mean, ScoreBound bound) implements Scoring {
    @Override
    public float score(int item) {
      return mean + products.with(item);
    }
  }

  /// Scores that only rank.
  record Blended(
      Products products,
      Blend blend,
      Blend.Weights weights,
      NeighborSums exceptions,
      ScoreBound bound)
      implements Scoring {
    @Override
    public float score(int item) {
      float score =
          weights.factors() * products.with(item) + weights.popularity() * blend.events(item);
      int place = exceptions.placeOf(item);
      return place < 0 ? score : score + weights.neighbors() * exceptions.sum(place);
    }
  }

  /// Cosines with one direction.
  record Cosine(Products products, ScoreBound bound) implements Scoring {
    @Override
    public float score(int item) {
      // rounding may carry a cosine a little beyond 1
      return Math.clamp(products.with(item) * inverseNorm(products.items, item), -1f, 1f);
    }
  }

  /// Inner products with one row.
  record Product(Products products, ScoreBound bound) implements Scoring {
    @Override
    public float score(int item) {
      return products.with(item);
    }
  }

  /// `1 / ‖factors‖` of a row; 0 where it has no direction.
  static float inverseNorm(FactorMatrix rows, int row) {
    float norm = (float) Math.sqrt(rows.squaredNorm(row));
    return norm >= Float.MIN_NORMAL ? 1 / norm : 0;
  }
}
