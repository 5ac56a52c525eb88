package io.github.peccary.engine.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A file system that writes a few bytes at a time, and fails when it is told to.
final class FailingDisk extends Disk {

  /// The names of the operations so far, that of the failed one included.
  final List<String> operations = new ArrayList<>();

  private final int firstFailure;
  private final int lastFailure;
  private final boolean tells;
  private long freeBytes;

  private FailingDisk(int firstFailure, int lastFailure, long freeBytes, boolean tells) {
    this.firstFailure = firstFailure;
    this.lastFailure = lastFailure;
    this.freeBytes = freeBytes;
    this.tells = tells;
  }

  static FailingDisk never() {
    return at(-1);
  }

  /// Fails one operation, counted from 0.
  static FailingDisk at(int operation) {
    return new FailingDisk(operation, operation, Long.MAX_VALUE, true);
  }

  /// Fails every operation from one on.
  static FailingDisk from(int operation) {
    return new FailingDisk(operation, Integer.MAX_VALUE, Long.MAX_VALUE, true);
  }

  /// Has no room for more, and does not tell.
  static FailingDisk full(long freeBytes) {
    return new FailingDisk(-1, -1, freeBytes, false);
  }

  /// Has no room for more, and tells.
  static FailingDisk small(long freeBytes) {
    return new FailingDisk(-1, -1, freeBytes, true);
  }

  private void count(String operation) throws IOException {
    int number = operations.size();
    operations.add(operation);
    if (number >= firstFailure && number <= lastFailure) {
      throw new IOException("Input/output error");
    }
  }

  @Override
  long usableBytes(Path folder) {
    return tells ? freeBytes : 0;
  }

  @Override
  FileChannel create(Path file) throws IOException {
    count("create");
    return super.create(file);
  }

  @Override
  FileChannel open(Path file) throws IOException {
    count("open");
    return super.open(file);
  }

  @Override
  void truncate(FileChannel channel, long bytes) throws IOException {
    count("truncate");
    super.truncate(channel, bytes);
  }

  @Override
  int write(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
    count("write");
    if (freeBytes == 0) {
      throw new IOException("No space left on device");
    }
    int count = (int) Math.min(freeBytes, Math.min(61, bytes.remaining()));
    int written = channel.write(bytes.slice().limit(count), position);
    bytes.position(bytes.position() + written);
    freeBytes -= written;
    return written;
  }

  @Override
  void force(FileChannel channel) throws IOException {
    count("force");
    super.force(channel);
  }

  @Override
  void rename(Path from, Path to) throws IOException {
    count("rename");
    super.rename(from, to);
  }

  @Override
  void syncFolder(Path folder) throws IOException {
    count("syncFolder");
    super.syncFolder(folder);
  }

  /// Closes it nevertheless, as the system does.
  @Override
  void close(FileChannel channel) throws IOException {
    super.close(channel);
    count("close");
  }

  @Override
  void delete(Path file) throws IOException {
    count("delete");
    super.delete(file);
  }
}
