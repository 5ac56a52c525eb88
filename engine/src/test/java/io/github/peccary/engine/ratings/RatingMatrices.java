package io.github.peccary.engine.ratings;

import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Files of ratings for tests, from triples, in the plainest way there is.
public final class RatingMatrices {

  /// One event.
  public record Triple(String user, String item, float value) {}

  private RatingMatrices() {}

  /// One event.
  public static Triple triple(String user, String item, double value) {
    return new Triple(user, item, (float) value);
  }

  /// A file of these events; a 0 is an implicit one. No two are of the same user and item.
  public static RatingMatrix open(Path file, Triple... triples) throws IOException {
    return open(file, List.of(triples));
  }

  /// The same for a list.
  public static RatingMatrix open(Path file, List<Triple> triples) throws IOException {
    write(file, triples, Zero.IMPLICIT, Map.of(), Map.of());
    return RatingMatrix.open(file, Verify.CHECKSUMS);
  }

  /// Random events, each pair with the probability `density`; values are whole numbers from 0 to
  /// 10. Users without an event do not appear, items neither.
  public static List<Triple> random(int users, int items, double density, long seed) {
    Random random = new Random(seed);
    List<Triple> triples = new ArrayList<>();
    for (int user = 0; user < users; user++) {
      for (int item = 0; item < items; item++) {
        if (random.nextDouble() < density) {
          triples.add(new Triple("u" + user, "i" + item, random.nextInt(11)));
        }
      }
    }
    return triples;
  }

  /// Writes a file.
  ///
  /// @param titles by item id; none at all if empty
  /// @param metadata more entries
  public static void write(
      Path file,
      List<Triple> triples,
      Zero zero,
      Map<String, String> titles,
      Map<String, String> metadata)
      throws IOException {
    write(file, triples, zero, titles, null, metadata);
  }

  /// The same.
  ///
  /// @param time of each event, see [EventTimes]; null if there are none
  public static void write(
      Path file,
      List<Triple> triples,
      Zero zero,
      Map<String, String> titles,
      @Nullable ToLongFunction<Triple> time,
      Map<String, String> metadata)
      throws IOException {
    List<String> users = numbered(triples, Triple::user);
    List<String> items = numbered(triples, Triple::item);
    try (Arena arena = Arena.ofConfined()) {
      TextColumn itemTitles =
          titles.isEmpty()
              ? null
              : texts(items.stream().map(item -> titles.getOrDefault(item, "")).toList(), arena);
      RatingMatrixWriter.write(
          file,
          rows(triples, users, items, arena),
          texts(users, arena),
          texts(items, arena),
          itemTitles,
          zero,
          time == null ? null : times(triples, users, items, time, arena),
          metadata);
    }
  }

  private static MemorySegment times(
      List<Triple> triples,
      List<String> users,
      List<String> items,
      ToLongFunction<Triple> time,
      Arena arena) {
    long[] times =
        triples.stream()
            .sorted(
                Comparator.comparingInt((Triple triple) -> users.indexOf(triple.user()))
                    .thenComparingInt(triple -> items.indexOf(triple.item())))
            .mapToLong(time)
            .toArray();
    return arena.allocateFrom(ValueLayout.JAVA_LONG, times);
  }

  /// The ids by falling number of events, then by bytes.
  public static List<String> numbered(List<Triple> triples, Function<Triple, String> id) {
    Map<String, Long> events =
        triples.stream().collect(Collectors.groupingBy(id, Collectors.counting()));
    return events.keySet().stream()
        .sorted(
            Comparator.comparingLong((String text) -> -events.getOrDefault(text, 0L))
                .thenComparing(
                    text -> text.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned))
        .toList();
  }

  /// Texts off the heap.
  public static TextColumn texts(List<String> texts, Arena arena) {
    byte[] bytes = String.join("", texts).getBytes(StandardCharsets.UTF_8);
    long[] offsets = new long[texts.size() + 1];
    for (int i = 0; i < texts.size(); i++) {
      offsets[i + 1] = offsets[i] + texts.get(i).getBytes(StandardCharsets.UTF_8).length;
    }
    return new TextColumn(
        texts.size(),
        arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes),
        arena.allocateFrom(ValueLayout.JAVA_LONG, offsets));
  }

  /// The events in compressed rows by user.
  public static CompressedRows rows(
      List<Triple> triples, List<String> users, List<String> items, Arena arena) {
    List<TreeMap<Integer, Float>> rows = new ArrayList<>();
    users.forEach(user -> rows.add(new TreeMap<>()));
    Map<String, Integer> itemNumbers = numbers(items);
    Map<String, Integer> userNumbers = numbers(users);
    for (Triple triple : triples) {
      var row = rows.get(userNumbers.getOrDefault(triple.user(), -1));
      Float before = row.put(itemNumbers.getOrDefault(triple.item(), -1), triple.value());
      if (before != null) {
        throw new IllegalArgumentException("a pair must be there once: " + triple);
      }
    }
    long[] offsets = new long[users.size() + 1];
    MemorySegment indices = arena.allocate(ValueLayout.JAVA_INT, triples.size());
    MemorySegment values = arena.allocate(ValueLayout.JAVA_FLOAT, triples.size());
    int position = 0;
    for (int user = 0; user < users.size(); user++) {
      for (var entry : rows.get(user).entrySet()) {
        indices.setAtIndex(ValueLayout.JAVA_INT, position, entry.getKey());
        values.setAtIndex(ValueLayout.JAVA_FLOAT, position, entry.getValue());
        position++;
      }
      offsets[user + 1] = position;
    }
    return new CompressedRows(
        users.size(),
        items.size(),
        arena.allocateFrom(ValueLayout.JAVA_LONG, offsets),
        indices,
        values);
  }

  private static Map<String, Integer> numbers(List<String> ids) {
    Map<String, Integer> numbers = new HashMap<>();
    ids.forEach(id -> numbers.put(id, numbers.size()));
    return numbers;
  }
}
