package io.github.peccary.engine.evaluate;

import io.github.peccary.engine.evaluate.Baselines.RatingPredictor;
import io.github.peccary.engine.metric.RatingMetrics;
import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.CompressedRows;
import io.github.peccary.engine.ratings.RatingMatrix;
import java.util.Map;

/// The errors of a predictor on the ratings among the scored events of a split.
///
/// Users are summed in pieces of fixed size and the pieces in order, so that the result does not
/// depend on the number of threads.
final class RatingPass {
  /// From how many training ratings on a user counts as known well.
  static final int ACTIVE_RATINGS = 10;

  private static final int USERS_PER_PIECE = 1024;

  private final FactorModel model;
  private final RatingMatrix ratings;
  private final Split split;
  private final Workers workers;

  RatingPass(FactorModel model, RatingMatrix ratings, Split split, Workers workers) {
    this.model = model;
    this.ratings = ratings;
    this.split = split;
    this.workers = workers;
  }

  /// Sums of some users, or of all.
  static final class Errors {
    private final RatingMetrics all = new RatingMetrics();
    private final RatingMetrics clipped = new RatingMetrics();
    private final RatingMetrics active = new RatingMetrics();
    private final RatingMetrics others = new RatingMetrics();
    private long events;
    private long cold;
    private long setAside;

    private void add(Errors other) {
      all.add(other.all);
      clipped.add(other.clipped);
      active.add(other.active);
      others.add(other.others);
      events += other.events;
      cold += other.cold;
      setAside += other.setAside;
    }

    /// How many events are scored.
    long events() {
      return events;
    }

    /// How many of them are ratings.
    long ratings() {
      return all.count();
    }

    /// How many of the ratings are cold.
    long coldRatings() {
      return cold;
    }

    /// How many ratings were not scored as a model before this one may have been trained on them.
    long setAside() {
      return setAside;
    }

    /// Puts the measures that there is something to measure for.
    void report(Map<String, Double> measures) {
      if (all.count() > 0) {
        measures.put("rmse", all.rmse());
        measures.put("mae", all.mae());
        measures.put("rmse[clipped]", clipped.rmse());
      }
      if (active.count() > 0) {
        measures.put("rmse[users>=" + ACTIVE_RATINGS + "]", active.rmse());
      }
      if (others.count() > 0) {
        measures.put("rmse[users<" + ACTIVE_RATINGS + "]", others.rmse());
      }
    }
  }

  Errors score(RatingPredictor predictor) {
    int users = ratings.users();
    Errors[] pieces = new Errors[Math.ceilDiv(users, USERS_PER_PIECE)];
    workers.forRange(
        users,
        USERS_PER_PIECE,
        (from, to) -> {
          Errors errors = new Errors();
          for (int user = from; user < to; user++) {
            score(predictor, user, errors);
          }
          pieces[from / USERS_PER_PIECE] = errors;
        });
    Errors total = new Errors();
    for (Errors piece : pieces) {
      total.add(piece);
    }
    return total;
  }

  private void score(RatingPredictor predictor, int user, Errors errors) {
    CompressedRows rows = ratings.byUser();
    int modelUser = split.modelUser(user);
    int trainingRatings = split.trainingRatings(user);
    for (long position = rows.start(user); position < rows.end(user); position++) {
      int item = rows.index(position);
      float value = rows.value(position);
      if (!split.scores(user, item, value)) {
        errors.setAside += split.setsAside(user, item, value) ? 1 : 0;
        continue;
      }
      errors.events++;
      if (!ratings.isRating(value)) {
        continue;
      }
      int modelItem = split.modelItem(item);
      float predicted = predictor.predict(modelUser, modelItem);
      errors.all.add(predicted, value);
      errors.clipped.add(model.clip(predicted), value);
      if (trainingRatings >= 0) {
        (trainingRatings >= ACTIVE_RATINGS ? errors.active : errors.others).add(predicted, value);
      }
      errors.cold += Baselines.isCold(model, modelUser, modelItem) ? 1 : 0;
    }
  }
}
