package io.github.peccary.loader;

import io.github.peccary.engine.ratings.TextColumn;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// Gives the users and items of accepted rows their numbers and keeps the events.
///
/// Ids take the memory that they may; rows whose user or item finds no more room are set aside and
/// follow at the end. So events are not in the order of the source, but those of a pair of user and
/// item are, and that is all that is asked for.
final class EventCollector {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());

  private final EventLog log;
  private final EventMemory memory;
  private final IdCollector users;
  private final IdCollector items;
  private final long idBytes;
  private @Nullable EventLog times;
  private long accepted;

  // Rows whose item, or user, found no room; in the second the item has its number.
  private final SpilledRows rowsOfItems;
  private final SpilledRows rowsOfUsers;
  private final byte[] itemBytes = new byte[Integer.BYTES];

  // Of the batch at hand, by row.
  private final int[] itemNumbers = new int[RowBatch.MAX_ROWS];
  private final int[] userNumbers = new int[RowBatch.MAX_ROWS];

  /// @param idBytes of memory for ids
  EventCollector(EventMemory memory, long idBytes) {
    this.memory = memory;
    this.log = new EventLog(memory);
    this.users = new IdCollector(memory);
    this.items = new IdCollector(memory);
    this.idBytes = idBytes;
    this.rowsOfItems = new SpilledRows(memory);
    this.rowsOfUsers = new SpilledRows(memory);
  }

  /// Rows will have times: to be called before the first one.
  void expectTimes() {
    times = new EventLog(memory);
  }

  /// Takes the rows of a batch that were kept.
  void add(RowBatch batch) throws IOException {
    int count = batch.accepted();
    accepted += count;
    items.intern(batch, RowBatch.ITEM, itemNumbers);
    users.intern(batch, RowBatch.USER, userNumbers);
    for (int row = 0; row < count; row++) {
      int valueBits = Float.floatToRawIntBits(batch.value(row));
      if (itemNumbers[row] == IdInterner.ABSENT || userNumbers[row] == IdInterner.ABSENT) {
        setAside(batch, row, itemNumbers[row], valueBits);
      } else {
        log(userNumbers[row], itemNumbers[row], valueBits, batch.time(row));
      }
    }
    limitIds();
  }

  private void log(int user, int item, int valueBits, int time) throws IOException {
    log.add(user, item, valueBits);
    if (times != null) {
      times.add(user, item, time);
    }
  }

  private void setAside(RowBatch batch, int row, int item, int valueBits) throws IOException {
    byte[] bytes = batch.bytes();
    int userStart = batch.start(row, RowBatch.USER);
    int userLength = batch.length(row, RowBatch.USER);
    if (item == IdInterner.ABSENT) {
      int itemStart = batch.start(row, RowBatch.ITEM);
      int itemLength = batch.length(row, RowBatch.ITEM);
      Spool rows = rowsOfItems.add(bytes, itemStart, itemLength, bytes, userStart, userLength);
      put(rows, valueBits, batch.time(row));
    } else {
      setAside(bytes, userStart, userLength, item, valueBits, batch.time(row));
    }
  }

  private void setAside(
      byte[] bytes, int userStart, int userLength, int item, int valueBits, int time)
      throws IOException {
    INT.set(itemBytes, 0, item);
    put(
        rowsOfUsers.add(bytes, userStart, userLength, itemBytes, 0, itemBytes.length),
        valueBits,
        time);
  }

  private void put(Spool rows, int valueBits, int time) throws IOException {
    rows.putInt(valueBits);
    if (times != null) {
      rows.putInt(time);
    }
  }

  /// Takes a row whose ids are in `bytes`.
  ///
  /// @param time in seconds since 1970, unsigned; anything where rows have none
  void add(
      byte[] bytes,
      int userStart,
      int userLength,
      int itemStart,
      int itemLength,
      float value,
      int time)
      throws IOException {
    accepted++;
    int valueBits = Float.floatToRawIntBits(value);
    int item = items.intern(bytes, itemStart, itemLength);
    if (item == IdInterner.ABSENT) {
      put(
          rowsOfItems.add(bytes, itemStart, itemLength, bytes, userStart, userLength),
          valueBits,
          time);
    } else {
      add(bytes, userStart, userLength, item, valueBits, time);
    }
  }

  /// The number of a user, [IdInterner#ABSENT] if there is no room for one more.
  int user(byte[] bytes, int start, int length) {
    return users.intern(bytes, start, length);
  }

  /// The same of an item.
  int item(byte[] bytes, int start, int length) {
    return items.intern(bytes, start, length);
  }

  /// Takes a row by the numbers of user and item.
  void add(int user, int item, float value, int time) throws IOException {
    accepted++;
    log(user, item, Float.floatToRawIntBits(value), time);
  }

  private void add(byte[] bytes, int userStart, int userLength, int item, int valueBits, int time)
      throws IOException {
    int user = users.intern(bytes, userStart, userLength);
    if (user == IdInterner.ABSENT) {
      setAside(bytes, userStart, userLength, item, valueBits, time);
    } else {
      log(user, item, valueBits, time);
    }
  }

  /// To be called now and then where rows come one by one. Those who have most ids take no more of
  /// them when the memory is used up; the others may have a third of it yet.
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
      add(user, 0, rows.length(), item, rows.getInt(), time(rows));
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
      log(user, (int) INT.get(item, 0), rows.getInt(), time(rows));
    }
  }

  private int time(Spool rows) throws IOException {
    return times == null ? 0 : rows.getInt();
  }

  /// After [#finish]: the events.
  EventLog log() {
    return log;
  }

  /// After [#finish]: the same events with their times in place of values; null if they have none.
  @Nullable EventLog times() {
    return times;
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
