package io.github.peccary.tools.batch;

import io.github.peccary.engine.storage.PartialFile;
import io.github.peccary.tools.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// The output while it is in the making, with its state beside it.
///
/// Bytes reach the disk before the state that counts them; what was written after the last state is
/// cut off by the run that goes on.
final class BatchFile implements AutoCloseable {
  private final BatchConfig config;
  private final Map<String, String> settings;
  private final PartialFile file;
  private final long keepNanos;
  private int done;
  private long rows;
  private long keptAt = System.nanoTime();

  private BatchFile(
      BatchConfig config, Map<String, String> settings, PartialFile file, long keepNanos) {
    this.config = config;
    this.settings = settings;
    this.file = file;
    this.keepNanos = keepNanos;
  }

  private static Path target(BatchConfig config) {
    return config.output().toAbsolutePath();
  }

  /// Begins anew. From here on there is a state, that of no users.
  static BatchFile begin(
      BatchConfig config, Map<String, String> settings, Utf8Buffer beginning, long keepNanos)
      throws IOException {
    BatchFile file = new BatchFile(config, settings, PartialFile.begin(target(config)), keepNanos);
    try {
      file.file.append(beginning.toWrite());
      file.keep();
      return file;
    } catch (Throwable e) {
      file.close();
      throw e;
    }
  }

  /// Goes on from the state of an earlier run.
  ///
  /// @throws Refusal if it had other settings, or was not left so
  static BatchFile resume(
      BatchConfig config, Map<String, String> settings, int users, long keepNanos)
      throws IOException {
    Path path = config.statePath();
    BatchState state = BatchState.read(path);
    state.requireSame(settings, path);
    if (state.done() > users) {
      throw BatchState.damaged(path);
    }
    PartialFile part = PartialFile.resume(target(config), state.bytes(), state.crc32c());
    BatchFile file = new BatchFile(config, settings, part, keepNanos);
    file.done = state.done();
    file.rows = state.rows();
    return file;
  }

  int done() {
    return done;
  }

  long rows() {
    return rows;
  }

  /// Appends a chunk of users.
  ///
  /// @param end users that are done with it
  /// @param chunkRows how many rows they are
  void append(Utf8Buffer[] groups, int end, long chunkRows) throws IOException {
    for (Utf8Buffer group : groups) {
      file.append(group.toWrite());
    }
    done = end;
    rows += chunkRows;
    if (System.nanoTime() - keptAt >= keepNanos) {
      keep();
    }
  }

  private void keep() throws IOException {
    file.force();
    new BatchState(settings, done, rows, file.bytes(), file.crc32c()).write(config.statePath());
    keptAt = System.nanoTime();
  }

  /// Gives the output its name if it has all users, and keeps it to go on from if not.
  void end(int users) throws IOException {
    if (done < users) {
      keep();
      return;
    }
    file.commit();
    Files.deleteIfExists(config.statePath());
  }

  @Override
  public void close() {
    file.close();
  }
}
