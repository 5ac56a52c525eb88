package io.github.peccary.tools.batch;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.TextColumn;
import io.github.peccary.engine.recommend.Recommender;
import io.github.peccary.engine.recommend.ScoredItem;
import io.github.peccary.engine.storage.PartialFile;
import java.io.IOException;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/// Recommends to every user of a model, in the model's order.
///
/// A chunk of users is ranked and put into words by all workers, a group of users in each buffer,
/// and the buffers are written in order: so no byte depends on threads, and no more than a chunk is
/// in memory. What is written, and how far it has come, is kept every second ([BatchFile]).
public final class Batch {
  private static final int CHUNK_USERS = 4096;

  /// Chunks have fewer users where `k` is large.
  private static final int CHUNK_ROWS = 1 << 18;

  /// Users of one buffer, at most.
  private static final int GROUP_USERS = 32;

  private static final int GROUPS_PER_THREAD = 4;
  private static final int DIGEST_BYTES = 8;

  /// Of what is written: a run of another one is begun anew.
  private static final String VERSION = "1";

  private final FactorModel model;
  private final Recommender recommender;
  private final BatchConfig config;
  private final TextColumn userIds;
  private final TextColumn itemIds;
  private final int chunkUsers;
  private final long keepNanos;
  private final BatchFormat format;

  /// Is told how far a run has come.
  public interface Listener {
    /// Called before the first user of this run, and after every chunk.
    void users(int done);
  }

  /// A run over `model`, which the caller closes.
  public Batch(FactorModel model, BatchConfig config) {
    this(
        model,
        config,
        Math.max(config.threads(), Math.min(CHUNK_USERS, CHUNK_ROWS / config.k())),
        TimeUnit.SECONDS.toNanos(1));
  }

  /// @param keepNanos from one time that its state is kept to the next
  Batch(FactorModel model, BatchConfig config, int chunkUsers, long keepNanos) {
    this.model = model;
    this.config = config;
    this.chunkUsers = chunkUsers;
    this.keepNanos = keepNanos;
    format = config.format();
    recommender = config.blended() ? new Recommender(model) : Recommender.withoutBlend(model);
    userIds = model.userIds().ids();
    itemIds = model.itemIds().ids();
  }

  /// Whether an earlier run to this output has left something to go on from.
  public static boolean canResume(BatchConfig config) {
    return Files.exists(config.statePath()) && Files.exists(PartialFile.path(config.output()));
  }

  /// Runs until every user is done, or until `stop`.
  ///
  /// @param resume go on from what an earlier run has left
  /// @param stop is asked before every chunk
  /// @throws io.github.peccary.tools.Refusal if that run was another one
  /// @throws IOException if the output cannot be written; what was kept stays to go on from
  public BatchReport run(boolean resume, Listener listener, BooleanSupplier stop)
      throws IOException {
    long start = System.nanoTime();
    try (Workers workers = new Workers(config.threads());
        BatchFile file = open(resume)) {
      int resumed = file.done();
      listener.users(resumed);
      Utf8Buffer[] groups = buffers();
      while (file.done() < model.users() && !stop.getAsBoolean()) {
        int first = file.done();
        int end = Math.min(model.users(), first + chunkUsers);
        long rows = rank(workers, groups, first, end);
        file.append(groups, end, rows);
        listener.users(end);
      }
      file.end(model.users());
      double seconds = (System.nanoTime() - start) * 1e-9;
      return new BatchReport(model.users(), file.done(), resumed, file.rows(), seconds);
    }
  }

  private BatchFile open(boolean resume) throws IOException {
    Map<String, String> settings = settings();
    if (resume) {
      return BatchFile.resume(config, settings, model.users(), keepNanos);
    }
    Utf8Buffer beginning = new Utf8Buffer();
    format.begin(beginning);
    return BatchFile.begin(config, settings, beginning, keepNanos);
  }

  private Utf8Buffer[] buffers() {
    int groups = Math.min(chunkUsers, GROUPS_PER_THREAD * config.threads());
    int size = Math.min(GROUP_USERS, chunkUsers / groups);
    Utf8Buffer[] buffers = new Utf8Buffer[(chunkUsers + size - 1) / size];
    Arrays.setAll(buffers, group -> new Utf8Buffer());
    return buffers;
  }

  /// Puts users `first … end − 1` into words, a group of them in each buffer, and returns how many
  /// items they got.
  private long rank(Workers workers, Utf8Buffer[] groups, int first, int end) {
    int size = (chunkUsers + groups.length - 1) / groups.length;
    AtomicLong rows = new AtomicLong();
    workers.forRange(
        groups.length,
        1,
        (from, to) -> {
          for (int group = from; group < to; group++) {
            groups[group].clear();
            long groupFirst = first + (long) group * size;
            long groupEnd = Math.min(end, groupFirst + size);
            for (long user = groupFirst; user < groupEnd; user++) {
              List<ScoredItem> items =
                  recommender.recommend((int) user, config.k(), config.filter());
              format.user(groups[group], userIds.utf8((int) user), items, itemIds);
              rows.getAndAdd(items.size());
            }
          }
        });
    return rows.get();
  }

  /// All that the bytes of the output follow from, as it is told where it differs.
  private Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("version", VERSION);
    settings.put("model", model.fingerprint());
    settings.put("k", String.valueOf(config.k()));
    settings.put("format", format.name());
    settings.put("blend", String.valueOf(config.blended() && model.blend() != null));
    settings.put("includeSeen", String.valueOf(!config.filter().leavesOutSeen()));
    settings.put("allowed", allowed());
    return settings;
  }

  /// How many items the lists allow, and a digest of which.
  private String allowed() {
    BitSet items = new BitSet(model.items());
    for (int item = 0; item < model.items(); item++) {
      items.set(item, config.filter().allows(item));
    }
    try {
      byte[] sha = MessageDigest.getInstance("SHA-256").digest(items.toByteArray());
      String digest = HexFormat.of().formatHex(sha, 0, DIGEST_BYTES);
      return "%d of %d items (%s)".formatted(items.cardinality(), model.items(), digest);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
