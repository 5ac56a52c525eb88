package io.github.peccary.engine.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// A file that takes long to write, more than one process if need be: `<name>.part` beside the
/// target, whose name it takes when it is complete and on the disk. Until then an old target is
/// untouched.
///
/// Closed or killed, it stays. Whoever goes on says how many bytes there were after a [#force], and
/// their checksum: what was written later is cut off. It is locked as long as it is open, where the
/// file system has locks, so that no two writers are at it.
public final class PartialFile implements AutoCloseable {
  private static final int READ_BYTES = 1 << 16;

  private final Path target;
  private final Path path;
  private final Disk disk;
  private final FileChannel channel;
  private final CRC32C crc = new CRC32C();
  private long bytes;

  private PartialFile(Path target, Disk disk, FileChannel channel) {
    this.target = target;
    this.path = path(target);
    this.disk = disk;
    this.channel = channel;
  }

  /// Where a target is while it is in the making.
  public static Path path(Path target) {
    return target.resolveSibling(target.getFileName() + ".part");
  }

  /// Begins a file, in the place of one that nobody is at.
  ///
  /// @throws IOException if it cannot be written, or another writer is at it
  public static PartialFile begin(Path target) throws IOException {
    return begin(target, Disk.REAL);
  }

  static PartialFile begin(Path target, Disk disk) throws IOException {
    Path path = path(target);
    try {
      if (Files.exists(path)) {
        // Never cut to nothing: its last writer may have given it the target's name just now.
        try (FileChannel old = disk.open(path)) {
          lock(target, old);
          disk.delete(path);
        }
      }
      return locked(target, disk, disk.create(path));
    } catch (IOException e) {
      throw told(target, e, "the output's folder must be writable: %s; choose another folder");
    }
  }

  /// Goes on with a file.
  ///
  /// @param bytes that it had when it was last forced
  /// @param crc32c of these
  /// @throws CorruptFileException if these bytes are not there as they were
  /// @throws IOException if it cannot be written, or another writer is at it
  public static PartialFile resume(Path target, long bytes, long crc32c) throws IOException {
    return resume(target, bytes, crc32c, Disk.REAL);
  }

  static PartialFile resume(Path target, long bytes, long crc32c, Disk disk) throws IOException {
    Path path = path(target);
    try {
      PartialFile file = locked(target, disk, disk.open(path));
      try {
        file.readTo(bytes);
        if (file.bytes != bytes || file.crc32c() != crc32c) {
          throw new CorruptFileException(
              path,
              "the file must be as it was left: bytes=%d, expectedBytes=%d; begin it anew"
                  .formatted(file.bytes, bytes));
        }
        disk.truncate(file.channel, bytes);
        return file;
      } catch (Throwable e) {
        file.close();
        throw e;
      }
    } catch (IOException e) {
      throw told(
          target, e, "the output in the making must be readable and writable: %s; begin it anew");
    }
  }

  private static PartialFile locked(Path target, Disk disk, FileChannel channel)
      throws IOException {
    try {
      lock(target, channel);
      return new PartialFile(target, disk, channel);
    } catch (Throwable e) {
      channel.close();
      throw e;
    }
  }

  private static void lock(Path target, FileChannel channel) throws IOException {
    @Nullable FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) { // this process has it open
      lock = null;
    } catch (IOException e) {
      return; // no locks here
    }
    if (lock == null) {
      throw TemporaryFile.failure(
          target,
          "one writer at a time must be at the output; wait until the other has ended",
          null);
    }
  }

  /// The failure as a sentence, unless it is one.
  private static IOException told(Path target, IOException e, String sentence) {
    boolean isSentence = String.valueOf(e.getMessage()).startsWith(target + ": ");
    return isSentence
        ? e
        : TemporaryFile.failure(target, sentence.formatted(TemporaryFile.reason(e)), e);
  }

  /// Takes what is there already for written, up to so many bytes.
  private void readTo(long end) throws IOException {
    ByteBuffer block = ByteBuffer.allocateDirect(READ_BYTES);
    while (bytes < end) {
      block.clear().limit((int) Math.min(READ_BYTES, end - bytes));
      int read = channel.read(block, bytes);
      if (read < 0) {
        return;
      }
      crc.update(block.flip());
      bytes += read;
    }
  }

  /// Appends all of the bytes.
  public void append(ByteBuffer piece) throws IOException {
    crc.update(piece.duplicate());
    try {
      while (piece.hasRemaining()) {
        bytes += disk.write(channel, piece, bytes);
      }
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /// How many bytes it has.
  public long bytes() {
    return bytes;
  }

  /// The CRC-32C of its bytes.
  public long crc32c() {
    return crc.getValue();
  }

  /// Brings what was appended to the disk.
  public void force() throws IOException {
    try {
      disk.force(channel);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /// Brings all of it to the disk and gives it the target's name.
  public void commit() throws IOException {
    force();
    TemporaryFile.move(path, target, disk);
    TemporaryFile.syncName(target, disk);
  }

  /// Leaves the file as it is.
  @Override
  public void close() {
    try {
      disk.close(channel);
    } catch (IOException e) {
      // What closing could fail to write is on the disk by now, or will be cut off.
    }
  }

  private IOException unwritable(IOException e) {
    return TemporaryFile.failure(
        target,
        "the output cannot be written: %s: bytes=%d, freeBytes=%d; free some space and go on with it, or choose another folder"
            .formatted(TemporaryFile.reason(e), bytes, path.toFile().getUsableSpace()),
        e);
  }
}
