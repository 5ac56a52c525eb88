package io.github.peccary.loader;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Rows that found no room for an id of theirs, in files by the hash of that id: all rows of an id
/// are in one part, in their order, and a part holds few of the ids.
final class SpilledRows {
  static final int PARTS = 64;

  private static final int HASH_SHIFT = Integer.SIZE - 6; // the upper bits make 0 to 63

  private final EventMemory memory;
  private final @Nullable Spool[] parts = new Spool[PARTS];

  SpilledRows(EventMemory memory) {
    this.memory = memory;
  }

  /// Begins a row.
  ///
  /// @param bytes has the id at `start`
  /// @param other what else the row has, `otherLength` bytes of it
  /// @return takes what else there is of the row
  Spool add(byte[] bytes, int start, int length, byte[] other, int otherStart, int otherLength)
      throws IOException {
    int number = IdInterner.hash(bytes, start, length) >>> HASH_SHIFT;
    Spool part = parts[number];
    if (part == null) {
      part = new Spool(memory);
      parts[number] = part;
    }
    part.putBytes(bytes, start, length);
    part.putBytes(other, otherStart, otherLength);
    return part;
  }

  /// The rows of a part, to be read once and closed; null if it has none.
  @Nullable Spool part(int number) throws IOException {
    Spool part = parts[number];
    if (part != null) {
      part.rewind();
    }
    return part;
  }
}
