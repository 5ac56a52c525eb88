package io.github.peccary.engine.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// The vector kernels of one rank: a copy of [VectorKernels] for each operation.
///
/// All operations are one method there, and the JIT compiler lays code and registers out for the
/// mixture of operations that it has seen: updates compiled while errors were being measured, too,
/// take up to twice as long. A copy that knows one operation compiles to the same code every time.
record KernelPerOperation(
    Pass forDot,
    Pass forDots,
    Pass forErrors,
    Pass forUpdate,
    Pass forStep,
    Pass forTouch,
    Pass forSumRows,
    Pass forScale)
    implements Kernels {

  private static final StepSizes NO_STEPS =
      new StepSizes(Arena.global(), new int[0], 0, new int[0], 0);

  /// What a copy does, by its class data.
  enum Operation {
    DOT,
    DOTS,
    ERRORS,
    UPDATE,
    STEP,
    TOUCH,
    SUM_ROWS,
    SCALE
  }

  /// The loop that every operation is.
  interface Pass {
    /// Returns the product of [Operation#DOT], the sum of squares of [Operation#UPDATE] and
    /// [Operation#STEP]; 0 for what writes to `out`.
    ///
    /// [Operation#SUM_ROWS] has weights in place of users and the step between them in place of the
    /// first record; [Operation#SCALE] a row in place of users, a scale in place of items, and a
    /// weight at an offset in `records`, in bytes.
    ///
    /// @param a for operations on records, the first user's row number; else an offset in bytes
    /// @param b for operations on records, the first item's row number; else an offset in bytes
    float pass(
        MemorySegment users,
        long a,
        MemorySegment items,
        long b,
        MemorySegment records,
        long firstRecord,
        int count,
        MemorySegment out,
        long outOffset,
        StepSizes steps);
  }

  @Override
  public float dot(MemorySegment a, long aOffset, MemorySegment b, long bOffset) {
    return forDot.pass(a, aOffset, b, bOffset, b, 0, 1, b, 0, NO_STEPS);
  }

  @Override
  public void dots(
      MemorySegment row,
      long rowOffset,
      MemorySegment rows,
      long rowsOffset,
      int count,
      MemorySegment out,
      long outOffset) {
    forDots.pass(row, rowOffset, rows, rowsOffset, rows, 0, count, out, outOffset, NO_STEPS);
  }

  @Override
  public void errors(
      MemorySegment users,
      int firstUser,
      MemorySegment items,
      int firstItem,
      MemorySegment records,
      long firstRecord,
      int count,
      MemorySegment out) {
    forErrors.pass(
        users, firstUser, items, firstItem, records, firstRecord, count, out, 0, NO_STEPS);
  }

  @Override
  public float update(
      MemorySegment users,
      int firstUser,
      MemorySegment items,
      int firstItem,
      MemorySegment records,
      long firstRecord,
      int count,
      StepSizes steps) {
    return forUpdate.pass(
        users, firstUser, items, firstItem, records, firstRecord, count, records, 0, steps);
  }

  @Override
  public void step(
      MemorySegment users,
      int firstUser,
      MemorySegment items,
      int firstItem,
      MemorySegment records,
      long firstRecord,
      int count,
      StepSizes steps) {
    forStep.pass(
        users, firstUser, items, firstItem, records, firstRecord, count, records, 0, steps);
  }

  @Override
  public void touch(
      MemorySegment users,
      int firstUser,
      MemorySegment items,
      int firstItem,
      MemorySegment records,
      long firstRecord,
      int count) {
    forTouch.pass(
        users, firstUser, items, firstItem, records, firstRecord, count, records, 0, NO_STEPS);
  }

  @Override
  public void sumRows(
      MemorySegment weights,
      long weightOffset,
      int weightStep,
      MemorySegment rows,
      long rowsOffset,
      int count,
      MemorySegment out,
      long outOffset) {
    forSumRows.pass(
        weights, weightOffset, rows, rowsOffset, rows, weightStep, count, out, outOffset, NO_STEPS);
  }

  @Override
  public void scale(
      MemorySegment row,
      long rowOffset,
      MemorySegment scale,
      long scaleOffset,
      MemorySegment weight,
      long weightOffset,
      MemorySegment out,
      long outOffset) {
    forScale.pass(
        row, rowOffset, scale, scaleOffset, weight, weightOffset, 1, out, outOffset, NO_STEPS);
  }
}
