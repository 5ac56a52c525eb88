package io.github.peccary.engine.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// What writing asks of the file system, each operation a method, so that a test can let any of
/// them fail.
class Disk {

  static final Disk REAL = new Disk();

  /// Bytes that the folder's file system has room for; 0 where it does not tell.
  long usableBytes(Path folder) {
    return folder.toFile().getUsableSpace();
  }

  /// A new file, for writing and for reading it again.
  FileChannel create(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /// A file that is there, for writing and for reading it.
  FileChannel open(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  void truncate(FileChannel channel, long bytes) throws IOException {
    channel.truncate(bytes);
  }

  /// Writes some of the bytes, at least one, and returns how many.
  int write(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
    return channel.write(bytes, position);
  }

  void force(FileChannel channel) throws IOException {
    channel.force(true);
  }

  void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  /// Without it a new name may be lost when the machine, not the process, dies.
  void syncFolder(Path folder) throws IOException {
    if (System.getProperty("os.name").startsWith("Windows")) {
      return; // folders cannot be opened there
    }
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  void close(FileChannel channel) throws IOException {
    channel.close();
  }

  void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
  }
}
