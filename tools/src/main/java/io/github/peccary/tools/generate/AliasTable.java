package io.github.peccary.tools.generate;

import java.util.random.RandomGenerator;

/// Draws numbers with unequal probabilities, each in constant time.
///
/// As many columns as numbers, all of one height: column `i` holds number `i` up to `own[i]` of
/// its height and `alias[i]` above it. A point anywhere in the columns falls on a number as often
/// as its weight says.
///
/// M. Vose: A Linear Algorithm for Generating Random Numbers with a Given Distribution, 1991.
final class AliasTable {
  private final double[] own;
  private final int[] alias;

  /// @param weights above 0, one of each number
  AliasTable(int[] weights) {
    int count = weights.length;
    long total = 0;
    for (int weight : weights) {
      total += weight;
    }
    own = new double[count];
    alias = new int[count];
    int[] stacks = new int[count]; // from below the numbers that do not fill a column
    int under = 0;
    int over = count;
    for (int i = 0; i < count; i++) {
      own[i] = (double) weights[i] * count / total;
      stacks[own[i] < 1 ? under++ : --over] = i;
    }
    while (under > 0 && over < count) {
      int filled = stacks[--under];
      int giver = stacks[over];
      alias[filled] = giver;
      own[giver] -= 1 - own[filled];
      if (own[giver] < 1) {
        stacks[under++] = giver;
        over++;
      }
    }
    // What rounding left on either stack fills its column to within an error of that size.
    while (under > 0) {
      own[stacks[--under]] = 1;
    }
    while (over < count) {
      own[stacks[over++]] = 1;
    }
  }

  int draw(RandomGenerator random) {
    double point = random.nextDouble() * own.length;
    int column = (int) point;
    return point - column < own[column] ? column : alias[column];
  }
}
