package io.github.peccary.engine.model;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.ratings.IdDictionary;
import io.github.peccary.engine.ratings.PairFilter;
import io.github.peccary.engine.ratings.RatingsFormat;
import io.github.peccary.engine.ratings.SortedInts;
import io.github.peccary.engine.ratings.Titles;
import io.github.peccary.engine.storage.CorruptFileException;
import io.github.peccary.engine.storage.ElementType;
import io.github.peccary.engine.storage.TensorFile;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A trained model, mapped from its file: everything that prediction and recommendation need. The
/// tensors and keys are those of [ModelFormat].
///
/// Opening builds nothing on the heap. One instance serves all threads until [#close], after which
/// every access is an `IllegalStateException`.
public final class FactorModel implements AutoCloseable {
  private final TensorFile file;
  private final ModelHeader header;
  private final FactorMatrix users;
  private final FactorMatrix items;
  private final IdDictionary userIds;
  private final IdDictionary itemIds;
  private final @Nullable Titles titles;
  private final @Nullable MemorySegment seenOffsets;
  private final MemorySegment seenItems;
  private final MemorySegment popularity;
  private final @Nullable PairFilter earlier;
  private final @Nullable Blend blend;
  private final @Nullable UserRidge ridge;
  private @Nullable Kernels kernels;
  private @Nullable ItemIndex index;

  private FactorModel(TensorFile file) {
    this.file = file;
    file.requireKind(ModelFormat.KIND);
    header = ModelHeader.read(file);
    users = factors(ModelFormat.USER_FACTORS);
    items = factors(ModelFormat.ITEM_FACTORS);
    userIds = IdDictionary.open(file, RatingsFormat.USER_IDS, users.rows(), Verify.STRUCTURE);
    itemIds = IdDictionary.open(file, RatingsFormat.ITEM_IDS, items.rows(), Verify.STRUCTURE);
    titles = Titles.open(file, items.rows(), Verify.STRUCTURE);
    if (file.contains(ModelFormat.SEEN_OFFSETS)) {
      seenOffsets = file.tensor(ModelFormat.SEEN_OFFSETS, ElementType.I64, users.rows() + 1L);
      seenItems = file.tensor(ModelFormat.SEEN_ITEMS, ElementType.I32, -1);
    } else {
      seenOffsets = null;
      seenItems = MemorySegment.NULL;
    }
    popularity = file.tensor(ModelFormat.ITEM_POPULARITY, ElementType.I32, items.rows());
    earlier = PairFilter.open(file);
    blend = Blend.open(file, items.rows());
    index = ItemIndex.open(file, items.rows(), header.rank());
    ridge = UserRidge.read(file, header.rank() + (header.biases() ? 1 : 0));
    file.tensor(ModelFormat.USER_BIASES, ElementType.F32, users.rows());
    file.tensor(ModelFormat.ITEM_BIASES, ElementType.F32, items.rows());
  }

  /// Maps a model with all checks; they read the whole file, on all cores.
  ///
  /// @throws CorruptFileException if the file is no model, or not one that can be relied on
  public static FactorModel open(Path path) throws IOException {
    return open(path, Verify.CHECKSUMS);
  }

  /// Maps a model. Sizes, metadata and the ends of all offsets are always checked; checksums, and
  /// every number that there is a rule about, if `verify` asks for them.
  ///
  /// @throws CorruptFileException if the file is no model, or not one that can be relied on
  public static FactorModel open(Path path, Verify verify) throws IOException {
    TensorFile file = TensorFile.open(path, verify);
    try {
      FactorModel model = new FactorModel(file);
      ModelCheck check = new ModelCheck(model);
      check.ends();
      if (verify == Verify.CHECKSUMS) {
        check.everything();
      }
      return model;
    } catch (Throwable e) {
      file.close();
      throw e;
    }
  }

  private FactorMatrix factors(String tensor) {
    MemorySegment segment = file.tensor(tensor, ElementType.F32, -1, header.stride());
    long rows = segment.byteSize() / Float.BYTES / header.stride();
    if (rows < 1 || rows > Integer.MAX_VALUE - 8) {
      throw new CorruptFileException(
          file.path(), "tensor " + tensor + " must have from 1 to 2^31 - 9 rows: rows=" + rows);
    }
    return FactorMatrix.of(segment, (int) rows, header.rank());
  }

  /// `μ + ⟨user row, item row⟩`, as it is: not bound to the rating scale; see [#clip].
  public float predict(int user, int item) {
    Objects.checkIndex(user, users.rows());
    Objects.checkIndex(item, items.rows());
    return header.globalMean()
        + kernels()
            .dot(users.segment(), users.rowOffset(user), items.segment(), items.rowOffset(item));
  }

  /// Not with the file: the vector classes take longer to load than the file to open. Threads that
  /// race here find the same object.
  private Kernels kernels() {
    Kernels known = kernels;
    if (known == null) {
      known = Kernels.forRank(header.rank());
      kernels = known;
    }
    return known;
  }

  /// The rating nearest to `score` on the scale of the training data.
  public float clip(float score) {
    return Math.clamp(score, header.minRating(), header.maxRating());
  }

  /// Whether the user had ratings in training; if not, the row is zero and [#predict] is `μ + b_i`.
  public boolean userTrained(int user) {
    return users.hasOther(user, header.rank() + 1);
  }

  /// Whether the item had ratings in training; if not, the row is zero and [#predict] is `μ + b_u`.
  public boolean itemTrained(int item) {
    return items.hasOther(item, header.rank());
  }

  /// Number of users.
  public int users() {
    return users.rows();
  }

  /// Number of items.
  public int items() {
    return items.rows();
  }

  /// Number of factor columns.
  public int rank() {
    return header.rank();
  }

  /// Floats in a row.
  public int stride() {
    return header.stride();
  }

  /// μ, to which a product of rows is added: the rating to expect where neither user nor item had
  /// any in training, or 0 for a model without biases.
  public float globalMean() {
    return header.globalMean();
  }

  /// Whether the two columns after the factors are biases.
  public boolean hasBiases() {
    return header.biases();
  }

  /// What the model was trained for, `rating` or `ranking`.
  public String objective() {
    return file.metadata(ModelFormat.OBJECTIVE);
  }

  /// Whether scores only order the items of a user, and are no ratings.
  public boolean ranksOnly() {
    return objective().equals(ModelFormat.RANKING);
  }

  /// One row per user.
  public FactorMatrix userFactors() {
    return users;
  }

  /// One row per item.
  public FactorMatrix itemFactors() {
    return items;
  }

  /// The users' ids, as in the ratings file.
  public IdDictionary userIds() {
    return userIds;
  }

  /// The items' ids, as in the ratings file.
  public IdDictionary itemIds() {
    return itemIds;
  }

  /// The items' titles, if the ratings file had any.
  public @Nullable Titles titles() {
    return titles;
  }

  /// Whether the file holds what each user has seen: all of the user's events in the ratings file,
  /// implicit ones and held-out ones included.
  public boolean hasSeen() {
    return seenOffsets != null;
  }

  /// The position of the user's first seen item.
  ///
  /// @throws IllegalStateException if the file holds no seen items
  public long seenStart(int user) {
    return seenOffset(user);
  }

  /// The position after the user's last seen item.
  ///
  /// @throws IllegalStateException if the file holds no seen items
  public long seenEnd(int user) {
    return seenOffset(user + 1);
  }

  /// i64, one more than users.
  ///
  /// @throws IllegalStateException if the file holds no seen items
  MemorySegment seenOffsets() {
    if (seenOffsets == null) {
      throw new IllegalStateException(
          "the model must hold what its users have seen; train it without --no-seen ("
              + path()
              + ")");
    }
    return seenOffsets;
  }

  /// i32, the seen items of all users.
  MemorySegment seenItems() {
    return seenItems;
  }

  /// i32, one per item.
  MemorySegment popularity() {
    return popularity;
  }

  /// The number of seen items of all users; 0 if the file holds none.
  long seenCount() {
    return seenItems.byteSize() / Integer.BYTES;
  }

  /// Some position, where the offsets were not checked and are wrong.
  private long seenOffset(int row) {
    return Math.clamp(seenOffsets().getAtIndex(ValueLayout.JAVA_LONG, row), 0, seenCount());
  }

  /// The item at a position of the seen items; those of a user ascend.
  public int seenItem(long position) {
    return seenItems.getAtIndex(ValueLayout.JAVA_INT, position);
  }

  /// Whether the user has seen the item.
  ///
  /// @throws IllegalStateException if the file holds no seen items
  public boolean seen(int user, int item) {
    return SortedInts.position(seenItems, seenStart(user), seenEnd(user), item) >= 0;
  }

  /// The items that the user has seen, ascending. Where contents were not checked and are wrong,
  /// numbers that are none are left out.
  ///
  /// @throws IllegalStateException if the file holds no seen items
  public int[] seenItems(int user) {
    long start = seenStart(user);
    int[] seen = new int[Math.toIntExact(Math.max(0, seenEnd(user) - start))];
    int count = 0;
    int before = -1;
    for (int i = 0; i < seen.length; i++) {
      int item = seenItem(start + i);
      if (item > before && item < items()) {
        seen[count++] = item;
        before = item;
      }
    }
    return Arrays.copyOf(seen, count);
  }

  /// The pairs that the models before this one may have been trained on, where training started
  /// from a model: what that one had seen, and what those before it had. Null for a model that
  /// learnt from scratch.
  public @Nullable PairFilter earlier() {
    return earlier;
  }

  /// What rankings go by besides the factors; null for nothing.
  public @Nullable Blend blend() {
    return blend;
  }

  /// What the best items of a user are found with, built now where the file does not hold it.
  public synchronized ItemIndex itemIndex() {
    if (index == null) {
      index = ItemIndexBuilder.build(users, items, hasBiases(), this::itemPopularity, blend);
    }
    return index;
  }

  /// The same, null where the file does not hold it and it was not built yet.
  synchronized @Nullable ItemIndex storedIndex() {
    return index;
  }

  /// Whether users who are not in the model can be folded in: see [FoldIn].
  public boolean canFoldIn() {
    return ridge != null;
  }

  /// What the row of a user is solved with.
  ///
  /// @throws IllegalStateException if the file does not hold it
  public UserRidge ridge() {
    if (ridge == null) {
      throw new IllegalStateException(
          "the model must hold what a user's row is solved with (user_ridge), as those for ratings"
              + " with an l2 above 0 do, and those for rankings by ials; train it again ("
              + path()
              + ")");
    }
    return ridge;
  }

  /// Events of the item in the ratings file, implicit ones and held-out ones included.
  public int itemPopularity(int item) {
    return popularity.getAtIndex(ValueLayout.JAVA_INT, item);
  }

  /// The damped biases of the training ratings, the baseline of every evaluation; a copy on the
  /// heap.
  public DampedBiases biases() {
    return new DampedBiases(
        header.ratingMean(),
        biases(ModelFormat.USER_BIASES).toArray(ValueLayout.JAVA_FLOAT),
        biases(ModelFormat.ITEM_BIASES).toArray(ValueLayout.JAVA_FLOAT));
  }

  /// f32, one per row.
  MemorySegment biases(String tensor) {
    return file.tensor(tensor, ElementType.F32, -1);
  }

  /// The fingerprint of the ratings file that the model was trained from.
  public String ratingsFingerprint() {
    return file.metadata(ModelFormat.RATINGS_FINGERPRINT);
  }

  /// Which ratings, or which events, were held out, as `Holdout.parse` reads it.
  public String holdout() {
    return file.metadata(ModelFormat.HOLDOUT);
  }

  /// Whether the model was trained again on all ratings, the held-out ones included.
  public boolean refit() {
    return header.refit();
  }

  /// The smallest rating of the training data's scale.
  public float minRating() {
    return header.minRating();
  }

  /// The largest rating of the training data's scale.
  public float maxRating() {
    return header.maxRating();
  }

  /// All metadata: training settings, metrics reached, counts.
  public Map<String, String> metadata() {
    return file.metadata();
  }

  /// The identity of the model: of every row and id, and of what scores are counted from.
  public String fingerprint() {
    return file.fingerprint(ModelFormat.GLOBAL_MEAN);
  }

  /// Where the file was when it was opened.
  public Path path() {
    return file.path();
  }

  /// Unmaps the file.
  @Override
  public void close() {
    file.close();
  }
}
