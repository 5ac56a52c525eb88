package io.github.peccary.engine.kernel;

import java.lang.foreign.MemorySegment;

/// Arithmetic on rows of `stride` floats, outside the heap. One instance serves one stride and all
/// threads.
///
/// **The order of a sum is part of the specification**, so that every machine, vector width and JIT
/// tier yields the same bits: a dot product is 16 logical lanes, each accumulated with fma in
/// column order, then a halving tree (8, 4, 2, 1). [ScalarKernels] is that specification in plain
/// loops; [VectorKernels] is checked against it by equality.
///
/// All offsets are in bytes. Rows hold `stride` floats, a multiple of 16. A *record* is one rating
/// of a tile, eight bytes: the row of its user and of its item, each an unsigned 16-bit number
/// counted from the tile's first row, and the value (f32) that the dot product should reach.
public interface Kernels {
  /// Lanes of the specification; the stride is a multiple of it.
  int SPECIFIED_LANES = 16;

  /// Bytes of one record: u16 user, u16 item, f32 value.
  int RECORD_BYTES = 8;

  /// The kernels for rows of `stride` floats, the fastest that this machine has.
  static Kernels forStride(int stride) {
    return KernelChoice.forStride(stride);
  }

  /// One of the twins by its name, `"vector"` or `"scalar"`: for benchmarks and tests that compare.
  ///
  /// @throws UnsupportedOperationException if this process has no vector kernel
  static Kernels named(String name, int stride) {
    return switch (name) {
      case "scalar" -> new ScalarKernels(stride);
      case "vector" -> {
        if (!active().equals("vector")) {
          throw new UnsupportedOperationException(
              "vector kernels need the Vector API: run java with --add-modules jdk.incubator.vector");
        }
        yield forStride(stride);
      }
      default -> throw new IllegalArgumentException("a kernel is vector or scalar: name=" + name);
    };
  }

  /// `"vector"` or `"scalar"`: which twin [#forStride] hands out in this process.
  static String active() {
    return KernelChoice.LANES > 1 ? "vector" : "scalar";
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

  /// The same, and after each record's error `e` a step of stochastic gradient descent, before the
  /// next record is looked at: the factors of `p` move by `e · q` and those of `q` by `e` times the
  /// old `p`, as far as `steps` says.
  void update(
      MemorySegment users,
      int firstUser,
      MemorySegment items,
      int firstItem,
      MemorySegment records,
      long firstRecord,
      int count,
      MemorySegment out,
      StepSizes steps);
}
