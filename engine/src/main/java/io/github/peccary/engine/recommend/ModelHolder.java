package io.github.peccary.engine.recommend;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.storage.CorruptFileException;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A model at a path, for programs that serve it while it is replaced.
///
/// The file is looked at again when its identity (file key, modification time, size) is not that of
/// the last look. It is then opened, with all checks unless told otherwise, warmed by one
/// recommendation, and takes the place of the model before it, whose mapping the last running call
/// ends. A file that is refused changes nothing and is told once; so is one that there is no memory
/// for.
///
/// Replace the file by renaming another onto it, as everything here that writes models does. If it
/// is cut short in place, the mapping has lost its pages and reading them is an `InternalError`,
/// which [#call] lets through.
///
/// Thread-safe. A call takes no lock and allocates nothing.
public final class ModelHolder implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ModelHolder.class.getName());

  private final Path path;
  private final Listener listener;
  private final Opener opener;
  private final ScheduledExecutorService watcher;
  private @Nullable Identity lookedAt;
  private volatile @Nullable Generation current;
  private volatile Instant loadedAt;
  private volatile long swaps;

  private ModelHolder(Path path, Listener listener, Opener opener) throws IOException {
    this.path = path;
    this.listener = listener;
    this.opener = opener;
    lookedAt = Identity.of(path);
    current = Generation.open(path, opener);
    loadedAt = Instant.now();
    watcher =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("peccary-model-watch").factory());
  }

  /// Opens the model, looks at its path every second and tells nobody.
  ///
  /// @throws IOException as [FactorModel#open(Path)]
  public static ModelHolder open(Path path) throws IOException {
    return open(path, Duration.ofSeconds(1), new Listener() {});
  }

  /// Opens the model and looks at its path once a period.
  ///
  /// @param period from the end of a look to the next, at least a millisecond
  /// @param listener is told by the thread that looks
  /// @throws IOException as [FactorModel#open(Path)]
  public static ModelHolder open(Path path, Duration period, Listener listener) throws IOException {
    return open(path, period, listener, Verify.CHECKSUMS);
  }

  /// The same with other checks, of the first file and of those after it.
  ///
  /// @param verify [Verify#STRUCTURE] opens at once, for files that were verified when they were
  ///     written or copied
  public static ModelHolder open(Path path, Duration period, Listener listener, Verify verify)
      throws IOException {
    return open(path, period, listener, (Opener) file -> FactorModel.open(file, verify));
  }

  static ModelHolder open(Path path, Duration period, Listener listener, Opener opener)
      throws IOException {
    long millis = period.toMillis();
    if (millis < 1) {
      throw new IllegalArgumentException("period must be at least 1 ms: period=" + period);
    }
    ModelHolder holder = new ModelHolder(path, listener, opener);
    var _ =
        holder.watcher.scheduleWithFixedDelay(holder::watch, millis, millis, TimeUnit.MILLISECONDS);
    return holder;
  }

  /// Runs the task on the current model, which stays mapped until the task returns. What it returns
  /// must not read the model. A call within a call may see a newer one.
  ///
  /// @throws IllegalStateException after [#close]
  public <T> T call(Function<Recommender, T> task) {
    Generation generation = enter();
    try {
      return task.apply(generation.recommender);
    } finally {
      generation.leave();
    }
  }

  private Generation enter() {
    while (true) {
      Generation generation = current;
      if (generation == null) {
        throw new IllegalStateException("the model holder must be open (" + path + ")");
      }
      if (generation.enter()) {
        return generation;
      }
    }
  }

  /// Looks at the path now.
  ///
  /// @return whether another model has taken the place of the one before; `false` after [#close]
  public synchronized boolean refresh() {
    Generation before = current;
    if (before == null) {
      return false;
    }
    Identity found = Identity.of(path);
    if (Objects.equals(found, lookedAt)) {
      return false;
    }
    lookedAt = found;
    Generation next;
    try {
      next = Generation.open(path, opener);
    } catch (IOException | RuntimeException e) {
      listener.refused(path, e);
      return false;
    } catch (Error e) {
      // such as one for lack of memory: the old model is as good as before
      listener.refused(
          path,
          new IOException(
              "the model must be opened without an error: error=%s; free memory (%s)"
                  .formatted(e, path),
              e));
      return false;
    }
    current = next;
    loadedAt = Instant.now();
    swaps++;
    before.leave();
    listener.swapped(next.recommender.model());
    return true;
  }

  /// A look that fails is not the last one, not even by an Error: the executor would drop the rest.
  private void watch() {
    try {
      refresh();
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.WARNING, "a model listener failed (" + path + ")", e);
    }
  }

  /// How often another model has taken the place of the one before.
  public long swaps() {
    return swaps;
  }

  /// When the current model was opened.
  public Instant loadedAt() {
    return loadedAt;
  }

  /// Stops looking. The model is unmapped when the running calls have ended.
  @Override
  public synchronized void close() {
    watcher.shutdown();
    Generation last = current;
    if (last != null) {
      current = null;
      last.leave();
    }
  }

  /// Maps a model.
  interface Opener {
    FactorModel open(Path path) throws IOException;
  }

  /// Is told what becomes of the files at the path; by one thread at a time, before the next look.
  public interface Listener {
    /// Calls are answered by this model from now on. It is closed when the next takes its place: do
    /// not keep it.
    default void swapped(FactorModel model) {}

    /// The file is not one that can be served, or there is none: the old model stays in use.
    default void refused(Path path, Exception why) {}
  }

  /// One model, with the number of those who use it: the running calls, and the holder while it is
  /// the current one.
  private static final class Generation {
    private final Recommender recommender;
    private final AtomicInteger users = new AtomicInteger(1);

    private Generation(Recommender recommender) {
      this.recommender = recommender;
    }

    static Generation open(Path path, Opener opener) throws IOException {
      try {
        return warmed(opener.open(path));
      } catch (InternalError e) {
        throw new CorruptFileException(
            path, "the file must not be cut short while it is read; rename a whole one to it", e);
      }
    }

    private static Generation warmed(FactorModel model) {
      try {
        Recommender recommender = new Recommender(model);
        recommender.recommend(model.users() / 2, 1); // the first users have the most events
        return new Generation(recommender);
      } catch (Throwable e) {
        model.close();
        throw e;
      }
    }

    /// @return whether it is still mapped
    boolean enter() {
      int now = users.get();
      while (now > 0 && !users.compareAndSet(now, now + 1)) {
        now = users.get();
      }
      return now > 0;
    }

    void leave() {
      if (users.decrementAndGet() == 0) {
        recommender.model().close();
      }
    }
  }

  /// What tells a file from the one that was at its path before.
  private record Identity(@Nullable Object key, FileTime modified, long bytes) {

    /// @return null if there is nothing that can be looked at
    static @Nullable Identity of(Path path) {
      try {
        BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
        return new Identity(file.fileKey(), file.lastModifiedTime(), file.size());
      } catch (IOException e) {
        return null;
      }
    }
  }
}
