package io.github.peccary.engine.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A file in the making: `.<name>.<8 hex digits>.tmp` beside the target whose name it takes at the
/// end.
///
/// It is locked as long as it is open, and the system releases the lock of a process that dies,
/// however it dies. So whoever begins a file first removes the temporaries of the same target that
/// nobody holds; those of other processes and threads stay. Where a file system has no locks,
/// nothing is removed.
///
/// A lock of POSIX belongs to the process: closing any of its channels on the file gives the lock
/// up. What this process has open is therefore known by name ([#channel]), neither tried nor opened
/// again.
final class TemporaryFile implements AutoCloseable {

  private static final Map<Path, FileChannel> OPEN = new ConcurrentHashMap<>();
  private static final int ATTEMPTS = 100;

  private final Path target;
  private final Path path;
  private final long bytes;
  private final Disk disk;
  private final FileChannel channel;
  private boolean renamed;

  private TemporaryFile(Path target, Path path, long bytes, Disk disk, FileChannel channel) {
    this.target = target;
    this.path = path;
    this.bytes = bytes;
    this.disk = disk;
    this.channel = channel;
  }

  /// Begins a file, after the left-over ones of the same target are gone, if there is room for it.
  ///
  /// @param target absolute
  /// @param bytes that will be written
  static TemporaryFile create(Path target, long bytes, Disk disk) throws IOException {
    Path folder = target.resolveSibling(".").toRealPath(); // one spelling, as OPEN goes by name
    String name = "." + target.getFileName() + ".";
    removeLeftOver(folder, name, disk);
    requireRoom(target, folder, bytes, disk);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      String random = UUID.randomUUID().toString().substring(0, 8);
      Path path = folder.resolve(name + random + ".tmp");
      FileChannel channel = open(target, path, disk);
      if (isOurs(channel, path)) {
        return new TemporaryFile(target, path, bytes, disk, channel);
      }
      channel.close();
      OPEN.remove(path);
    }
    throw failure(
        target, "the output must have a temporary file beside it; end what removes it", null);
  }

  /// A target that is there already needs its room until the end.
  private static void requireRoom(Path target, Path folder, long bytes, Disk disk)
      throws IOException {
    long free = disk.usableBytes(folder);
    if (free > 0 && free < bytes) {
      throw failure(
          target,
          "the output's folder must have room for it: bytes="
              + bytes
              + ", freeBytes="
              + free
              + "; free some space or choose another folder",
          null);
    }
  }

  private static FileChannel open(Path target, Path path, Disk disk) throws IOException {
    try {
      synchronized (OPEN) { // it has no lock yet: no thread may come between
        FileChannel channel = disk.create(path);
        OPEN.put(path, channel);
        return channel;
      }
    } catch (IOException e) {
      throw failure(target, "the output's folder must be writable; choose another folder", e);
    }
  }

  /// Another process that came between creating the file and locking it took it for a left-over
  /// one.
  private static boolean isOurs(FileChannel channel, Path path) {
    try {
      return channel.tryLock() != null && Files.exists(path);
    } catch (IOException e) {
      return true; // no locks here: nobody removes what cannot be locked
    }
  }

  private static void removeLeftOver(Path folder, String name, Disk disk) {
    Pattern pattern = Pattern.compile(Pattern.quote(name) + "[0-9a-f]{8}\\.tmp");
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(
            folder, file -> pattern.matcher(file.getFileName().toString()).matches())) {
      for (Path file : files) {
        synchronized (OPEN) {
          removeUnlessHeld(file, disk);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // Whoever may write to a folder need not be allowed to list it.
    }
  }

  private static void removeUnlessHeld(Path file, Disk disk) {
    if (OPEN.containsKey(file) || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      if (channel.tryLock() != null) {
        disk.delete(file);
      }
    } catch (IOException e) {
      // It is gone, another user's, or cannot be locked: no reason not to write a new one.
    }
  }

  /// The open channel of a temporary of this process, null if `file` is none. Whoever reads the
  /// file must take this one and leave it open.
  static @Nullable FileChannel channel(Path file) {
    return OPEN.get(file);
  }

  Path path() {
    return path;
  }

  /// Writes all of the bytes and returns their number.
  long write(ByteBuffer piece, long position) throws IOException {
    long next = position;
    try {
      while (piece.hasRemaining()) {
        next += disk.write(channel, piece, next);
      }
    } catch (IOException e) {
      throw unwritable(e);
    }
    return next - position;
  }

  /// Brings what was written to the disk.
  void force() throws IOException {
    try {
      disk.force(channel);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /// Gives the file the target's name.
  void rename() throws IOException {
    move(path, target, disk);
    renamed = true;
    syncName(target, disk);
  }

  /// Puts a file in the place of the target.
  static void move(Path path, Path target, Disk disk) throws IOException {
    try {
      disk.rename(path, target);
    } catch (IOException e) {
      throw failure(
          target,
          "the output must be replaceable: " + reason(e) + "; check the permissions of its folder",
          e);
    }
  }

  /// Brings the name of the target to the disk.
  static void syncName(Path target, Disk disk) throws IOException {
    try {
      disk.syncFolder(target.resolveSibling("."));
    } catch (IOException e) {
      throw failure(
          target,
          "the output is complete, but its name must reach the disk: "
              + reason(e)
              + "; check the disk and write it again",
          e);
    }
  }

  /// Removes the file, unless it was renamed.
  @Override
  public void close() throws IOException {
    try {
      if (!renamed) {
        disk.delete(path); // while it is locked, so that nobody else is at it
      }
    } catch (IOException e) {
      throw failure(
          target, "the temporary file must be removable: " + reason(e) + "; remove " + path, e);
    } finally {
      release();
    }
  }

  private void release() {
    try {
      disk.close(channel);
    } catch (IOException e) {
      // What closing could fail to write is on the disk by now, or not wanted.
    } finally {
      OPEN.remove(path);
    }
  }

  private IOException unwritable(IOException e) {
    return failure(
        target,
        "the output cannot be written: "
            + reason(e)
            + ": bytes="
            + bytes
            + ", freeBytes="
            + path.toFile().getUsableSpace()
            + "; free some space or choose another folder",
        e);
  }

  /// Why an operation failed, without the name of the file.
  static String reason(IOException e) {
    String reason = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
    return reason == null ? e.getClass().getSimpleName() : reason;
  }

  static IOException failure(Path target, String sentence, @Nullable IOException cause) {
    IOException failure = new FileSystemException(target.toString(), null, sentence);
    failure.initCause(cause);
    return failure;
  }
}
