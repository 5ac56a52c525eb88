package io.github.peccary.engine.kernel;

import java.lang.foreign.MemorySegment;

/// A copy of the vector kernels for each operation.
///
/// All operations are one method there, and the JIT compiler lays code and registers out for the
/// mixture of operations that it has seen: updates compiled while errors were being measured, too,
/// take up to twice as long. A copy that knows one operation compiles to the same code every time.
record KernelPerOperation(Kernels forDot, Kernels forDots, Kernels forErrors, Kernels forUpdate)
    implements Kernels {

  @Override
  public float dot(MemorySegment a, long aOffset, MemorySegment b, long bOffset) {
    return forDot.dot(a, aOffset, b, bOffset);
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
    forDots.dots(row, rowOffset, rows, rowsOffset, count, out, outOffset);
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
    forErrors.errors(users, firstUser, items, firstItem, records, firstRecord, count, out);
  }

  @Override
  public void update(
      MemorySegment users,
      int firstUser,
      MemorySegment items,
      int firstItem,
      MemorySegment records,
      long firstRecord,
      int count,
      MemorySegment out,
      StepSizes steps) {
    forUpdate.update(users, firstUser, items, firstItem, records, firstRecord, count, out, steps);
  }
}
