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
/// 4. All factor columns share one rate and one decay, which stay in registers; only the last 32
///    columns, where biases and constants lie, read theirs per lane.
///
/// Vectors are locals of one method: one in a field, or across a call that is not inlined, would be
/// an object on the heap.
final class VectorKernels implements Kernels {
  private static final int STRIDE = classDataStride();

  private static final VectorSpecies<Float> SPECIES = species();
  private static final int LANES = SPECIES.length();
  private static final int VECTOR_BYTES = 4 * LANES;
  private static final int ROW_BYTES = 4 * STRIDE;

  /// Where the last 32 columns start (or the 16 of the shortest row): from here on, lanes differ.
  private static final int LAST_COLUMNS = Math.max(0, ROW_BYTES - 128);

  private static final VectorShuffle<Float> XOR_8 = xor(8);
  private static final VectorShuffle<Float> XOR_4 = xor(4);
  private static final VectorShuffle<Float> XOR_2 = xor(2);
  private static final VectorShuffle<Float> XOR_1 = xor(1);

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private static final int UPDATE = 0;
  private static final int ERRORS = 1;
  private static final int DOTS = 2;
  private static final int DOT = 3;

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
    return (float) pass(DOT, a, aOffset, b, bOffset, b, 0, 1, b, 0);
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
    pass(DOTS, row, rowOffset, rows, rowsOffset, rows, 0, count, out, outOffset);
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
    return pass(
        UPDATE, users, usersOffset, items, itemsOffset, records, recordsOffset, count, lanes, 0);
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
    pass(ERRORS, users, usersOffset, items, itemsOffset, records, recordsOffset, count, out, 0);
  }

  /// Every operation is this one loop, because the JIT compiler must see a dot product and what is
  /// done with it in one method: it refuses to inline a method that it has compiled already, and a
  /// vector that crosses a call is an object. The branches on `operation` are always predicted.
  ///
  /// @param other the step sizes of an update, else the floats to write
  private static double pass(
      int operation,
      MemorySegment users,
      long usersOffset,
      MemorySegment items,
      long itemsOffset,
      MemorySegment records,
      long recordsOffset,
      int count,
      MemorySegment other,
      long otherOffset) {
    double result = 0;
    for (int j = 0; j < count; j++) {
      long user = usersOffset;
      long item = itemsOffset + (long) ROW_BYTES * j;
      float value = 0f;
      if (operation <= ERRORS) {
        long record = recordsOffset + (long) RECORD_BYTES * j;
        int rows = records.get(JAVA_INT, record);
        user = usersOffset + (long) ROW_BYTES * (rows & 0xFFFF);
        item = itemsOffset + (long) ROW_BYTES * (rows >>> 16);
        value = records.get(JAVA_FLOAT, record + 4);
      }

      FloatVector s0 = FloatVector.zero(SPECIES);
      FloatVector s1 = s0;
      FloatVector s2 = s0;
      FloatVector s3 = s0;
      for (int at = 0; at < ROW_BYTES; at += 64) {
        s0 = load(users, user + at).fma(load(items, item + at), s0);
        if (LANES <= 8) {
          int second = at + VECTOR_BYTES;
          s1 = load(users, user + second).fma(load(items, item + second), s1);
        }
        if (LANES == 4) {
          s2 = load(users, user + at + 32).fma(load(items, item + at + 32), s2);
          s3 = load(users, user + at + 48).fma(load(items, item + at + 48), s3);
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
      s0 = s0.add(s0.rearrange(XOR_1));

      if (operation == DOTS) {
        other.set(JAVA_FLOAT, otherOffset + 4L * j, s0.lane(0));
        continue;
      }
      FloatVector error = FloatVector.broadcast(SPECIES, value).sub(s0);
      if (operation == ERRORS) {
        other.set(JAVA_FLOAT, otherOffset + 4L * j, error.lane(0));
        continue;
      }
      if (operation == DOT) {
        return s0.lane(0);
      }
      double e = error.lane(0);
      result += e * e;
      FloatVector step = error.mul(load(other, 0));
      FloatVector decay = load(other, ROW_BYTES);
      for (int at = 0; at < LAST_COLUMNS; at += VECTOR_BYTES) {
        FloatVector p = load(users, user + at);
        FloatVector q = load(items, item + at);
        store(step.fma(q, p.mul(decay)), users, user + at);
        store(step.fma(p, q.mul(decay)), items, item + at);
      }
      for (int at = LAST_COLUMNS; at < ROW_BYTES; at += VECTOR_BYTES) {
        FloatVector p = load(users, user + at);
        FloatVector q = load(items, item + at);
        FloatVector userStep = error.mul(load(other, at));
        FloatVector itemStep = error.mul(load(other, 2 * ROW_BYTES + at));
        FloatVector keptUser = p.mul(load(other, ROW_BYTES + at));
        FloatVector keptItem = q.mul(load(other, 3 * ROW_BYTES + at));
        store(userStep.fma(q, keptUser), users, user + at);
        store(itemStep.fma(p, keptItem), items, item + at);
      }
    }
    return result;
  }

  private static FloatVector load(MemorySegment segment, long offset) {
    return FloatVector.fromMemorySegment(SPECIES, segment, offset, ORDER);
  }

  private static void store(FloatVector vector, MemorySegment segment, long offset) {
    vector.intoMemorySegment(segment, offset, ORDER);
  }
}
