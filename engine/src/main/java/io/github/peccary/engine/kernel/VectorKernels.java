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
/// 1. It is never used as itself, only as a hidden class per stride and operation, with the stride
///    as class data: every loop over columns has a constant length and is unrolled.
/// 2. The 16 logical lanes are one 512-bit register, two of 256 bits or four of 128 bits; branches
///    on the constant width fold away.
/// 3. The halving tree is a butterfly, `lane i + lane i^half`: addition commutes, so every lane
///    ends with the same bits as lane 0 of the specification and the error needs no broadcast.
/// 4. Columns that do not learn are told apart by a lane of zeros, not by a branch or a mask.
///
/// Vectors are locals of one method: one in a field, or across a call that is not inlined, would be
/// an object on the heap.
final class VectorKernels implements KernelPerOperation.Pass {
  private static final int STRIDE = classDataStride();

  private static final VectorSpecies<Float> SPECIES = species();
  private static final int LANES = SPECIES.length();
  private static final int VECTOR_BYTES = 4 * LANES;
  private static final int ROW_BYTES = 4 * STRIDE;

  private static final VectorShuffle<Float> XOR_8 = xor(8);
  private static final VectorShuffle<Float> XOR_4 = xor(4);
  private static final VectorShuffle<Float> XOR_2 = xor(2);
  private static final VectorShuffle<Float> XOR_1 = xor(1);

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  static final int UPDATE = 0;
  static final int ERRORS = 1;
  static final int DOTS = 2;
  static final int DOT = 3;

  VectorKernels() {}

  private static int classDataStride() {
    try {
      return Objects.requireNonNullElse(
          MethodHandles.classData(MethodHandles.lookup(), "_", Integer.class),
          Kernels.SPECIFIED_LANES);
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
    int lanes = Math.min(Kernels.SPECIFIED_LANES, FloatVector.SPECIES_PREFERRED.length());
    return lanes < 4 ? 1 : lanes;
  }

  private static VectorShuffle<Float> xor(int distance) {
    return VectorShuffle.fromOp(SPECIES, lane -> (lane ^ distance) & (LANES - 1));
  }

  /// Every operation is this one loop, because the JIT compiler must see a dot product and what is
  /// done with it in one method: it refuses to inline a method that it has compiled already, and a
  /// vector that crosses a call is an object. The branches on `operation` are always predicted.
  @Override
  public float pass(
      int operation,
      MemorySegment users,
      long a,
      MemorySegment items,
      long b,
      MemorySegment records,
      long firstRecord,
      int count,
      MemorySegment out,
      long outOffset,
      StepSizes steps) {
    MemorySegment userDecays = steps.userDecays();
    MemorySegment itemDecays = steps.itemDecays();
    MemorySegment factorLanes = steps.factorLanes();
    FloatVector one = broadcast(1f);
    float rate = steps.rate();
    float decayRate = steps.decayRate();
    for (int j = 0; j < count; j++) {
      long userRow = 0;
      long itemRow = 0;
      float value = 0f;
      long user = a;
      long item = b + (long) ROW_BYTES * j;
      if (operation <= ERRORS) {
        long record = (firstRecord + j) * Kernels.RECORD_BYTES;
        int rows = records.get(JAVA_INT, record);
        value = records.get(JAVA_FLOAT, record + 4);
        userRow = a + (rows & 0xFFFF);
        itemRow = b + (rows >>> 16);
        user = userRow * ROW_BYTES;
        item = itemRow * ROW_BYTES;
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

      if (operation >= DOTS) {
        float dot = s0.lane(0);
        if (operation == DOT) {
          return dot;
        }
        out.set(JAVA_FLOAT, outOffset + 4L * j, dot);
        continue;
      }
      FloatVector error = broadcast(value).sub(s0);
      out.set(JAVA_FLOAT, 4L * j, error.lane(0));
      if (operation == ERRORS) {
        continue;
      }
      FloatVector step = error.mul(rate);
      float userDecay = decayRate * userDecays.get(JAVA_FLOAT, 4 * userRow);
      float itemDecay = decayRate * itemDecays.get(JAVA_FLOAT, 4 * itemRow);
      FloatVector minusUserDecay = broadcast(-userDecay);
      FloatVector minusItemDecay = broadcast(-itemDecay);
      for (int at = 0; at < ROW_BYTES; at += VECTOR_BYTES) {
        FloatVector p = load(users, user + at);
        FloatVector q = load(items, item + at);
        FloatVector factors = load(factorLanes, at);
        FloatVector laneStep = step.mul(factors);
        store(laneStep.fma(q, p.mul(minusUserDecay.fma(factors, one))), users, user + at);
        store(laneStep.fma(p, q.mul(minusItemDecay.fma(factors, one))), items, item + at);
      }
    }
    return 0f;
  }

  private static FloatVector broadcast(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

  private static FloatVector load(MemorySegment segment, long offset) {
    return FloatVector.fromMemorySegment(SPECIES, segment, offset, ORDER);
  }

  private static void store(FloatVector vector, MemorySegment segment, long offset) {
    vector.intoMemorySegment(segment, offset, ORDER);
  }
}
