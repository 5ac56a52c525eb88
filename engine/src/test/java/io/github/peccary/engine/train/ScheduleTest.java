package io.github.peccary.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.parallel.Workers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static final Grid GRID = new Grid(starts(9), starts(13));

  @Test
  void everyTileIsVisitedOnceWhateverTheScheduleAndTheThreads() {
    for (Schedule schedule : List.of(new Schedule.Hogwild(), new Schedule.Strata())) {
      for (int threads = 1; threads <= 4; threads++) {
        AtomicIntegerArray visits = new AtomicIntegerArray(GRID.tiles());
        try (Workers workers = new Workers(threads)) {
          schedule.visit(
              GRID, new SplittableRandom(1), workers, (_, tile) -> visits.incrementAndGet(tile));
        }
        for (int tile = 0; tile < GRID.tiles(); tile++) {
          assertThat(visits.get(tile)).as("%s, tile %d", schedule, tile).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void tilesOfOneRoundShareNoRow() {
    Schedule.Diagonals diagonals = Schedule.Diagonals.shuffled(GRID, new SplittableRandom(2));
    for (int round = 0; round < GRID.blocks(); round++) {
      Set<Integer> stripes = new HashSet<>();
      Set<Integer> blocks = new HashSet<>();
      for (int n = 0; n < GRID.stripes(); n++) {
        int tile = diagonals.tile(round * GRID.stripes() + n);
        assertThat(stripes.add(tile % GRID.stripes())).isTrue();
        assertThat(blocks.add(tile / GRID.stripes())).isTrue();
      }
    }
  }

  @Test
  void theOrderFollowsFromTheSeedAndChangesFromEpochToEpoch() {
    SplittableRandom random = new SplittableRandom(3);
    List<Integer> first = order(random);
    List<Integer> second = order(random);
    assertThat(order(new SplittableRandom(3))).isEqualTo(first);
    assertThat(second).isNotEqualTo(first).containsExactlyInAnyOrderElementsOf(first);
  }

  private static List<Integer> order(SplittableRandom random) {
    List<Integer> order = new ArrayList<>();
    try (Workers workers = new Workers(1)) {
      new Schedule.Strata().visit(GRID, random, workers, (_, tile) -> order.add(tile));
    }
    return order;
  }

  private static int[] starts(int parts) {
    int[] starts = new int[parts + 1];
    for (int part = 0; part <= parts; part++) {
      starts[part] = 10 * part;
    }
    return starts;
  }
}
