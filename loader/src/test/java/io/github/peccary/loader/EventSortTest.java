package io.github.peccary.loader;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventSortTest {
  @TempDir private Path folder;

  private record Event(int user, int item, int valueBits) {
    int key(int field) {
      return field == EventLog.USER ? user : item;
    }
  }

  /// Beside what fits the memory there is what is dealt out to ranges, with users who have more
  /// events than fit, and users who have none.
  @ParameterizedTest
  @CsvSource({
    "1,1000000000",
    "2,3200000", // one chunk, the others in a file
    "3,65536", // no chunk, room to sort 4,096
    "4,4096",
    "5,1024",
    "6,16", // room to sort one
    "7,0",
  })
  void aSortIsStable(long seed, long bytes) throws Exception {
    Random random = new Random(seed);
    int users = 1 + random.nextInt(200);
    int items = 1 + random.nextInt(200);
    int size = seed == 2 ? 300_000 : random.nextInt(20_000);
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      int user = (int) (users * Math.pow(random.nextDouble(), 3));
      events.add(new Event(user, random.nextInt(items), random.nextInt()));
    }
    List<Integer> newUsers = shuffled(users, random);
    List<Integer> newItems = shuffled(items, random);
    EventSort.Numbering numbering =
        seed % 2 == 0 ? null : new EventSort.Numbering(ints(newUsers), ints(newItems));
    int key = random.nextBoolean() ? EventLog.USER : EventLog.ITEM;
    boolean ascending = random.nextBoolean();
    List<Event> expected =
        events.stream()
            .map(
                event ->
                    numbering == null
                        ? event
                        : new Event(
                            newUsers.get(event.user), newItems.get(event.item), event.valueBits))
            .sorted(
                Comparator.comparingInt((Event event) -> event.key(key))
                    .thenComparingInt(event -> ascending ? event.key(other(key)) : 0))
            .toList();
    int[] counts = new int[key == EventLog.USER ? users : items];
    expected.forEach(event -> counts[event.key(key)]++);

    try (EventMemory memory = new EventMemory(folder, bytes)) {
      EventLog log = new EventLog(memory);
      for (Event event : events) {
        log.add(event.user, event.item, event.valueBits);
      }
      EventSort sort = new EventSort(memory, key, counts, ascending);
      sort.addAll(log, numbering);
      List<Event> sorted = rows(sort, key);
      assertThat(sorted)
          .as("seed=%d, bytes=%d, ascending=%s", seed, bytes, ascending)
          .isEqualTo(expected);
    }
    assertThat(folder).isEmptyDirectory();
  }

  private static List<Event> rows(EventSort sort, int key) throws IOException {
    List<Event> sorted = new ArrayList<>();
    sort.rows(
        (row, events, from, to) -> {
          for (int i = from; i < to; i++) {
            int number = (int) events[i];
            int valueBits = (int) (events[i] >>> Integer.SIZE);
            sorted.add(
                key == EventLog.USER
                    ? new Event(row, number, valueBits)
                    : new Event(number, row, valueBits));
          }
        });
    return sorted;
  }

  private static int other(int key) {
    return key == EventLog.USER ? EventLog.ITEM : EventLog.USER;
  }

  private static List<Integer> shuffled(int size, Random random) {
    List<Integer> numbers = new ArrayList<>(IntStream.range(0, size).boxed().toList());
    Collections.shuffle(numbers, random);
    return numbers;
  }

  private static int[] ints(List<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }

  private static List<Event> read(EventLog log) throws IOException {
    List<Event> events = new ArrayList<>();
    int[] block = new int[EventMemory.BLOCK_INTS];
    for (int number = 0; number < log.blocks(); number++) {
      int filled = log.read(number, block);
      for (int i = 0; i < filled; i += EventLog.INTS) {
        events.add(new Event(block[i], block[i + EventLog.ITEM], block[i + EventLog.VALUE]));
      }
    }
    return events;
  }

  /// Whatever ends the process, nothing is left over.
  @Test
  void temporaryFilesHaveNoName() throws Exception {
    try (EventMemory memory = new EventMemory(folder, 0)) {
      EventLog log = new EventLog(memory);
      for (int i = 0; i < 5_000; i++) {
        log.add(i, -1, 7);
      }
      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files).isEmpty();
      }
      assertThat(read(log).get(4_321)).isEqualTo(new Event(4_321, -1, 7));
    }
  }

  @Test
  void numbersAreOrderedByFallingCountThenAsTheyWere() {
    Random random = new Random(1);
    List<Integer> order = shuffled(5_000, random);
    int[] counts =
        IntStream.generate(
                () -> random.nextInt(4) == 0 ? random.nextInt(1 << 30) : random.nextInt(3))
            .limit(5_000)
            .toArray();
    List<Integer> expected = new ArrayList<>(order);
    expected.sort(Comparator.comparingInt(number -> -counts[number]));
    assertThat(Compaction.byFallingCount(ints(order), counts)).containsExactly(ints(expected));
  }
}
