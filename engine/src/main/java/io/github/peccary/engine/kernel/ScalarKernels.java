package io.github.peccary.engine.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/// The specification: the obvious loops, with the order of every sum spelled out.
final class ScalarKernels implements Kernels {
  private final int stride;

  ScalarKernels(int stride) {
    this.stride = stride;
  }

  @Override
  public float dot(MemorySegment a, long aOffset, MemorySegment b, long bOffset) {
    float[] lanes = new float[SPECIFIED_LANES];
    for (int column = 0; column < stride; column++) {
      int lane = column % SPECIFIED_LANES;
      lanes[lane] =
          Math.fma(
              a.get(JAVA_FLOAT, aOffset + 4L * column),
              b.get(JAVA_FLOAT, bOffset + 4L * column),
              lanes[lane]);
    }
    for (int half = SPECIFIED_LANES / 2; half > 0; half /= 2) {
      for (int lane = 0; lane < half; lane++) {
        lanes[lane] += lanes[lane + half];
      }
    }
    return lanes[0];
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
    for (int j = 0; j < count; j++) {
      float score = dot(row, rowOffset, rows, rowsOffset + rowBytes() * j);
      out.set(JAVA_FLOAT, outOffset + 4L * j, score);
    }
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
    for (int j = 0; j < count; j++) {
      long record = (firstRecord + j) * RECORD_BYTES;
      long user = firstUser + localRow(records, record);
      long item = firstItem + localRow(records, record + 2);
      out.set(JAVA_FLOAT, 4L * j, error(users, user, items, item, records, record));
    }
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
    for (int j = 0; j < count; j++) {
      long record = (firstRecord + j) * RECORD_BYTES;
      long user = firstUser + localRow(records, record);
      long item = firstItem + localRow(records, record + 2);
      float error = error(users, user, items, item, records, record);
      step(users, user, items, item, error, steps);
      out.set(JAVA_FLOAT, 4L * j, error);
    }
  }

  private float error(
      MemorySegment users,
      long user,
      MemorySegment items,
      long item,
      MemorySegment records,
      long record) {
    return records.get(JAVA_FLOAT, record + 4)
        - dot(users, user * rowBytes(), items, item * rowBytes());
  }

  private void step(
      MemorySegment users, long user, MemorySegment items, long item, float error, StepSizes s) {
    float step = error * s.rate();
    float userDecay = s.decayRate() * s.userDecays().getAtIndex(JAVA_FLOAT, user);
    float itemDecay = s.decayRate() * s.itemDecays().getAtIndex(JAVA_FLOAT, item);
    for (int column = 0; column < stride; column++) {
      long userOffset = user * rowBytes() + 4L * column;
      long itemOffset = item * rowBytes() + 4L * column;
      float isFactor = s.factorLanes().getAtIndex(JAVA_FLOAT, column);
      float p = users.get(JAVA_FLOAT, userOffset);
      float q = items.get(JAVA_FLOAT, itemOffset);
      float keptUser = p * Math.fma(-userDecay, isFactor, 1f);
      float keptItem = q * Math.fma(-itemDecay, isFactor, 1f);
      users.set(JAVA_FLOAT, userOffset, Math.fma(step * isFactor, q, keptUser));
      items.set(JAVA_FLOAT, itemOffset, Math.fma(step * isFactor, p, keptItem));
    }
  }

  private static long localRow(MemorySegment records, long offset) {
    return Short.toUnsignedInt(records.get(JAVA_SHORT, offset));
  }

  private long rowBytes() {
    return 4L * stride;
  }
}
