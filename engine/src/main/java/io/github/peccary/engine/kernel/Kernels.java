package io.github.peccary.engine.kernel;

import java.lang.foreign.MemorySegment;

/// Arithmetic on rows of factors, outside the heap. One instance serves one rank and all threads.
///
/// A row has `stride` floats: `rank` factors, then two columns for the biases, then zeros. A user's
/// bias is in the first of the two, an item's in the second, and the other one is 1, so that the
/// product of two rows counts both.
///
/// **The order of a sum is part of the specification**, so that every machine, vector width and JIT
/// tier yields the same bits: a dot product is 16 logical lanes, each accumulated with fma in
/// column order, then a halving tree (8, 4, 2, 1). [ScalarKernels] is that specification in plain
/// loops; [VectorKernels] is checked against it by equality.
///
/// All offsets are in bytes. A *record* is one rating of a tile in a `long`: see [#record]. Rows
/// and records lie outside the heap and stay allocated until an operation returns.
public interface Kernels {
  /// Lanes of the specification; the stride is a multiple of it.
  int SPECIFIED_LANES = 16;

  /// Items in a block of codes, one in each bit of a `long`.
  int CODED_ITEMS = Long.SIZE;

  /// Packs a rating of a tile: from the lowest bits, the row of its user and that of its item, 16
  /// bits each, counted from the tile's first rows, and the value (f32) that the product of the
  /// rows should reach.
  static long record(int localUser, int localItem, float value) {
    return (long) Float.floatToRawIntBits(value) << Integer.SIZE
        | Integer.toUnsignedLong(localItem << Short.SIZE)
        | localUser;
  }

  /// The user of a record, counted from the tile's first one.
  static int localUser(long record) {
    return (int) record & 0xFFFF;
  }

  /// The item of a record, counted from the tile's first one.
  static int localItem(long record) {
    return (int) record >>> Short.SIZE;
  }

  /// The value of a record.
  static float value(long record) {
    return Float.intBitsToFloat((int) (record >>> Integer.SIZE));
  }

  /// Floats in a row of `rank` factors: `rank + 2` rounded up to 16, whole vectors, no tails.
  static int strideFor(int rank) {
    if (rank < 1 || rank > 1 << 16) {
      throw new IllegalArgumentException("rank must be from 1 to 65536: rank=" + rank);
    }
    return (rank + 2 + SPECIFIED_LANES - 1) & -SPECIFIED_LANES;
  }

  /// The kernels for rows of `rank` factors, the fastest that this machine has.
  static Kernels forRank(int rank) {
    return KernelChoice.forRank(rank);
  }

  /// One of the twins by its name, `"vector"` or `"scalar"`: for benchmarks and tests that compare.
  ///
  /// @throws UnsupportedOperationException if this process has no vector kernel
  static Kernels named(String name, int rank) {
    return switch (name) {
      case "scalar" -> new ScalarKernels(rank);
      case "vector" -> {
        if (!active().equals("vector")) {
          throw new UnsupportedOperationException(
              "vector kernels need the Vector API: run java with --add-modules jdk.incubator.vector");
        }
        yield forRank(rank);
      }
      default -> throw new IllegalArgumentException("a kernel is vector or scalar: name=" + name);
    };
  }

  /// `"vector"` or `"scalar"`: which twin [#forRank] hands out in this process.
  static String active() {
    return KernelChoice.LANES > 1 ? "vector" : "scalar";
  }

  /// Fused multiply-adds on whole registers and nothing else, in chains enough to keep every unit
  /// busy: what the arithmetic of this machine can do at most.
  ///
  /// @return the operations made, in floating-point operations: an fma is two
  static long multiplyAdds(int rounds) {
    return active().equals("vector")
        ? VectorKernels.multiplyAdds(rounds)
        : ScalarKernels.multiplyAdds(rounds);
  }

  /// The items of a block of [#CODED_ITEMS] whose codes reach `limit`: bit `j` of the result is set
  /// if `Σ row[column] · codes[column · 64 + j] ≥ limit`.
  ///
  /// Sums are taken modulo 2^16, as numbers from −2^15 to 2^15 − 1. Where the final sum is one of
  /// these, as it is for vectors whose norms have no greater product (Cauchy and Schwarz), it does
  /// not matter that those on the way are not.
  ///
  /// @param row one code a column, in 16 bits
  /// @param codes 8 bits each, column by column
  /// @param codesOffset of the block, in bytes
  /// @param limit from −2^15 to 2^15 − 1
  static long reaching(short[] row, MemorySegment codes, long codesOffset, int limit) {
    return KernelChoice.LANES > 1
        ? VectorKernels.reaching(row, codes, codesOffset, limit)
        : ScalarKernels.reaching(row, codes, codesOffset, limit);
  }

  /// Floats in one register of the active kernel: 16, 8 or 4; 1 for the scalar one.
  static int lanes() {
    return KernelChoice.LANES;
  }

  /// The dot product of two rows.
  float dot(MemorySegment a, long aOffset, MemorySegment b, long bOffset);

  /// `out[j] = dot(row, rows[j])` for `count` consecutive rows; `out` receives `count` floats.
  void dots(
      MemorySegment row,
      long rowOffset,
      MemorySegment rows,
      long rowsOffset,
      int count,
      MemorySegment out,
      long outOffset);

  /// `out[j] = value − dot(p, q)` for each of `count` records; `out` receives `count` floats.
  ///
  /// @param firstUser row number in `users` that the records count user rows from
  /// @param firstItem row number in `items` that the records count item rows from
  /// @param firstRecord number of the first record in `records`
  void errors(
      MemorySegment users,
      int firstUser,
      MemorySegment items,
      int firstItem,
      MemorySegment records,
      long firstRecord,
      int count,
      MemorySegment out);

  /// For each record, its error `e` as above and a step of stochastic gradient descent, before the
  /// next record is looked at: the factors of `p` move by `e · q` and those of `q` by `e` times the
  /// old `p`, both biases by `e`, as far as `steps` says. The other columns stay what they are.
  /// Returns the sum of the squares of the errors: a float, so to be called for a few hundred
  /// records at a time.
  float update(
      MemorySegment users,
      int firstUser,
      MemorySegment items,
      int firstItem,
      MemorySegment records,
      long firstRecord,
      int count,
      StepSizes steps);

  /// The step of [#update] on errors that are given: the values of the records.
  void step(
      MemorySegment users,
      int firstUser,
      MemorySegment items,
      int firstItem,
      MemorySegment records,
      long firstRecord,
      int count,
      StepSizes steps);

  /// Reads and writes the two rows of each record and leaves them as they are: an update without
  /// its arithmetic. No update can be faster.
  void touch(
      MemorySegment users,
      int firstUser,
      MemorySegment items,
      int firstItem,
      MemorySegment records,
      long firstRecord,
      int count);

  /// `out = out + w[0] · rows[0] + w[1] · rows[1] + …` for `count` consecutive rows: in each column
  /// one fma a row, in the order of the rows. `out` is one row, and none of those that are added.
  ///
  /// @param weightStep from one weight to the next, in bytes
  void sumRows(
      MemorySegment weights,
      long weightOffset,
      int weightStep,
      MemorySegment rows,
      long rowsOffset,
      int count,
      MemorySegment out,
      long outOffset);

  /// `out = row · scale · weight`, column by column: the product of the first two is rounded first.
  /// `out` may be `row`.
  ///
  /// @param scale as many floats as a row has
  /// @param weight one float
  void scale(
      MemorySegment row,
      long rowOffset,
      MemorySegment scale,
      long scaleOffset,
      MemorySegment weight,
      long weightOffset,
      MemorySegment out,
      long outOffset);
}
