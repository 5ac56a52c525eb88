package io.github.peccary.loader;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/// What the first hundred bytes of a database file say (<https://www.sqlite.org/fileformat.html>),
/// so that the commonest faults get a sentence of their own, and how to open it leaving no trace.
///
/// Even a read-only connection to a database in write-ahead mode creates a `-wal` and a `-shm` file
/// beside it, and leaves them. Where there is no log to read, the database is opened as immutable,
/// which creates nothing and takes no lock; [#checkUnchanged] makes up for the lock.
///
/// @param immutable open it without locks and side files
/// @param oneMoment whether several connections see the same, whoever writes meanwhile: no log of
///     writes is there, and as long as one connection reads, nobody can write to the file itself
record SqliteFile(SourceFile file, boolean immutable, boolean oneMoment) {
  private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER_BYTES = 100;

  static SqliteFile inspect(Path path) throws IOException {
    SourceFile file = SourceFile.inspect(path);
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      while (header.hasRemaining() && channel.read(header) >= 0) {
        // until it is full or the file ends
      }
    }
    if (header.hasRemaining() || !hasMagic(header.array())) {
      throw notADatabase(path);
    }
    Path log = beside(path, "-wal");
    boolean hasLog = Files.exists(log) && Files.size(log) > 0;
    if (!hasLog) {
      checkComplete(path, file.bytes(), header);
    }
    boolean writeAhead = header.get(18) == 2 || header.get(19) == 2;
    if (writeAhead && hasLog && !Files.exists(beside(path, "-shm"))) {
      throw new LoaderException(
          "the write-ahead log beside the database must be merged first: source=%s, log=%s; close the program that writes to it, or run: sqlite3 '%s' 'PRAGMA wal_checkpoint(TRUNCATE)'"
              .formatted(path, log.getFileName(), path));
    }
    return new SqliteFile(file, writeAhead && !hasLog, !hasLog);
  }

  Path path() {
    return file.path();
  }

  /// Whether a file that begins so is a SQLite database.
  static boolean hasMagic(byte[] start) {
    return start.length >= MAGIC.length
        && Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
  }

  static LoaderException notADatabase(Path path) {
    return new LoaderException(
        "the source must be a SQLite database: source=%s is none, or an encrypted one; name a database, or decrypt it first"
            .formatted(path));
  }

  /// The size in the header counts if the version that wrote it is the one that changed the file
  /// last.
  private static void checkComplete(Path path, long bytes, ByteBuffer header)
      throws LoaderException {
    int pageField = header.getShort(16) & 0xFFFF;
    long pageBytes = pageField == 1 ? 65_536 : pageField;
    long expected = (header.getInt(28) & 0xFFFF_FFFFL) * pageBytes;
    if (header.getInt(24) == header.getInt(92) && bytes < expected) {
      throw new LoaderException(
          "the database is truncated: bytes=%d, expectedBytes=%d; the copy was cut short? (%s)"
              .formatted(bytes, expected, path));
    }
  }

  /// The address for the driver. Special characters are escaped, so that none in a file name is
  /// taken for a parameter.
  String url() {
    return "jdbc:sqlite:file:"
        + path().toAbsolutePath().toUri().getRawPath()
        + "?mode=ro"
        + (immutable ? "&immutable=1" : "");
  }

  /// Where no lock was taken, refuses what was read if the file changed meanwhile.
  void checkUnchanged() throws IOException {
    if (immutable) {
      file.checkUnchanged("database");
    }
  }

  private static Path beside(Path path, String suffix) {
    return path.resolveSibling(path.getFileName() + suffix);
  }
}
