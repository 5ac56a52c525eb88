package io.github.peccary.engine.train;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.model.ModelFormat;
import io.github.peccary.engine.storage.CorruptFileException;
import io.github.peccary.engine.storage.ElementType;
import io.github.peccary.engine.storage.TensorFile;
import io.github.peccary.engine.storage.TensorFileWriter;
import io.github.peccary.engine.storage.TensorSpec;
import io.github.peccary.engine.storage.Verify;
import io.github.peccary.engine.train.Progress.Epoch;
import io.github.peccary.engine.train.RankingProgress.Iteration;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A training between two epochs, mapped from its file: a safetensors file of kind [#KIND] with
/// these tensors. Users and items are those who have ratings, in the order of the ratings file; for
/// rankings they are all, the items of sampled methods in the order in which these deal them.
///
/// | tensor | type | shape | what it is |
/// |---|---|---|---|
/// | `user_rows` | f32 | users × stride | as the last epoch left them, biases included |
/// | `item_rows` | f32 | items × stride | the same |
/// | `best_user_rows` | f32 | users × stride | of the best epoch so far |
/// | `best_item_rows` | f32 | items × stride | the same |
///
/// Where the last epoch is the best, as in every training for rankings, the two `best` tensors have
/// no rows; in the second training of `refit`, they are of the first. The metadata have the
/// objective, the fingerprint of the ratings, every setting (`peccary.train.…`) and what each epoch
/// brought (`peccary.epoch.…`, `peccary.refitEpoch.…`), those undone included. For rankings they
/// tell how often training started over (`peccary.startsOver`), and the epochs are those since. The
/// rest of a training follows from these: the best error, the learning rate with its halvings, the
/// order of the tiles, what is drawn.
public final class Checkpoint implements AutoCloseable {
  /// The kind of file.
  public static final String KIND = "checkpoint";

  static final String EPOCH = "peccary.epoch.";
  static final String REFIT_EPOCH = "peccary.refitEpoch.";

  private static final String STARTS_OVER = "peccary.startsOver";

  /// Metadata: the fingerprint of the model that training started from, or [#NO_MODEL].
  public static final String FROM = TrainingIdentity.SETTING + "from";

  static final String NO_MODEL = "none";

  private static final String USERS = "user_rows";
  private static final String ITEMS = "item_rows";
  private static final String BEST_USERS = "best_user_rows";
  private static final String BEST_ITEMS = "best_item_rows";
  private static final String OF_RATINGS = "trainRmse=%s holdoutRmse=%s seconds=%s";
  private static final String OF_RANKINGS = "lossOfUsers=%s loss=%s seconds=%s";

  private final TensorFile file;
  private final int rank;
  private final Rows rows;
  private final Rows best;
  private final List<Epoch> history;
  private final List<Epoch> refitHistory;
  private final List<Iteration> iterations;
  private final int startsOver;

  /// Makes an epoch of its numbers.
  private interface Numbers<T> {
    T of(double first, double second, double seconds);
  }

  private Checkpoint(TensorFile file) {
    this.file = file;
    file.requireKind(KIND);
    rank = rank(file);
    rows = new Rows(rows(USERS), rows(ITEMS));
    FactorMatrix bestUsers = rows(BEST_USERS);
    FactorMatrix bestItems = rows(BEST_ITEMS);
    boolean lastIsBest = bestUsers.rows() == 0 && bestItems.rows() == 0;
    best = lastIsBest ? rows : new Rows(bestUsers, bestItems);
    if (best.users().rows() != rows.users().rows() || best.items().rows() != rows.items().rows()) {
      throw new CorruptFileException(
          file.path(),
          "the best rows must be as many as the last: users=%d, expected=%d, items=%d, expected=%d"
              .formatted(
                  bestUsers.rows(), rows.users().rows(), bestItems.rows(), rows.items().rows()));
    }
    boolean ofRankings = file.metadata(ModelFormat.OBJECTIVE).equals(ModelFormat.RANKING);
    history = ofRankings ? List.of() : history(EPOCH, OF_RATINGS, Epoch::new);
    refitHistory = ofRankings ? List.of() : history(REFIT_EPOCH, OF_RATINGS, Epoch::new);
    iterations = ofRankings ? history(EPOCH, OF_RANKINGS, Iteration::new) : List.of();
    startsOver = ofRankings ? number(STARTS_OVER) : 0;
  }

  /// Maps a checkpoint and checks all of it.
  ///
  /// @throws CorruptFileException if it is not one as a training writes it
  public static Checkpoint open(Path path) throws IOException {
    TensorFile file = TensorFile.open(path, Verify.CHECKSUMS);
    try {
      return new Checkpoint(file);
    } catch (Throwable e) {
      file.close();
      throw e;
    }
  }

  private static int rank(TensorFile file) {
    String text = file.metadata(TrainingIdentity.SETTING + "rank");
    try {
      return TrainConfig.defaults().withRank(Integer.parseInt(text)).rank();
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(
          file.path(), "the rank must be from 1 to 65536: rank=" + text, e);
    }
  }

  private FactorMatrix rows(String tensor) {
    int stride = Kernels.strideFor(rank);
    MemorySegment segment = file.tensor(tensor, ElementType.F32, -1, stride);
    long count = segment.byteSize() / Float.BYTES / stride;
    if (count > Integer.MAX_VALUE - 8) {
      throw new CorruptFileException(
          file.path(), "tensor " + tensor + " must have at most 2^31 - 9 rows: rows=" + count);
    }
    return FactorMatrix.of(segment, (int) count, rank);
  }

  private <T> List<T> history(String prefix, String format, Numbers<T> epoch) {
    Pattern pattern = Pattern.compile(format.replace("%s", "(\\S+)"));
    List<T> epochs = new ArrayList<>();
    while (file.metadata().containsKey(key(prefix, epochs.size()))) {
      String text = file.metadata(key(prefix, epochs.size()));
      Matcher numbers = pattern.matcher(text);
      try {
        if (!numbers.matches()) {
          throw new NumberFormatException(text);
        }
        epochs.add(
            epoch.of(
                Double.parseDouble(numbers.group(1)),
                Double.parseDouble(numbers.group(2)),
                Double.parseDouble(numbers.group(3))));
      } catch (NumberFormatException e) {
        throw new CorruptFileException(
            file.path(),
            key(prefix, epochs.size()) + " must have the numbers of an epoch: found=" + text,
            e);
      }
    }
    return epochs;
  }

  /// Sorted by text, they are sorted by number.
  private static String key(String prefix, int index) {
    return prefix + String.format(Locale.ROOT, "%06d", index + 1);
  }

  /// Refuses to go on with other data or settings. The number of threads may be another one.
  ///
  /// @param identity as [TrainingIdentity] makes it
  /// @param moreEpochs whether more may be planned, as they may unless the refit for their best
  ///     number has begun
  /// @throws IllegalArgumentException naming the first that differs, and both values
  void requireSame(Map<String, String> identity, boolean moreEpochs) {
    identity.forEach(
        (key, value) -> {
          String found = file.metadata(key);
          boolean more = moreEpochs && key.equals(TrainingIdentity.EPOCHS);
          if (!found.equals(value) && !(more && goesOnTo(value))) {
            String name = key.replaceFirst("^peccary\\.(train\\.)?", "");
            throw new IllegalArgumentException(
                "a resumed training must have the data and settings of its checkpoint: %s=%s, the checkpoint's=%s; give the same, or train from the start without --resume"
                    .formatted(name, value, found));
          }
        });
  }

  private boolean goesOnTo(String epochs) {
    return refitHistory.isEmpty() && Integer.parseInt(epochs) >= number(TrainingIdentity.EPOCHS);
  }

  private int number(String key) {
    String text = file.metadata(key);
    try {
      int number = Integer.parseInt(text);
      if (number < 0) {
        throw new NumberFormatException(text);
      }
      return number;
    } catch (NumberFormatException e) {
      throw new CorruptFileException(
          file.path(), key + " must be a whole number: found=" + text, e);
    }
  }

  /// Whether the second training of `refit` had begun.
  boolean refitting() {
    return !refitHistory.isEmpty();
  }

  /// Every epoch of the first training, those undone included.
  List<Epoch> history() {
    return history;
  }

  /// The same of the second training of `refit`.
  List<Epoch> refitHistory() {
    return refitHistory;
  }

  /// Every iteration of a training for rankings since it last started over.
  List<Iteration> iterations() {
    return iterations;
  }

  /// How often a training for rankings started over.
  int startsOver() {
    return startsOver;
  }

  /// The rows as the last epoch left them.
  Rows rows() {
    return rows;
  }

  /// The rows of the best epoch so far; in a refit, those of the first training.
  Rows best() {
    return best;
  }

  /// Where the file was when it was opened.
  public Path path() {
    return file.path();
  }

  /// The data's fingerprint, the settings and every epoch.
  public Map<String, String> metadata() {
    return file.metadata();
  }

  /// Writes a checkpoint of a training for ratings: all of it or nothing.
  ///
  /// @param identity as [TrainingIdentity] makes it
  /// @param best null where the last epoch is the best
  static void write(
      Path target,
      Map<String, String> identity,
      List<Epoch> history,
      List<Epoch> refitHistory,
      Rows rows,
      @Nullable Rows best)
      throws IOException {
    Map<String, String> metadata = new LinkedHashMap<>(identity);
    put(metadata, EPOCH, history, Checkpoint::text);
    put(metadata, REFIT_EPOCH, refitHistory, Checkpoint::text);
    write(target, metadata, rows, best);
  }

  /// Writes a checkpoint of a training for rankings: all of it or nothing.
  ///
  /// @param identity as [TrainingIdentity] makes it
  static void write(
      Path target,
      Map<String, String> identity,
      int startsOver,
      List<Iteration> iterations,
      Rows rows)
      throws IOException {
    Map<String, String> metadata = new LinkedHashMap<>(identity);
    metadata.put(STARTS_OVER, Integer.toString(startsOver));
    put(metadata, EPOCH, iterations, Checkpoint::text);
    write(target, metadata, rows, null);
  }

  private static void write(
      Path target, Map<String, String> metadata, Rows rows, @Nullable Rows best)
      throws IOException {
    metadata.put(TensorFile.KIND, KIND);
    List<TensorSpec> specs =
        List.of(
            spec(USERS, rows.users(), rows.users().rows()),
            spec(ITEMS, rows.items(), rows.items().rows()),
            spec(BEST_USERS, rows.users(), best == null ? 0 : best.users().rows()),
            spec(BEST_ITEMS, rows.items(), best == null ? 0 : best.items().rows()));
    try (TensorFileWriter file = TensorFileWriter.create(target, metadata, specs)) {
      file.append(USERS, rows.users().segment());
      file.append(ITEMS, rows.items().segment());
      if (best != null) {
        file.append(BEST_USERS, best.users().segment());
        file.append(BEST_ITEMS, best.items().segment());
      }
      file.commit(written -> open(written).close());
    }
  }

  private static TensorSpec spec(String name, FactorMatrix matrix, int rows) {
    return TensorSpec.of(name, ElementType.F32, rows, matrix.stride());
  }

  private static <T> void put(
      Map<String, String> metadata, String prefix, List<T> history, Function<T, String> text) {
    for (int i = 0; i < history.size(); i++) {
      metadata.put(key(prefix, i), text.apply(history.get(i)));
    }
  }

  private static String text(Epoch epoch) {
    return OF_RATINGS.formatted(epoch.trainRmse(), epoch.holdoutRmse(), epoch.seconds());
  }

  private static String text(Iteration done) {
    return OF_RANKINGS.formatted(done.lossOfUsers(), done.loss(), done.seconds());
  }

  /// Unmaps the file.
  @Override
  public void close() {
    file.close();
  }
}
