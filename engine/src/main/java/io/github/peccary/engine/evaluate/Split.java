package io.github.peccary.engine.evaluate;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.ratings.CompressedRows;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.IdDictionary;
import io.github.peccary.engine.ratings.PairFilter;
import io.github.peccary.engine.ratings.RatingMatrix;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Which events of a file are scored, what counts as seen before, and where its users and items are
/// in the model. To score an event is to look for it in a ranking and, if it is a rating, to
/// measure the error.
///
/// - [Kind#HELD_OUT]: the file that the model was trained from, without a refit. Scored is what was
///   held out; everything else was seen. Where training started from a model, ratings that one
///   before may have been trained on are *set aside*: not scored, but seen.
/// - [Kind#TRAINING]: the same file after training on all of it. All ratings are scored, or all
///   events where the model was trained for rankings; none of them is news to the model, so there
///   is nothing to rank.
/// - [Kind#FOREIGN]: another file, matched by id. The same are scored; seen is what the model says
///   that its users had.
final class Split {
  enum Kind {
    HELD_OUT,
    TRAINING,
    FOREIGN
  }

  private final FactorModel model;
  private final RatingMatrix ratings;
  private final Kind kind;
  private final Holdout holdout;
  private final int @Nullable [] modelUsers;
  private final int @Nullable [] modelItems;
  private final @Nullable PairFilter earlier;
  private final long[] userHashes;
  private final long[] itemHashes;

  private Split(FactorModel model, RatingMatrix ratings, Kind kind, Holdout holdout) {
    this.model = model;
    this.ratings = ratings;
    this.kind = kind;
    this.holdout = holdout;
    boolean foreign = kind == Kind.FOREIGN;
    modelUsers = foreign ? matched(ratings.userIds(), model.userIds()) : null;
    modelItems = foreign ? matched(ratings.itemIds(), model.itemIds()) : null;
    earlier = kind == Kind.TRAINING ? null : model.earlier();
    userHashes = earlier == null ? new long[0] : PairFilter.hashes(ratings.userIds());
    itemHashes = earlier == null ? new long[0] : PairFilter.hashes(ratings.itemIds());
  }

  static Split of(FactorModel model, RatingMatrix ratings) {
    if (!ratings.fingerprint().equals(model.ratingsFingerprint())) {
      return new Split(model, ratings, Kind.FOREIGN, Holdout.none());
    }
    String held = model.holdout();
    boolean all = model.refit() || held.equals(Holdout.none().toString());
    return all
        ? new Split(model, ratings, Kind.TRAINING, Holdout.none())
        : new Split(model, ratings, Kind.HELD_OUT, Holdout.parse(held, ratings));
  }

  private static int[] matched(IdDictionary ids, IdDictionary others) {
    return IntStream.range(0, ids.size()).map(index -> others.indexOf(ids.id(index))).toArray();
  }

  Kind kind() {
    return kind;
  }

  /// @param setAside how many events are
  /// @param scored how many are scored
  String text(long setAside, long scored) {
    Path file = ratings.path().getFileName();
    return switch (kind) {
      case HELD_OUT -> {
        String without =
            setAside == 0
                ? ""
                : ", without %d ratings that an earlier model may have been trained on%s"
                    .formatted(setAside, scored == 0 ? ": none is left" : "");
        yield "holdout: " + holdout + without;
      }
      case TRAINING -> all() + file + ", all of them seen in training";
      case FOREIGN -> all() + file;
    };
  }

  private String all() {
    return model.ranksOnly() ? "all events of " : "all ratings of ";
  }

  /// Whether an event of the file is scored.
  boolean scores(int user, int item, float value) {
    return kind == Kind.HELD_OUT
        ? holdout.contains(user, item, value) && !earlierMayHaveSeen(user, item)
        : model.ranksOnly() || ratings.isRating(value);
  }

  /// Whether an event of the model's own file is known when the scored ones are not.
  private boolean had(int user, int item, float value) {
    return !scores(user, item, value) && !holdout.excludes(user, item, value);
  }

  /// Whether an event would be scored, but for a model before this one.
  boolean setsAside(int user, int item, float value) {
    return kind == Kind.HELD_OUT
        && holdout.contains(user, item, value)
        && earlierMayHaveSeen(user, item);
  }

  private boolean earlierMayHaveSeen(int user, int item) {
    return earlier != null && earlier.contains(userHashes[user], itemHashes[item]);
  }

  /// The user's index in the model, -1 if the model does not know the user.
  int modelUser(int user) {
    return modelUsers == null ? user : modelUsers[user];
  }

  /// The item's index in the model, -1 if the model does not know the item.
  int modelItem(int item) {
    return modelItems == null ? item : modelItems[item];
  }

  /// How many ratings of the user the model was trained on; -1 where the file does not tell.
  int trainingRatings(int user) {
    if (kind == Kind.FOREIGN) {
      return -1;
    }
    CompressedRows rows = ratings.byUser();
    int count = 0;
    for (long position = rows.start(user); position < rows.end(user); position++) {
      float value = rows.value(position);
      boolean training = holdout.trainsOn(user, rows.index(position), value);
      count += ratings.isRating(value) && training ? 1 : 0;
    }
    return count;
  }

  /// Whether rankings can be scored: something is new to the model, and what is not is known.
  boolean ranks() {
    return kind == Kind.HELD_OUT || (kind == Kind.FOREIGN && model.hasSeen());
  }

  /// The items of the model that the user is known to have had before.
  BitSet seen(int user) {
    BitSet seen = new BitSet(model.items());
    forEachHad(modelUser(user), seen::set);
    if (kind == Kind.FOREIGN) {
      CompressedRows rows = ratings.byUser();
      for (long position = rows.start(user); position < rows.end(user); position++) {
        int item = rows.index(position);
        if (earlierMayHaveSeen(user, item) && modelItem(item) >= 0) {
          seen.set(modelItem(item));
        }
      }
    }
    return seen;
  }

  /// Passes on every item that a user of the model had before, by what the model was trained from,
  /// by rising index.
  void forEachHad(int modelUser, IntConsumer to) {
    if (kind == Kind.FOREIGN) {
      Arrays.stream(model.seenItems(modelUser)).forEach(to);
      return;
    }
    CompressedRows rows = ratings.byUser();
    for (long position = rows.start(modelUser); position < rows.end(modelUser); position++) {
      int item = rows.index(position);
      if (had(modelUser, item, rows.value(position))) {
        to.accept(item);
      }
    }
  }

  /// The items to be found for the user: those of the scored events that were not seen before, as
  /// indexes of the model; -1 for each that the model does not know and so cannot find. None for a
  /// user whom the model does not know.
  int[] relevant(int user) {
    int modelUser = modelUser(user);
    if (modelUser < 0) {
      return new int[0];
    }
    CompressedRows rows = ratings.byUser();
    IntStream.Builder relevant = IntStream.builder();
    for (long position = rows.start(user); position < rows.end(user); position++) {
      int item = rows.index(position);
      if (scores(user, item, rows.value(position))) {
        int modelItem = modelItem(item);
        boolean seen =
            kind == Kind.FOREIGN
                && (earlierMayHaveSeen(user, item)
                    || (modelItem >= 0 && model.seen(modelUser, modelItem)));
        if (!seen) {
          relevant.add(modelItem);
        }
      }
    }
    return relevant.build().toArray();
  }

  /// How many events of an item were seen before the scored ones.
  int popularity(int modelItem) {
    if (kind != Kind.HELD_OUT) {
      return model.itemPopularity(modelItem);
    }
    CompressedRows rows = ratings.byItem();
    int events = 0;
    for (long position = rows.start(modelItem); position < rows.end(modelItem); position++) {
      events += had(rows.index(position), modelItem, rows.value(position)) ? 1 : 0;
    }
    return events;
  }
}
