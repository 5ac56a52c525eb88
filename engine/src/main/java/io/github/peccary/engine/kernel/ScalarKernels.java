package io.github.peccary.engine.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/// The specification: the obvious loops, with the order of every sum spelled out.
final class ScalarKernels implements Kernels {
  private final int rank;
  private final int stride;

  ScalarKernels(int rank) {
    this.rank = rank;
    this.stride = Kernels.strideFor(rank);
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
      long record = records.getAtIndex(JAVA_LONG, firstRecord + j);
      long user = firstUser + (long) Kernels.localUser(record);
      long item = firstItem + (long) Kernels.localItem(record);
      out.set(JAVA_FLOAT, 4L * j, error(users, user, items, item, record));
    }
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
    float squares = 0;
    for (int j = 0; j < count; j++) {
      long record = records.getAtIndex(JAVA_LONG, firstRecord + j);
      long user = firstUser + (long) Kernels.localUser(record);
      long item = firstItem + (long) Kernels.localItem(record);
      float error = error(users, user, items, item, record);
      step(users, user, items, item, error, steps);
      squares = Math.fma(error, error, squares);
    }
    return squares;
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
    for (int j = 0; j < count; j++) {
      long record = records.getAtIndex(JAVA_LONG, firstRecord + j);
      long user = firstUser + (long) Kernels.localUser(record);
      long item = firstItem + (long) Kernels.localItem(record);
      step(users, user, items, item, Kernels.value(record), steps);
    }
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
    for (int j = 0; j < count; j++) {
      long record = records.getAtIndex(JAVA_LONG, firstRecord + j);
      long user = (firstUser + (long) Kernels.localUser(record)) * rowBytes();
      long item = (firstItem + (long) Kernels.localItem(record)) * rowBytes();
      for (long at = 0; at < rowBytes(); at += Float.BYTES) {
        users.set(JAVA_FLOAT, user + at, users.get(JAVA_FLOAT, user + at) + 0f);
        items.set(JAVA_FLOAT, item + at, items.get(JAVA_FLOAT, item + at) + 0f);
      }
    }
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
    for (int j = 0; j < count; j++) {
      float weight = weights.get(JAVA_FLOAT, weightOffset + (long) weightStep * j);
      long row = rowsOffset + rowBytes() * j;
      for (long at = 0; at < rowBytes(); at += Float.BYTES) {
        float sum = out.get(JAVA_FLOAT, outOffset + at);
        out.set(JAVA_FLOAT, outOffset + at, Math.fma(weight, rows.get(JAVA_FLOAT, row + at), sum));
      }
    }
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
    float factor = weight.get(JAVA_FLOAT, weightOffset);
    for (long at = 0; at < rowBytes(); at += Float.BYTES) {
      float product = row.get(JAVA_FLOAT, rowOffset + at) * scale.get(JAVA_FLOAT, scaleOffset + at);
      out.set(JAVA_FLOAT, outOffset + at, product * factor);
    }
  }

  static long multiplyAdds(int rounds) {
    float a = 1;
    float b = 2;
    float c = 3;
    float d = 4;
    for (int round = 0; round < rounds; round++) {
      a = Math.fma(a, 0.5f, 1f);
      b = Math.fma(b, 0.5f, 1f);
      c = Math.fma(c, 0.5f, 1f);
      d = Math.fma(d, 0.5f, 1f);
    }
    return a + b + c + d == 0 ? 0 : 8L * rounds; // never 0, which the compiler does not know
  }

  static long reaching(short[] row, MemorySegment codes, long codesOffset, int limit) {
    long reaching = 0;
    for (int item = 0; item < CODED_ITEMS; item++) {
      short sum = 0;
      for (int column = 0; column < row.length; column++) {
        byte code = codes.get(JAVA_BYTE, codesOffset + (long) column * CODED_ITEMS + item);
        sum = (short) (sum + row[column] * code);
      }
      if (sum >= limit) {
        reaching |= 1L << item;
      }
    }
    return reaching;
  }

  private float error(MemorySegment users, long user, MemorySegment items, long item, long record) {
    return Kernels.value(record) - dot(users, user * rowBytes(), items, item * rowBytes());
  }

  private void step(
      MemorySegment users, long user, MemorySegment items, long item, float error, StepSizes s) {
    long userSizes = s.users().getAtIndex(JAVA_LONG, user);
    long itemSizes = s.items().getAtIndex(JAVA_LONG, item);
    float userReach = StepSizes.reach(userSizes);
    float itemReach = StepSizes.reach(itemSizes);
    float userPull = pull(userSizes, itemReach * itemReach, s);
    float itemPull = pull(itemSizes, userReach * userReach, s);
    float keptOfUser = 1f - userReach * userPull;
    float keptOfItem = 1f - itemReach * itemPull;
    float userStep = error * (userReach * s.rate());
    float itemStep = error * (itemReach * s.rate());
    for (int column = 0; column < rank; column++) {
      long userOffset = user * rowBytes() + 4L * column;
      long itemOffset = item * rowBytes() + 4L * column;
      float p = users.get(JAVA_FLOAT, userOffset);
      float q = items.get(JAVA_FLOAT, itemOffset);
      users.set(JAVA_FLOAT, userOffset, Math.fma(userStep, q, p * keptOfUser));
      items.set(JAVA_FLOAT, itemOffset, Math.fma(itemStep, p, q * keptOfItem));
    }
    stepBias(users, user * rowBytes() + 4L * rank, error, userSizes, s.userDamping(), s);
    stepBias(items, item * rowBytes() + 4L * (rank + 1), error, itemSizes, s.itemDamping(), s);
  }

  private static float pull(long rowSizes, float otherVariance, StepSizes s) {
    return StepSizes.inverseCount(rowSizes) * s.priorRate() + otherVariance * s.varianceRate();
  }

  private static void stepBias(
      MemorySegment rows, long offset, float error, long rowSizes, float damping, StepSizes s) {
    float reach = StepSizes.reach(rowSizes);
    float rate = reach * reach * s.biasRate();
    float kept = 1f - rate * (damping * StepSizes.inverseCount(rowSizes));
    rows.set(JAVA_FLOAT, offset, Math.fma(rows.get(JAVA_FLOAT, offset), kept, error * rate));
  }

  private long rowBytes() {
    return 4L * stride;
  }
}
