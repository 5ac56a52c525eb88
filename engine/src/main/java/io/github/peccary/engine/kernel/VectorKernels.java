package io.github.peccary.engine.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// The twin of [ScalarKernels] in vectors: the same operations in the same order, so the same bits.
///
/// What makes it fast:
/// 1. It is never used as itself, only as a hidden class per stride, with the stride as class data:
///    every loop over columns has a constant length and is unrolled.
/// 2. The 16 logical lanes are one 512-bit register, two of 256 bits or four of 128 bits; branches
///    on the constant width fold away.
/// 3. The halving tree is a butterfly, `lane i + lane i^half`: addition commutes, so every lane
///    ends with the same bits as lane 0 of the specification and the error needs no broadcast.
/// 4. Rates and decays are the same for all factor columns and stay in registers; the last 32
///    columns, where biases and constants lie, have registers of their own.
///
/// Vectors are locals of one small method: one in a field, or across a call that is not inlined,
/// would be an object on the heap.
final class VectorKernels implements Kernels {
  private static final int STRIDE = classDataStride();

  private static final VectorSpecies<Float> SPECIES = species();
  private static final int LANES = SPECIES.length();
  private static final long VECTOR_BYTES = 4L * LANES;
  private static final long ROW_BYTES = 4L * STRIDE;

  /// Where the last 32 columns start (or the 16 of the shortest row): from here on, lanes differ.
  private static final long LAST_COLUMNS = Math.max(0, ROW_BYTES - 128);

  private static final VectorShuffle<Float> XOR_8 = xor(8);
  private static final VectorShuffle<Float> XOR_4 = xor(4);
  private static final VectorShuffle<Float> XOR_2 = xor(2);
  private static final VectorShuffle<Float> XOR_1 = xor(1);

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  VectorKernels() {}

  private static int classDataStride() {
    try {
      return Objects.requireNonNullElse(
          MethodHandles.classData(MethodHandles.lookup(), "_", Integer.class), SPECIFIED_LANES);
    } catch (IllegalAccessException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static VectorSpecies<Float> species() {
    return switch (preferredLanes()) {
      case 16 -> FloatVector.SPECIES_512;
      case 8 -> FloatVector.SPECIES_256;
      default -> FloatVector.SPECIES_128;
    };
  }

  /// Floats in the widest register of this machine, 16 at most; 1 where vectors would not pay.
  static int preferredLanes() {
    int lanes = Math.min(SPECIFIED_LANES, FloatVector.SPECIES_PREFERRED.length());
    return lanes < 4 ? 1 : lanes;
  }

  private static VectorShuffle<Float> xor(int distance) {
    return VectorShuffle.fromOp(SPECIES, lane -> (lane ^ distance) & (LANES - 1));
  }

  @Override
  public float dot(MemorySegment a, long aOffset, MemorySegment b, long bOffset) {
    return sum(a, aOffset, b, bOffset).lane(0);
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
      float score = sum(row, rowOffset, rows, rowsOffset + ROW_BYTES * j).lane(0);
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
    MemorySegment lanes = steps.lanes();
    FloatVector rate = load(lanes, steps.userRateOffset());
    FloatVector decay = load(lanes, steps.userDecayOffset());
    double squaredErrors = 0;
    for (int j = 0; j < count; j++) {
      long record = recordsOffset + (long) RECORD_BYTES * j;
      int rows = records.get(JAVA_INT, record);
      long user = usersOffset + ROW_BYTES * (rows & 0xFFFF);
      long item = itemsOffset + ROW_BYTES * (rows >>> 16);
      FloatVector error = error(users, user, items, item, records, record);
      FloatVector step = error.mul(rate);
      for (long at = 0; at < LAST_COLUMNS; at += VECTOR_BYTES) {
        FloatVector p = load(users, user + at);
        FloatVector q = load(items, item + at);
        store(step.fma(q, p.mul(decay)), users, user + at);
        store(step.fma(p, q.mul(decay)), items, item + at);
      }
      for (long at = LAST_COLUMNS; at < ROW_BYTES; at += VECTOR_BYTES) {
        FloatVector p = load(users, user + at);
        FloatVector q = load(items, item + at);
        FloatVector userStep = error.mul(load(lanes, at));
        FloatVector itemStep = error.mul(load(lanes, 2 * ROW_BYTES + at));
        FloatVector keptUser = p.mul(load(lanes, ROW_BYTES + at));
        FloatVector keptItem = q.mul(load(lanes, 3 * ROW_BYTES + at));
        store(userStep.fma(q, keptUser), users, user + at);
        store(itemStep.fma(p, keptItem), items, item + at);
      }
      double e = error.lane(0);
      squaredErrors += e * e;
    }
    return squaredErrors;
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
      int rows = records.get(JAVA_INT, record);
      long user = usersOffset + ROW_BYTES * (rows & 0xFFFF);
      long item = itemsOffset + ROW_BYTES * (rows >>> 16);
      out.set(JAVA_FLOAT, 4L * j, error(users, user, items, item, records, record).lane(0));
    }
  }

  /// The error of one record in every lane.
  private static FloatVector error(
      MemorySegment users,
      long user,
      MemorySegment items,
      long item,
      MemorySegment records,
      long record) {
    return FloatVector.broadcast(SPECIES, records.get(JAVA_FLOAT, record + 4))
        .sub(sum(users, user, items, item));
  }

  /// The dot product of two rows in every lane.
  private static FloatVector sum(MemorySegment a, long aOffset, MemorySegment b, long bOffset) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (long at = 0; at < ROW_BYTES; at += 64) {
      s0 = load(a, aOffset + at).fma(load(b, bOffset + at), s0);
      if (LANES <= 8) {
        long second = at + VECTOR_BYTES;
        s1 = load(a, aOffset + second).fma(load(b, bOffset + second), s1);
      }
      if (LANES == 4) {
        s2 = load(a, aOffset + at + 32).fma(load(b, bOffset + at + 32), s2);
        s3 = load(a, aOffset + at + 48).fma(load(b, bOffset + at + 48), s3);
      }
    }
    if (LANES == 4) {
      s0 = s0.add(s2).add(s1.add(s3));
    } else if (LANES == 8) {
      s0 = s0.add(s1);
    }
    if (LANES > 8) {
      s0 = s0.add(s0.rearrange(XOR_8));
    }
    if (LANES > 4) {
      s0 = s0.add(s0.rearrange(XOR_4));
    }
    s0 = s0.add(s0.rearrange(XOR_2));
    return s0.add(s0.rearrange(XOR_1));
  }

  private static FloatVector load(MemorySegment segment, long offset) {
    return FloatVector.fromMemorySegment(SPECIES, segment, offset, ORDER);
  }

  private static void store(FloatVector vector, MemorySegment segment, long offset) {
    vector.intoMemorySegment(segment, offset, ORDER);
  }
}
