package io.github.peccary.engine.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.FoldIn;
import io.github.peccary.engine.model.Models;
import io.github.peccary.engine.ratings.CompressedRows;
import io.github.peccary.engine.ratings.EventTimes;
import io.github.peccary.engine.ratings.IdDictionary;
import io.github.peccary.engine.ratings.PairFilter;
import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrices.Triple;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.ratings.Titles;
import io.github.peccary.engine.ratings.Zero;
import io.github.peccary.engine.recommend.ItemFilter;
import io.github.peccary.engine.recommend.Recommender;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// Every kind of file that is read: how a small one is made, and how one is opened and used.
@SuppressWarnings("ImmutableEnumChecker") // the functions have no state
enum FileKind {
  RATINGS(FileKind::writeRatings, FileKind::useRatings),
  MODEL(FileKind::writeModel, FileKind::useModel);

  /// Makes a good file.
  private interface Writer {
    void write(Path file) throws IOException;
  }

  private interface User {
    /// Opens the file, tells `opened`, calls whatever a program would, and closes it.
    void use(Path file, Verify verify, Runnable opened) throws IOException;
  }

  private final Writer writer;
  private final User user;

  FileKind(Writer writer, User user) {
    this.writer = writer;
    this.user = user;
  }

  void write(Path file) throws IOException {
    writer.write(file);
  }

  /// Opens the file and calls whatever a program would. Of a file whose checksums were verified
  /// everything must be true that its format says.
  ///
  /// @param opened is run between the two
  void use(Path file, Verify verify, Runnable opened) throws IOException {
    user.use(file, verify, opened);
  }

  private static void writeRatings(Path file) throws IOException {
    List<Triple> triples = new ArrayList<>(RatingMatrices.random(9, 7, 0.5, 3));
    triples.add(RatingMatrices.triple("Zoë \uD83D\uDC17 of a long name", "i1", 7.5));
    triples.add(RatingMatrices.triple("u1", "ж", 1));
    RatingMatrices.write(
        file,
        triples,
        Zero.IMPLICIT,
        Map.of("i1", "A title", "ж", "Ж"),
        triple -> 874_724_710L + triple.hashCode() % 1_000,
        Map.of("peccary.source", "books.db"));
  }

  private static void writeModel(Path file) throws IOException {
    Path ratings = file.resolveSibling("ratings-of-" + file.getFileName());
    writeRatings(ratings);
    try (RatingMatrix matrix = RatingMatrix.open(ratings, Verify.CHECKSUMS)) {
      Models.of(matrix, 1)
          .trainedUsers(user -> user != 3)
          .trainedItems(item -> item != 2)
          .blended()
          .earlier(PairFilter.of(to -> LongStream.range(0, 30).forEach(to), null))
          .write(file);
    }
  }

  private static void useRatings(Path file, Verify verify, Runnable opened) throws IOException {
    try (RatingMatrix matrix = RatingMatrix.open(file, verify)) {
      opened.run();
      boolean verified = verify == Verify.CHECKSUMS;
      useIds(matrix.userIds(), verified);
      useIds(matrix.itemIds(), verified);
      useRows(matrix.byUser(), verified);
      useRows(matrix.byItem(), verified);
      useTitles(matrix.titles(), matrix.items());
      useTimes(matrix, verified);
      assertThat(matrix.ratings() + matrix.implicitEvents()).isEqualTo(matrix.events());
      assertThat(matrix.minRating()).isNotEqualTo(Float.POSITIVE_INFINITY);
      assertThat(matrix.fingerprint()).hasSize(64);
    }
  }

  private static void useModel(Path file, Verify verify, Runnable opened) throws IOException {
    try (FactorModel model = FactorModel.open(file, verify)) {
      opened.run();
      boolean verified = verify == Verify.CHECKSUMS;
      useIds(model.userIds(), verified);
      useIds(model.itemIds(), verified);
      useTitles(model.titles(), model.items());
      PairFilter earlier = model.earlier();
      long[] users = PairFilter.hashes(model.userIds());
      long[] items = PairFilter.hashes(model.itemIds());
      Recommender recommender = new Recommender(model);
      if (model.canFoldIn()) {
        FoldIn folded = new FoldIn(model, new int[] {model.items() / 2}, new float[] {9});
        int recommended = recommender.recommend(folded, 3, ItemFilter.unseen()).size();
        check(!verified || recommended == Math.min(3, model.items() - 1), "%d", recommended);
        check(folded.contributions(0).length == 1, "contributions of %s", folded);
      }
      for (int user = 0; user < model.users(); user++) {
        int unseen = model.items();
        for (int item = 0; item < model.items(); item++) {
          model.clip(model.predict(user, item));
          unseen -= model.hasSeen() && model.seen(user, item) ? 1 : 0;
        }
        model.userTrained(user);
        if (earlier != null) { // another name, and it is no filter
          earlier.contains(users[user], items[user % items.length]);
        }
        if (user % 4 == 0) {
          int found = recommender.recommend(user, 3).size();
          check(!verified || found == Math.min(3, unseen), "recommended=%d", found);
        }
      }
      for (int item = 0; item < model.items(); item++) {
        model.itemTrained(item);
        check(!verified || model.itemPopularity(item) >= 0, "popularity of item %d", item);
      }
      int found = recommender.similar(model.items() / 2, 3).size();
      check(!verified || found == Math.min(3, model.items() - 1), "similar=%d", found);
      assertThat(model.biases().user()).hasSize(model.users());
    }
  }

  private static void useIds(IdDictionary ids, boolean verified) {
    for (int index = 0; index < ids.size(); index++) {
      int found = ids.indexOf(ids.id(index));
      check(!verified || found == index, "id %d is found at %d", index, found);
    }
    for (String id : List.of("", "u1", "~", "\uD83D\uDC17")) {
      int found = ids.indexOf(id);
      check(found >= -1 && found < ids.size(), "found=%d", found);
      check(!verified || found < 0 || ids.id(found).equals(id), "another is found at %d", found);
    }
  }

  private static void useRows(CompressedRows rows, boolean verified) {
    long entries = 0;
    for (int row = 0; row < rows.rows(); row++) {
      for (long position = rows.start(row); position < rows.end(row); position++) {
        int index = rows.index(position);
        float value = rows.value(position);
        check(!verified || (index >= 0 && index < rows.columns()), "index=%d", index);
        check(!verified || Float.isFinite(value), "value=%s", value);
        entries++;
      }
    }
    check(!verified || entries == rows.entries(), "entries=%d", entries);
  }

  private static void useTimes(RatingMatrix matrix, boolean verified) {
    EventTimes times = matrix.times();
    for (long position = 0; times != null && position < matrix.events(); position++) {
      long time = times.at(position);
      boolean inRange = time >= times.range().earliest() && time <= times.range().latest();
      check(!verified || (inRange && time >= 0 && time < EventTimes.END), "time=%d", time);
    }
  }

  private static void useTitles(@Nullable Titles titles, int items) {
    for (int item = 0; titles != null && item < items; item++) {
      String title = titles.title(item);
      check(title == null || title.length() < 1 << 16, "title of item %d", item);
    }
  }

  /// Here and not by AssertJ: it runs a million times a second.
  private static void check(boolean condition, String message, Object value, Object... more) {
    if (!condition) {
      Object[] values = new Object[1 + more.length];
      values[0] = value;
      System.arraycopy(more, 0, values, 1, more.length);
      throw new AssertionError(message.formatted(values));
    }
  }
}
