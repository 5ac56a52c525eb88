package io.github.peccary.loader;

import io.github.peccary.engine.ratings.TextColumn;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Gives the users and items of accepted rows their numbers and keeps the events.
///
/// Ids take the memory that they may; rows whose user or item finds no more room are set aside and
/// follow at the end. So events are not in the order of the source, but those of a pair of user and
/// item are, and that is all that is asked for.
final class EventCollector {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());

  private final EventLog log;
  private final IdCollector users;
  private final IdCollector items;
  private final long idBytes;
  private long accepted;

  // Rows whose item, or user, found no room; in the second the item has its number.
  private final SpilledRows rowsOfItems;
  private final SpilledRows rowsOfUsers;
  private final byte[] itemBytes = new byte[Integer.BYTES];

  /// @param idBytes of memory for ids
  EventCollector(EventMemory memory, long idBytes) {
    this.log = new EventLog(memory);
    this.users = new IdCollector(memory);
    this.items = new IdCollector(memory);
    this.idBytes = idBytes;
    this.rowsOfItems = new SpilledRows(memory);
    this.rowsOfUsers = new SpilledRows(memory);
  }

  /// Takes a row that was accepted.
  void add(byte[] bytes, int userStart, int userLength, int itemStart, int itemLength, float value)
      throws IOException {
    accepted++;
    int valueBits = Float.floatToRawIntBits(value);
    int item = items.intern(bytes, itemStart, itemLength);
    if (item == IdInterner.ABSENT) {
      rowsOfItems.add(bytes, itemStart, itemLength, bytes, userStart, userLength, valueBits);
    } else {
      add(bytes, userStart, userLength, item, valueBits);
    }
  }

  private void add(byte[] bytes, int userStart, int userLength, int item, int valueBits)
      throws IOException {
    int user = users.intern(bytes, userStart, userLength);
    if (user == IdInterner.ABSENT) {
      INT.set(itemBytes, 0, item);
      rowsOfUsers.add(bytes, userStart, userLength, itemBytes, 0, itemBytes.length, valueBits);
    } else {
      log.add(user, item, valueBits);
    }
  }

  /// To be called now and then. Those who have most ids take no more of them when the memory is
  /// used up; the others may have a third of it yet.
  void limitIds() {
    IdCollector larger = users.memoryBytes() > items.memoryBytes() ? users : items;
    long bytes = users.memoryBytes() + items.memoryBytes();
    if (bytes > idBytes) {
      larger.setFull();
    }
    if (bytes > idBytes / 3 * 4) {
      (larger == users ? items : users).setFull();
    }
  }

  /// Rows taken.
  long accepted() {
    return accepted;
  }

  /// No more rows come: those set aside follow.
  ///
  /// @param arena holds ids that found no room before
  void finish(Arena arena) throws IOException {
    for (int part = 0; part < SpilledRows.PARTS; part++) {
      try (Spool rows = rowsOfItems.part(part)) {
        if (rows != null) {
          finishItems(rows);
        }
      }
    }
    for (int part = 0; part < SpilledRows.PARTS; part++) {
      try (Spool rows = rowsOfUsers.part(part)) {
        if (rows != null) {
          finishUsers(rows);
        }
      }
    }
    users.finish(arena);
    items.finish(arena);
  }

  private void finishItems(Spool rows) throws IOException {
    byte[] id = {};
    byte[] user = {};
    items.nextPart();
    while (rows.hasMore()) {
      id = rows.getBytes(id);
      int item = items.intern(id, 0, rows.length());
      user = rows.getBytes(user);
      add(user, 0, rows.length(), item, rows.getInt());
    }
    limitIds();
  }

  private void finishUsers(Spool rows) throws IOException {
    byte[] id = {};
    byte[] item = {};
    users.nextPart();
    while (rows.hasMore()) {
      id = rows.getBytes(id);
      int user = users.intern(id, 0, rows.length());
      item = rows.getBytes(item);
      log.add(user, (int) INT.get(item, 0), rows.getInt());
    }
  }

  /// After [#finish]: the events.
  EventLog log() {
    return log;
  }

  /// After [#finish]: the items, to be found by their ids.
  IdCollector items() {
    return items;
  }

  /// After [#finish]: the ids of the users by number; they are no longer here then.
  TextColumn drainUsers(Arena arena) {
    return users.drain(arena);
  }

  /// After [#finish]: the ids of the items by number; they are no longer here then.
  TextColumn drainItems(Arena arena) {
    return items.drain(arena);
  }
}
