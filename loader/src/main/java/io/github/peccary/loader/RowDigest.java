package io.github.peccary.loader;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The SHA-256 of the accepted rows in their order, so that a ratings file tells which content it
/// was made from, whatever the database file around it looks like.
///
/// A row is: length of the user id i32, the id, length of the item id i32, the id, value f32; ids
/// as cleaned, numbers little-endian.
final class RowDigest {
  private final MessageDigest sha256;
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);

  RowDigest() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /// Adds the rows of the batch that were kept.
  void add(RowBatch batch) {
    byte[] bytes = batch.bytes();
    for (int row = 0, count = batch.accepted(); row < count; row++) {
      addId(bytes, batch.start(row, RowBatch.USER), batch.length(row, RowBatch.USER));
      addId(bytes, batch.start(row, RowBatch.ITEM), batch.length(row, RowBatch.ITEM));
      ensure(Float.BYTES);
      buffer.putFloat(batch.value(row));
    }
  }

  private void addId(byte[] bytes, int start, int length) {
    ensure(Integer.BYTES + length);
    buffer.putInt(length);
    if (length <= buffer.remaining()) {
      buffer.put(bytes, start, length);
    } else {
      flush();
      sha256.update(bytes, start, length);
    }
  }

  private void ensure(int count) {
    if (buffer.remaining() < count) {
      flush();
    }
  }

  private void flush() {
    sha256.update(buffer.array(), 0, buffer.position());
    buffer.clear();
  }

  String hex() {
    flush();
    return HexFormat.of().formatHex(sha256.digest());
  }
}
