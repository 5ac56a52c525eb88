package io.github.peccary.loader;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/// A digest of the accepted rows in their order, so that a ratings file tells which content it was
/// made from, whatever the database file around it looks like.
///
/// A row is: length of the user id i32, the id, length of the item id i32, the id, value f32; ids
/// as cleaned, numbers little-endian; and the time u32, where rows have one. The rows, one after
/// the other, are cut into blocks of 1,024 bytes. A chain begins with 32 zeros and goes on with
/// `SHA-256(chain, block)`; the digest is `SHA-256(chain, rest)` with the bytes that fill no block.
/// Unlike one SHA-256 over all rows it can be continued from the last chain value and the rest.
final class RowDigest {
  static final int BLOCK_BYTES = 1 << 10;
  static final int CHAIN_BYTES = 32;

  private static final int BUFFER_BYTES = 1 << 16;

  /// Of a row beside its ids.
  private static final int ROW_BYTES = 2 * Integer.BYTES + Float.BYTES + Integer.BYTES;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final MessageDigest sha256 = sha256();
  private byte[] chain;
  private byte[] buffer; // what follows the last block that is in the chain
  private int end; // of it
  private int lastRowStart = -1; // in it; -1 if no row was added since the state at hand
  private String lastRow;

  /// Where a digest stands after a row.
  ///
  /// @param chain in hex
  /// @param rest in Base64
  /// @param lastRow the SHA-256 of the last row, in hex
  record State(String chain, String rest, String lastRow) {
    private static final State START = new State("00".repeat(CHAIN_BYTES), "", "");

    private byte[] chainBytes() {
      return HexFormat.of().parseHex(chain);
    }

    private byte[] restBytes() {
      return Base64.getDecoder().decode(rest);
    }

    /// The digest of the rows, in hex.
    String sha256() {
      MessageDigest sha256 = RowDigest.sha256();
      sha256.update(chainBytes());
      return HexFormat.of().formatHex(sha256.digest(restBytes()));
    }
  }

  RowDigest() {
    this(State.START);
  }

  /// Goes on from `state`.
  RowDigest(State state) {
    this.chain = state.chainBytes();
    this.lastRow = state.lastRow;
    byte[] rest = state.restBytes();
    this.buffer = Arrays.copyOf(rest, BUFFER_BYTES);
    this.end = rest.length;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /// Adds the rows of the batch that were kept.
  void add(RowBatch batch) {
    byte[] bytes = batch.bytes();
    for (int row = 0, count = batch.accepted(); row < count; row++) {
      add(
          bytes,
          batch.start(row, RowBatch.USER),
          batch.length(row, RowBatch.USER),
          batch.start(row, RowBatch.ITEM),
          batch.length(row, RowBatch.ITEM),
          batch.value(row));
      if (batch.timed()) {
        addTime(batch.time(row));
      }
    }
  }

  /// Of the row that was added last.
  private void addTime(int time) {
    INT.set(buffer, end, time);
    end += Integer.BYTES;
  }

  void add(
      byte[] bytes, int userStart, int userLength, int itemStart, int itemLength, float value) {
    int length = Math.addExact(ROW_BYTES + userLength, itemLength);
    if (buffer.length - end < length) {
      makeRoom(length);
    }
    lastRowStart = end;
    addId(bytes, userStart, userLength);
    addId(bytes, itemStart, itemLength);
    INT.set(buffer, end, Float.floatToRawIntBits(value));
    end += Float.BYTES;
  }

  private void addId(byte[] bytes, int start, int length) {
    INT.set(buffer, end, length);
    System.arraycopy(bytes, start, buffer, end + Integer.BYTES, length);
    end += Integer.BYTES + length;
  }

  private void makeRoom(int length) {
    digestBlocks();
    if (buffer.length - end < length) {
      buffer = Arrays.copyOf(buffer, Math.addExact(end, length));
    }
  }

  private void digestBlocks() {
    int start = 0;
    for (; start + BLOCK_BYTES <= end; start += BLOCK_BYTES) {
      sha256.update(chain);
      sha256.update(buffer, start, BLOCK_BYTES);
      chain = sha256.digest();
    }
    end -= start;
    System.arraycopy(buffer, start, buffer, 0, end);
  }

  /// After the last row so far; more may follow.
  State state() {
    if (lastRowStart >= 0) {
      sha256.update(buffer, lastRowStart, end - lastRowStart);
      lastRow = HexFormat.of().formatHex(sha256.digest());
      lastRowStart = -1;
    }
    digestBlocks();
    return new State(
        HexFormat.of().formatHex(chain),
        Base64.getEncoder().encodeToString(Arrays.copyOf(buffer, end)),
        lastRow);
  }
}
