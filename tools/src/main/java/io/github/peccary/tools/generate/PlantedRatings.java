package io.github.peccary.tools.generate;

import io.github.peccary.engine.memory.HugePages;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.CompressedRows;
import io.github.peccary.engine.ratings.IntCursor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;

/// Ratings of the planted model, from 0.5 to 5 in steps of a half, as a ratings file has them:
/// users and items numbered by falling number of ratings, items ascending within a user.
///
/// 1. The users' numbers of ratings fall with their number, so that their rows' places are known.
/// 2. Each user draws items, by their popularity.
/// 3. The items are counted and get their final numbers.
/// 4. Each user's items are renumbered, sorted and rated.
///
/// In 2 and 4 a user has random numbers of his own, so it does not matter which thread takes him.
/// Beside the ratings, 8 bytes each off the heap, there are a few numbers for each user and item.
final class PlantedRatings {
  private static final int USERS_PER_RANGE = 1_024;
  private static final double MEAN = 3.5;
  private static final double LOWEST = 0.5;
  private static final double HIGHEST = 5;
  private static final double STEPS = 2; // to a unit

  /// [Taste] speaks in the units of a scale to 10. So scaled, and with this noise, the ratings have
  /// a standard deviation of 0.9, of which 0.6 is noise, rounding to steps included.
  private static final double SCORE_SCALE = 0.41;

  private static final double NOISE = 0.58;

  private final RatingsShape shape;
  private final Workers workers;
  private final GeneratorListener listener;
  private final MemorySegment offsets; // i64 [users + 1]
  private final MemorySegment items; // i32 [ratings]
  private final MemorySegment values; // f32 [ratings]
  private long steps; // ratings drawn and ratings rated

  private PlantedRatings(
      RatingsShape shape, Workers workers, Arena arena, GeneratorListener listener) {
    this.shape = shape;
    this.workers = workers;
    this.listener = listener;
    offsets = arena.allocate(ValueLayout.JAVA_LONG, shape.users() + 1L);
    items = HugePages.allocate(arena, shape.ratings() * Integer.BYTES);
    values = HugePages.allocate(arena, shape.ratings() * Float.BYTES);
  }

  /// Returns users × items.
  ///
  /// @param arena shared: all workers write to what it gives
  static CompressedRows make(
      RatingsShape shape, long seed, Workers workers, Arena arena, GeneratorListener listener) {
    SplittableRandom random = new SplittableRandom(seed);
    PlantedRatings ratings = new PlantedRatings(shape, workers, arena, listener);
    ratings.layOut(shape.userSizes());
    ratings.draw(
        new ItemSampler(shape.itemWeights(), shape.ratings(), random.split()), random.nextLong());
    int[] numbers = ratings.finalNumbers();
    ratings.rate(
        numbers, new Taste(shape.users(), shape.items(), random.split()), random.nextLong());
    return new CompressedRows(
        shape.users(), shape.items(), ratings.offsets, ratings.items, ratings.values);
  }

  private void layOut(int[] userSizes) {
    long offset = 0;
    for (int user = 0; user < userSizes.length; user++) {
      offset += userSizes[user];
      offsets.setAtIndex(ValueLayout.JAVA_LONG, user + 1L, offset);
    }
  }

  private void draw(ItemSampler sampler, long seed) {
    workers.forRange(
        shape.users(),
        USERS_PER_RANGE,
        (from, to) -> {
          int[] row = new int[size(from)]; // nobody after the first of them has more
          BitSet taken = new BitSet(shape.items());
          for (int user = from; user < to; user++) {
            sampler.draw(start(user), size(user), row, taken, randomOf(user, seed));
            MemorySegment.copy(
                row, 0, items, ValueLayout.JAVA_INT, start(user) * Integer.BYTES, size(user));
          }
          done(start(to) - start(from));
        });
  }

  /// The number of each item by falling number of ratings.
  private int[] finalNumbers() {
    int[] counts = new int[shape.items()];
    IntCursor drawn = new IntCursor(items);
    for (long position = 0; position < shape.ratings(); position++) {
      counts[drawn.next()]++;
    }
    long[] order = new long[counts.length]; // the count, turned round, above the item
    for (int item = 0; item < counts.length; item++) {
      order[item] = (long) (Integer.MAX_VALUE - counts[item]) << Integer.SIZE | item;
    }
    Arrays.sort(order);
    int[] numbers = counts;
    for (int number = 0; number < order.length; number++) {
      numbers[(int) order[number]] = number;
    }
    return numbers;
  }

  private void rate(int[] numbers, Taste taste, long seed) {
    workers.forRange(
        shape.users(),
        USERS_PER_RANGE,
        (from, to) -> {
          int[] row = new int[size(from)];
          float[] rated = new float[size(from)];
          for (int user = from; user < to; user++) {
            long startBytes = start(user) * Integer.BYTES;
            int size = size(user);
            MemorySegment.copy(items, ValueLayout.JAVA_INT, startBytes, row, 0, size);
            for (int i = 0; i < size; i++) {
              row[i] = numbers[row[i]];
            }
            Arrays.sort(row, 0, size);
            SplittableRandom random = randomOf(user, seed);
            for (int i = 0; i < size; i++) {
              rated[i] = rating(taste.score(user, row[i]), random.nextGaussian());
            }
            MemorySegment.copy(row, 0, items, ValueLayout.JAVA_INT, startBytes, size);
            MemorySegment.copy(rated, 0, values, ValueLayout.JAVA_FLOAT, startBytes, size);
          }
          done(start(to) - start(from));
        });
  }

  private static float rating(double score, double noise) {
    double rating = MEAN + SCORE_SCALE * score + NOISE * noise;
    return (float) Math.clamp(Math.rint(STEPS * rating) / STEPS, LOWEST, HIGHEST);
  }

  /// The generator adds large odd steps to its seed and mixes the sums: users' numbers, close
  /// together, lead to numbers that have nothing in common.
  private static SplittableRandom randomOf(int user, long seed) {
    return new SplittableRandom(seed + user);
  }

  private long start(int user) {
    return offsets.getAtIndex(ValueLayout.JAVA_LONG, user);
  }

  private int size(int user) {
    return (int) (start(user + 1) - start(user));
  }

  private synchronized void done(long ratings) {
    steps += ratings;
    listener.rows(steps / 2, shape.ratings());
  }
}
