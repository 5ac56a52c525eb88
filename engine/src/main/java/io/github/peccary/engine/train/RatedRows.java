package io.github.peccary.engine.train;

import io.github.peccary.engine.model.FactorMatrix;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.ratings.CompressedRows;
import io.github.peccary.engine.ratings.IntCursor;
import io.github.peccary.engine.ratings.LongCursor;
import io.github.peccary.engine.ratings.RatingMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;

/// The users or the items that have a rating, numbered without gaps in the order of the file; for
/// rankings all of them.
///
/// In sparse data they are a fraction of all: half of the users may only have seen things, not
/// rated them. Between the rows that training reads and writes, the others would fill caches, and
/// be copied with every epoch that is kept.
///
/// @param numbers of each row, its number in the file, ascending unless dealt
/// @param rows of each number in the file, its row; -1 for those without a rating
/// @param counts of each row, its ratings (or events), held out or not
record RatedRows(int[] numbers, int[] rows, int[] counts) {
  private static final int GRAIN = 1024;

  static RatedRows users(RatingMatrix ratings, Workers workers) {
    return of(ratings, ratings.byUser(), workers);
  }

  static RatedRows items(RatingMatrix ratings, Workers workers) {
    return of(ratings, ratings.byItem(), workers);
  }

  /// All users or items, in the order of the file, with all their events.
  static RatedRows all(CompressedRows matrix) {
    return inOrder(matrix, numbers(matrix));
  }

  /// All users or items in random order: any range of rows is a random sample of them.
  static RatedRows dealt(CompressedRows matrix, long seed) {
    int[] numbers = numbers(matrix);
    SplittableRandom random = new SplittableRandom(seed);
    for (int row = numbers.length - 1; row > 0; row--) {
      int other = random.nextInt(row + 1);
      int number = numbers[other];
      numbers[other] = numbers[row];
      numbers[row] = number;
    }
    return inOrder(matrix, numbers);
  }

  private static int[] numbers(CompressedRows matrix) {
    int[] numbers = new int[matrix.rows()];
    Arrays.setAll(numbers, row -> row);
    return numbers;
  }

  private static RatedRows inOrder(CompressedRows matrix, int[] numbers) {
    int[] rows = new int[numbers.length];
    int[] counts = new int[numbers.length];
    for (int row = 0; row < numbers.length; row++) {
      int number = numbers[row];
      rows[number] = row;
      counts[row] = Math.toIntExact(matrix.end(number) - matrix.start(number));
    }
    return new RatedRows(numbers, rows, counts);
  }

  private static RatedRows of(RatingMatrix ratings, CompressedRows matrix, Workers workers) {
    int[] countOf = new int[matrix.rows()];
    workers.forRange(
        matrix.rows(), GRAIN, (from, to) -> countRatings(ratings, matrix, from, to, countOf));
    int[] rows = new int[matrix.rows()];
    int[] numbers = new int[matrix.rows()];
    int[] counts = new int[matrix.rows()];
    int size = 0;
    for (int number = 0; number < rows.length; number++) {
      rows[number] = countOf[number] > 0 ? size : -1;
      numbers[size] = number;
      counts[size] = countOf[number];
      size += countOf[number] > 0 ? 1 : 0;
    }
    return new RatedRows(Arrays.copyOf(numbers, size), rows, Arrays.copyOf(counts, size));
  }

  private static void countRatings(
      RatingMatrix ratings, CompressedRows matrix, int from, int to, int[] countOf) {
    LongCursor ends = new LongCursor(matrix.offsets(), from);
    long start = ends.next();
    IntCursor values = new IntCursor(matrix.values(), start);
    for (int number = from; number < to; number++) {
      long end = ends.next();
      int events = Math.toIntExact(end - start);
      countOf[number] = ratings.implicitEvents() == 0 ? events : ratings(ratings, values, events);
      start = end;
    }
  }

  private static int ratings(RatingMatrix ratings, IntCursor values, int events) {
    int count = 0;
    for (int event = 0; event < events; event++) {
      count += ratings.isRating(values.nextFloat()) ? 1 : 0;
    }
    return count;
  }

  int size() {
    return numbers.length;
  }

  /// The numbers of all users or items, 0 for those without a rating.
  float[] scatter(float[] byRow) {
    float[] all = new float[rows.length];
    for (int row = 0; row < byRow.length; row++) {
      all[numbers[row]] = byRow[row];
    }
    return all;
  }

  /// The rows of all users or items; those without a rating are zero but for the constant 1.
  ///
  /// @param constantColumn where that is, -1 for nowhere
  FactorMatrix scatter(FactorMatrix byRow, int constantColumn, Arena arena, Workers workers) {
    FactorMatrix all = FactorMatrix.allocate(arena, rows.length, byRow.rank());
    workers.forRange(
        rows.length,
        GRAIN,
        (from, to) -> {
          for (int number = from; number < to; number++) {
            if (rows[number] >= 0) {
              copyRow(byRow, rows[number], all, number);
            } else if (constantColumn >= 0) {
              all.set(number, constantColumn, 1f);
            }
          }
        });
    return all;
  }

  /// Copies a row of one matrix to one of another of the same rank.
  static void copyRow(FactorMatrix from, int fromRow, FactorMatrix to, int toRow) {
    MemorySegment.copy(
        from.segment(),
        from.rowOffset(fromRow),
        to.segment(),
        to.rowOffset(toRow),
        from.rowOffset(1));
  }
}
