package io.github.peccary.engine.train;

import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.IdDictionary;
import io.github.peccary.engine.ratings.PairFilter;
import io.github.peccary.engine.ratings.RatingMatrix;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.function.IntPredicate;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/// The model that a training starts from, seen from the new ratings: who of their users and items
/// is known to it, by id.
final class Predecessor {
  private static final int GRAIN = 256;

  private final FactorModel model;
  private final int[] users;
  private final int[] items;
  private final long[] userHashes;
  private final long[] itemHashes;
  private final PairFilter earlier;

  /// Finds everybody's id in the model.
  ///
  /// @throws IllegalArgumentException if the model's rows are not of the kind that `config` trains
  Predecessor(FactorModel model, RatingMatrix ratings, TrainConfig config, Workers workers) {
    requireFit(model, config);
    this.model = model;
    users = numbers(ratings.userIds(), model.userIds(), model::userTrained, workers);
    items = numbers(ratings.itemIds(), model.itemIds(), model::itemTrained, workers);
    userHashes = PairFilter.hashes(ratings.userIds());
    itemHashes = PairFilter.hashes(ratings.itemIds());
    earlier = PairFilter.of(to -> keys(to, workers), model.earlier());
  }

  private static void requireFit(FactorModel model, TrainConfig config) {
    if (!model.objective().equals("rating")) {
      throw new IllegalArgumentException(
          "the model to start from must be trained for ratings: objective=%s; give another one (%s)"
              .formatted(model.objective(), model.path()));
    }
    if (model.rank() != config.rank()) {
      throw new IllegalArgumentException(
          "the rank must be that of the model to start from: rank=%d, the model's=%d; give --rank %d (%s)"
              .formatted(config.rank(), model.rank(), model.rank(), model.path()));
    }
    if (model.hasBiases() != config.biases()) {
      throw new IllegalArgumentException(
          "biases must be those of the model to start from: biases=%s, the model's=%s; %s (%s)"
              .formatted(
                  config.biases(),
                  model.hasBiases(),
                  model.hasBiases() ? "leave out --no-biases" : "give --no-biases",
                  model.path()));
    }
  }

  /// Of each id, its number in the model; -1 if it has none, or no ratings there.
  private static int[] numbers(
      IdDictionary ids, IdDictionary known, IntPredicate trained, Workers workers) {
    int[] numbers = new int[ids.size()];
    workers.forRange(
        numbers.length,
        GRAIN,
        (from, to) -> {
          for (int number = from; number < to; number++) {
            int found = known.indexOf(ids.id(number));
            numbers[number] = found >= 0 && trained.test(found) ? found : -1;
          }
        });
    return numbers;
  }

  /// Everything that the model itself may have been trained on: what users have seen, or all pairs
  /// of those it was trained on, if it does not hold that.
  private void keys(LongConsumer to, Workers workers) {
    long[] ofUsers = PairFilter.hashes(model.userIds());
    long[] ofItems = PairFilter.hashes(model.itemIds());
    BitSet trainedItems = new BitSet();
    IntStream.range(0, ofItems.length).filter(model::itemTrained).forEach(trainedItems::set);
    if (!model.hasSeen()) {
      trainedItems.stream().forEach(item -> to.accept(PairFilter.anyUser(ofItems[item])));
    }
    workers.forRange(
        ofUsers.length,
        GRAIN,
        (from, end) -> {
          for (int user = from; user < end; user++) {
            if (!model.userTrained(user)) {
              continue;
            }
            if (!model.hasSeen()) {
              to.accept(PairFilter.anyItem(ofUsers[user]));
              continue;
            }
            for (long at = model.seenStart(user); at < model.seenEnd(user); at++) {
              int item = Math.max(0, model.seenItem(at)); // where nothing was checked
              if (trainedItems.get(item)) {
                to.accept(PairFilter.pair(ofUsers[user], ofItems[item]));
              }
            }
          }
        });
  }

  /// The pairs that the model, or one before it, may have been trained on.
  PairFilter earlier() {
    return earlier;
  }

  /// Whether the model, or one before it, may have been trained on a rating of this pair.
  ///
  /// @param user number in the new ratings
  /// @param item the same
  boolean mayHaveSeen(int user, int item) {
    return earlier.contains(userHashes[user], itemHashes[item]);
  }

  /// Sets the rows of all who are known, so that the scores are those of the model: the difference
  /// between its mean and that of the new ratings goes to the biases, half to either side.
  ///
  /// @param mean what scores of the new rows are counted from
  void fill(Rows rows, RatedRows ratedUsers, RatedRows ratedItems, float mean) {
    for (int row = 0; row < rows.users().rows(); row++) {
      copyUser(ratedUsers.numbers()[row], rows.users(), row, mean);
    }
    for (int row = 0; row < rows.items().rows(); row++) {
      copyItem(ratedItems.numbers()[row], rows.items(), row, mean);
    }
  }

  /// Sets the rows of those who are known and have no ratings now, but events.
  ///
  /// @param all one row for each user of the new ratings
  void fillUnratedUsers(FactorMatrix all, RatedRows rated, float mean) {
    for (int number = 0; number < all.rows(); number++) {
      if (rated.rows()[number] < 0) {
        copyUser(number, all, number, mean);
      }
    }
  }

  /// The same for items.
  void fillUnratedItems(FactorMatrix all, RatedRows rated, float mean) {
    for (int number = 0; number < all.rows(); number++) {
      if (rated.rows()[number] < 0) {
        copyItem(number, all, number, mean);
      }
    }
  }

  private void copyUser(int number, FactorMatrix to, int row, float mean) {
    copy(model.userFactors(), users[number], to, row, to.rank(), mean);
  }

  private void copyItem(int number, FactorMatrix to, int row, float mean) {
    copy(model.itemFactors(), items[number], to, row, to.rank() + 1, mean);
  }

  private void copy(
      FactorMatrix from, int fromRow, FactorMatrix to, int row, int biasColumn, float mean) {
    if (fromRow >= 0) {
      MemorySegment.copy(
          from.segment(),
          from.rowOffset(fromRow),
          to.segment(),
          to.rowOffset(row),
          to.rowOffset(1));
      if (model.hasBiases()) {
        to.set(row, biasColumn, to.get(row, biasColumn) + (model.globalMean() - mean) / 2);
      }
    }
  }
}
