package io.github.peccary.engine.ratings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peccary.engine.ratings.Holdout.Scope;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Hold-outs by time beside plain sorts of all events.
class TimeHoldoutTest {
  @TempDir private Path folder;

  private record Event(int user, int item, float value, long time) {}

  /// Times from all of their range, some of them rare, some of many events.
  private RatingMatrix matrix(Random random, boolean timed) throws IOException {
    long range = List.of(1L, 5L, 70_000L, EventTimes.END).get(random.nextInt(4));
    long start = random.nextLong(EventTimes.END - range + 1);
    Path file = folder.resolve("r.safetensors");
    RatingMatrices.write(
        file,
        RatingMatrices.random(1 + random.nextInt(60), 30, 0.3, random.nextLong()),
        random.nextBoolean() ? Zero.IMPLICIT : Zero.RATING,
        Map.of(),
        timed ? triple -> start + random.nextLong(range) : null,
        Map.of());
    return RatingMatrix.open(file, Verify.CHECKSUMS);
  }

  private static List<Event> events(RatingMatrix matrix, Scope scope) {
    List<Event> events = new ArrayList<>();
    EventTimes times = Objects.requireNonNull(matrix.times());
    for (int user = 0; user < matrix.users(); user++) {
      for (long p = matrix.byUser().start(user); p < matrix.byUser().end(user); p++) {
        float value = matrix.byUser().value(p);
        if (scope == Scope.EVENTS || matrix.isRating(value)) {
          events.add(new Event(user, matrix.byUser().index(p), value, times.at(p)));
        }
      }
    }
    return events;
  }

  private static Set<Event> held(RatingMatrix matrix, Holdout holdout) {
    Set<Event> held = new HashSet<>();
    for (Event event : events(matrix, Scope.EVENTS)) {
      if (holdout.contains(event.user, event.item, event.value)) {
        held.add(event);
      }
    }
    return held;
  }

  private static Set<Event> where(List<Event> events, Predicate<Event> condition) {
    return events.stream().filter(condition).collect(Collectors.toSet());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void areWhatASortGives(long seed) throws Exception {
    Random random = new Random(seed);
    try (RatingMatrix matrix = matrix(random, true)) {
      for (Scope scope : Scope.values()) {
        String message = "seed=%d, scope=%s".formatted(seed, scope);
        List<Event> events = events(matrix, scope);
        events.sort(Comparator.comparingLong(Event::time));
        long moment = events.isEmpty() ? 7 : events.get(random.nextInt(events.size())).time;
        for (long since : new long[] {moment, moment + 1, 0, EventTimes.END}) {
          assertThat(held(matrix, Holdout.since(matrix, scope, since)))
              .as(message)
              .isEqualTo(where(events, event -> event.time >= since));
        }
        for (double share : new double[] {0.001, 0.1, 0.5, 0.99}) {
          int first = events.size() - (int) (share * events.size());
          // a second is held out as a whole or not at all
          while (first > 0
              && first < events.size()
              && events.get(first).time == events.get(first - 1).time) {
            first++;
          }
          Set<Event> newest = new HashSet<>(events.subList(first, events.size()));
          assertThat(held(matrix, Holdout.newest(matrix, scope, share)))
              .as("%s, share=%s", message, share)
              .isEqualTo(newest);
        }
        int k = 1 + random.nextInt(4);
        int least = k + 1 + random.nextInt(5);
        latest(matrix, events, scope, k, least, message);
      }
    }
  }

  private static void latest(
      RatingMatrix matrix, List<Event> events, Scope scope, int k, int least, String message) {
    Holdout holdout = Holdout.latest(matrix, scope, k, least, 42);
    Set<Event> held = held(matrix, holdout);
    for (int user = 0; user < matrix.users(); user++) {
      int number = user;
      List<Event> own = events.stream().filter(event -> event.user == number).toList();
      Set<Event> late = where(own, held::contains);
      assertThat(late)
          .as("%s, k=%d, least=%d, user=%d", message, k, least, user)
          .hasSize(own.size() >= least ? k : 0);
      long earliest = late.stream().mapToLong(Event::time).min().orElse(EventTimes.END);
      assertThat(where(own, event -> !late.contains(event)))
          .as("%s, k=%d, least=%d, user=%d", message, k, least, user)
          .allMatch(event -> event.time <= earliest);
    }
    assertThat(events).as(message).containsAll(held);
    Holdout again = Holdout.parse(holdout.toString(), matrix);
    assertThat(again).hasToString(holdout.toString());
    assertThat(held(matrix, again)).as(message).isEqualTo(held);
  }

  /// Which events of the same second are held out does not depend on how popular the items are.
  @Test
  void ofTheSameSecondTheSeedDecides() throws Exception {
    List<RatingMatrices.Triple> triples = RatingMatrices.random(200, 20, 1, 3);
    Path file = folder.resolve("r.safetensors");
    RatingMatrices.write(file, triples, Zero.RATING, Map.of(), triple -> 881250949, Map.of());
    try (RatingMatrix matrix = RatingMatrix.open(file, Verify.CHECKSUMS)) {
      Set<Event> one = held(matrix, Holdout.latest(matrix, Scope.RATINGS, 1, 2, 1));
      Set<Event> other = held(matrix, Holdout.latest(matrix, Scope.RATINGS, 1, 2, 2));
      assertThat(one).hasSize(200).isNotEqualTo(other);
      assertThat(one.stream().mapToInt(Event::item).average().orElse(0)).isBetween(8.0, 11.0);
    }
  }

  @Test
  void theTextTellsAll() throws Exception {
    try (RatingMatrix matrix = matrix(new Random(2), true)) {
      assertThat(Holdout.latest(matrix, Scope.RATINGS, 2, 3, 7)).hasToString("latest k=2 seed=7");
      assertThat(Holdout.latest(matrix, Scope.EVENTS, 1, 5, 7))
          .hasToString("latest k=1 least=5 seed=7 of events");
      Holdout since = Holdout.since(matrix, Scope.EVENTS, 881250949);
      assertThat(since).hasToString("since time=1997-12-04T15:55:49Z of events");
      assertThat(since.isNone()).isFalse();
      assertThat(Holdout.parse(since.toString(), matrix)).hasToString(since.toString());
      assertThatThrownBy(() -> Holdout.newest(matrix, Scope.EVENTS, 1))
          .hasMessage("the newest share must be above 0 and less than 1: share=1.0");
    }
  }

  @Test
  void aFileWithoutTimesIsRefused() throws Exception {
    try (RatingMatrix matrix = matrix(new Random(2), false)) {
      assertThatThrownBy(() -> Holdout.newest(matrix, Scope.EVENTS, 0.1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "the ratings must have times to hold out by them: holdout=newest share=0.1; load them"
                  + " from a source with times, or hold out others (%s)",
              matrix.path());
    }
  }
}
