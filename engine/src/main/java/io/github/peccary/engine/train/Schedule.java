package io.github.peccary.engine.train;

import io.github.peccary.engine.parallel.Workers;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/// The order in which workers visit the tiles of an epoch.
///
/// Both schedules follow the same diagonals: in round `r`, stripe `s` meets block `s + r`, so that
/// the tiles of one round share no row, neither of a user nor of an item. Stripes and rounds are
/// shuffled for every epoch.
sealed interface Schedule {
  /// Visits every tile of `grid` once.
  void visit(Grid grid, SplittableRandom random, Workers workers, TileVisitor visitor);

  /// Trains on one tile.
  interface TileVisitor {
    void visit(int worker, int tile);
  }

  /// Workers claim tile after tile, without locks and without waiting for each other. Two workers
  /// may meet on a row where one is a round ahead; such races are accepted. After Niu, Recht, Ré
  /// and Wright, "Hogwild!: A Lock-Free Approach to Parallelizing Stochastic Gradient Descent"
  /// (NIPS 2011).
  record Hogwild() implements Schedule {
    @Override
    public void visit(Grid grid, SplittableRandom random, Workers workers, TileVisitor visitor) {
      Diagonals diagonals = Diagonals.shuffled(grid, random);
      AtomicInteger next = new AtomicInteger();
      workers.run(
          worker -> {
            for (int n = next.getAndIncrement(); n < grid.tiles(); n = next.getAndIncrement()) {
              visitor.visit(worker, diagonals.tile(n));
            }
          });
    }
  }

  /// Workers wait for each other after each round. As the tiles of a round share no row, the result
  /// does not depend on who visits which, nor on how many workers there are. After Gemulla,
  /// Nijkamp, Haas and Sismanis, "Large-Scale Matrix Factorization with Distributed Stochastic
  /// Gradient Descent" (KDD 2011), whose strata these rounds are.
  record Strata() implements Schedule {
    @Override
    public void visit(Grid grid, SplittableRandom random, Workers workers, TileVisitor visitor) {
      Diagonals diagonals = Diagonals.shuffled(grid, random);
      AtomicInteger next = new AtomicInteger();
      for (int round = 0; round < grid.blocks(); round++) {
        int start = round * grid.stripes();
        int end = start + grid.stripes();
        next.set(start);
        workers.run(
            worker -> {
              for (int n = next.getAndIncrement(); n < end; n = next.getAndIncrement()) {
                visitor.visit(worker, diagonals.tile(n));
              }
            });
      }
    }
  }

  /// The shuffled diagonals of one epoch: position `n` lies in round `n / stripes`.
  record Diagonals(Grid grid, int[] stripes, int[] rounds) {
    static Diagonals shuffled(Grid grid, SplittableRandom random) {
      return new Diagonals(
          grid, permutation(grid.stripes(), random), permutation(grid.blocks(), random));
    }

    int tile(int n) {
      int stripe = stripes[n % stripes.length];
      int block = (stripe + rounds[n / stripes.length]) % rounds.length;
      return grid.tile(stripe, block);
    }

    private static int[] permutation(int size, SplittableRandom random) {
      int[] permutation = new int[size];
      for (int i = 0; i < size; i++) {
        int j = random.nextInt(i + 1);
        permutation[i] = permutation[j];
        permutation[j] = i;
      }
      return permutation;
    }
  }
}
