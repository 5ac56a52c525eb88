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
      float score = dot(row, rowOffset, rows, rowsOffset + 4L * stride * j);
      out.set(JAVA_FLOAT, outOffset + 4L * j, score);
    }
  }

  @Override
  public double update(
      MemorySegment users,
      long usersOffset,
      MemorySegment items,
      long itemsOffset,
      MemorySegment records,
      long recordsOffset,
      int count,
      StepSizes steps) {
    double squaredErrors = 0;
    for (int j = 0; j < count; j++) {
      long record = recordsOffset + (long) RECORD_BYTES * j;
      long user = usersOffset + rowOffset(records, record);
      long item = itemsOffset + rowOffset(records, record + 2);
      float error = records.get(JAVA_FLOAT, record + 4) - dot(users, user, items, item);
      step(users, user, items, item, error, steps);
      squaredErrors += (double) error * error;
    }
    return squaredErrors;
  }

  private void step(
      MemorySegment users, long user, MemorySegment items, long item, float error, StepSizes s) {
    MemorySegment lanes = s.lanes();
    for (long at = 0; at < 4L * stride; at += 4) {
      float p = users.get(JAVA_FLOAT, user + at);
      float q = items.get(JAVA_FLOAT, item + at);
      float userStep = error * lanes.get(JAVA_FLOAT, s.userRateOffset() + at);
      float itemStep = error * lanes.get(JAVA_FLOAT, s.itemRateOffset() + at);
      float keptUser = p * lanes.get(JAVA_FLOAT, s.userDecayOffset() + at);
      float keptItem = q * lanes.get(JAVA_FLOAT, s.itemDecayOffset() + at);
      users.set(JAVA_FLOAT, user + at, Math.fma(userStep, q, keptUser));
      items.set(JAVA_FLOAT, item + at, Math.fma(itemStep, p, keptItem));
    }
  }

  @Override
  public void errors(
      MemorySegment users,
      long usersOffset,
      MemorySegment items,
      long itemsOffset,
      MemorySegment records,
      long recordsOffset,
      int count,
      MemorySegment out) {
    for (int j = 0; j < count; j++) {
      long record = recordsOffset + (long) RECORD_BYTES * j;
      long user = usersOffset + rowOffset(records, record);
      long item = itemsOffset + rowOffset(records, record + 2);
      float error = records.get(JAVA_FLOAT, record + 4) - dot(users, user, items, item);
      out.set(JAVA_FLOAT, 4L * j, error);
    }
  }

  private long rowOffset(MemorySegment records, long at) {
    return 4L * stride * Short.toUnsignedInt(records.get(JAVA_SHORT, at));
  }
}
