package io.github.peccary.engine.kernel;

import static io.github.peccary.engine.kernel.KernelPerOperation.Operation.DOT;
import static io.github.peccary.engine.kernel.KernelPerOperation.Operation.DOTS;
import static io.github.peccary.engine.kernel.KernelPerOperation.Operation.ERRORS;
import static io.github.peccary.engine.kernel.KernelPerOperation.Operation.STEP;
import static io.github.peccary.engine.kernel.KernelPerOperation.Operation.TOUCH;
import static io.github.peccary.engine.kernel.KernelPerOperation.Operation.UPDATE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.github.peccary.engine.kernel.KernelPerOperation.Operation;
import java.lang.constant.ConstantDescs;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import java.util.Objects;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// The twin of [ScalarKernels] in vectors: the same operations in the same order, so the same bits.
///
/// What makes it fast:
/// 1. It is never used as itself, only as a hidden class per rank and operation, with both as class
///    data: branches on them fold away, and every loop over columns has a constant length and is
///    unrolled. Through segments, whose accesses are checked, that takes `-XX:LoopUnrollLimit=300`
///    where vectors have less than 512 bits or rows more than 64 floats.
/// 2. The 16 logical lanes are one 512-bit register, two of 256 bits or four of 128 bits; branches
///    on the constant width fold away.
/// 3. The halving tree is a butterfly, `lane i + lane i^half`: addition commutes, so every lane
///    ends with the same bits as lane 0 of the specification and the error needs no broadcast.
/// 4. Vectors that hold factors only, which is all but one or two, take the short way; that is
///    known when the loop is unrolled. In the others constant masks tell factors and biases apart.
///
/// Vectors are locals of one method: one in a field, or across a call that is not inlined, would be
/// an object on the heap.
final class VectorKernels implements KernelPerOperation.Pass {
  private static final int RANK = classData(0, Integer.class, 1);
  private static final Operation OPERATION = classData(1, Operation.class, DOT);
  private static final VectorSpecies<Float> SPECIES = species();
  private static final int LANES = SPECIES.length();
  private static final int VECTOR_BYTES = 4 * LANES;
  private static final int ROW_BYTES = 4 * Kernels.strideFor(RANK);

  /// The vectors that hold factors only; the next one holds the others and the bias of the user.
  private static final int WHOLE_BYTES = RANK / LANES * VECTOR_BYTES;

  /// Whether the bias of the item is in a vector of its own.
  private static final boolean SPLIT = (RANK + 1) % LANES == 0;

  private static final VectorMask<Float> FACTORS = SPECIES.indexInRange(0, RANK % LANES);
  private static final VectorMask<Float> USER_BIAS = onlyLane(RANK % LANES);
  private static final VectorMask<Float> ITEM_BIAS = onlyLane((RANK + 1) % LANES);

  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, SPECIES.vectorShape());
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(SPECIES.vectorBitSize() / 2));

  private static final VectorShuffle<Float> XOR_8 = xor(8);
  private static final VectorShuffle<Float> XOR_4 = xor(4);
  private static final VectorShuffle<Float> XOR_2 = xor(2);
  private static final VectorShuffle<Float> XOR_1 = xor(1);

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private static final boolean UPDATES = OPERATION == UPDATE || OPERATION == STEP;
  private static final boolean ON_RECORDS = UPDATES || OPERATION == ERRORS || OPERATION == TOUCH;

  /// Training checks each record against the number of rows, once, and then reaches their floats by
  /// address. Through the segments it was given, every access would be checked anew, against their
  /// bounds and against the thread of a confined one. The second is moved out of the loop where
  /// most segments of a process are confined, fails there for one that is not, and the loop is
  /// compiled again: thirty times in a row have been seen. A product keeps to its segments, as a
  /// model that is being served can be closed at any time.
  private static final boolean BY_ADDRESS = ON_RECORDS && NativeMemory.ALL.byteSize() > 0;

  VectorKernels() {}

  /// The class itself has no data; nobody uses it so.
  private static <T> T classData(int index, Class<T> type, T absent) {
    try {
      T found =
          MethodHandles.classDataAt(
              MethodHandles.lookup(), ConstantDescs.DEFAULT_NAME, type, index);
      return Objects.requireNonNullElse(found, absent);
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

  private static VectorMask<Float> onlyLane(int lane) {
    return VectorMask.fromLong(SPECIES, 1L << lane);
  }

  private static VectorShuffle<Float> xor(int distance) {
    return VectorShuffle.fromOp(SPECIES, lane -> (lane ^ distance) & (LANES - 1));
  }

  /// Every operation is this one loop, because the JIT compiler must see a dot product and what is
  /// done with it in one method: it refuses to inline a method that it has compiled already, and a
  /// vector that crosses a call is an object.
  @Override
  public float pass(
      MemorySegment givenUsers,
      long a,
      MemorySegment givenItems,
      long b,
      MemorySegment givenRecords,
      long firstRecord,
      int count,
      MemorySegment givenOut,
      long outOffset,
      StepSizes steps) {
    NativeMemory.expectFaults();
    if (OPERATION == Operation.SUM_ROWS) {
      // Four chains of sums; those beyond the row's end repeat the last one and its result.
      for (int at = 0; at < ROW_BYTES; at += 4 * VECTOR_BYTES) {
        int at1 = Math.min(at + VECTOR_BYTES, ROW_BYTES - VECTOR_BYTES);
        int at2 = Math.min(at + 2 * VECTOR_BYTES, ROW_BYTES - VECTOR_BYTES);
        int at3 = Math.min(at + 3 * VECTOR_BYTES, ROW_BYTES - VECTOR_BYTES);
        FloatVector s0 = FloatVector.fromMemorySegment(SPECIES, givenOut, outOffset + at, ORDER);
        FloatVector s1 = FloatVector.fromMemorySegment(SPECIES, givenOut, outOffset + at1, ORDER);
        FloatVector s2 = FloatVector.fromMemorySegment(SPECIES, givenOut, outOffset + at2, ORDER);
        FloatVector s3 = FloatVector.fromMemorySegment(SPECIES, givenOut, outOffset + at3, ORDER);
        for (int j = 0; j < count; j++) {
          long row = b + (long) ROW_BYTES * j;
          float weight = givenUsers.get(JAVA_FLOAT_UNALIGNED, a + firstRecord * j);
          FloatVector w = FloatVector.broadcast(SPECIES, weight);
          s0 = w.fma(FloatVector.fromMemorySegment(SPECIES, givenItems, row + at, ORDER), s0);
          s1 = w.fma(FloatVector.fromMemorySegment(SPECIES, givenItems, row + at1, ORDER), s1);
          s2 = w.fma(FloatVector.fromMemorySegment(SPECIES, givenItems, row + at2, ORDER), s2);
          s3 = w.fma(FloatVector.fromMemorySegment(SPECIES, givenItems, row + at3, ORDER), s3);
        }
        s0.intoMemorySegment(givenOut, outOffset + at, ORDER);
        s1.intoMemorySegment(givenOut, outOffset + at1, ORDER);
        s2.intoMemorySegment(givenOut, outOffset + at2, ORDER);
        s3.intoMemorySegment(givenOut, outOffset + at3, ORDER);
      }
      return 0;
    }
    if (OPERATION == Operation.SCALE) {
      float weight = givenRecords.get(JAVA_FLOAT_UNALIGNED, firstRecord);
      for (int at = 0; at < ROW_BYTES; at += VECTOR_BYTES) {
        FloatVector.fromMemorySegment(SPECIES, givenUsers, a + at, ORDER)
            .mul(FloatVector.fromMemorySegment(SPECIES, givenItems, b + at, ORDER))
            .mul(weight)
            .intoMemorySegment(givenOut, outOffset + at, ORDER);
      }
      return 0;
    }
    MemorySegment users = memoryOf(givenUsers);
    MemorySegment items = memoryOf(givenItems);
    MemorySegment records = memoryOf(givenRecords);
    MemorySegment out = memoryOf(givenOut);
    MemorySegment userSteps = memoryOf(steps.users());
    MemorySegment itemSteps = memoryOf(steps.items());
    long firstUser = ON_RECORDS ? offset(givenUsers, a * ROW_BYTES) : a;
    long firstItem = ON_RECORDS ? offset(givenItems, b * ROW_BYTES) : b;
    long firstUserStep = 0;
    long firstItemStep = 0;
    long start = 0;
    int userRows = 0;
    int itemRows = 0;
    if (ON_RECORDS) {
      Objects.checkFromIndexSize(firstRecord, count, givenRecords.byteSize() / Long.BYTES);
      start = offset(givenRecords, firstRecord * Long.BYTES);
      userRows = NativeMemory.rowsFrom(a, givenUsers, ROW_BYTES);
      itemRows = NativeMemory.rowsFrom(b, givenItems, ROW_BYTES);
    }
    if (UPDATES || OPERATION == TOUCH) {
      NativeMemory.checkWritable(givenUsers);
      NativeMemory.checkWritable(givenItems);
    } else if (OPERATION == ERRORS) {
      NativeMemory.checkWritable(givenOut);
      Objects.checkFromIndexSize(0L, (long) Float.BYTES * count, givenOut.byteSize());
      outOffset = offset(givenOut, outOffset);
    }
    if (UPDATES) {
      userRows = Math.min(userRows, NativeMemory.rowsFrom(a, steps.users(), Long.BYTES));
      itemRows = Math.min(itemRows, NativeMemory.rowsFrom(b, steps.items(), Long.BYTES));
      firstUserStep = offset(steps.users(), a * Long.BYTES);
      firstItemStep = offset(steps.items(), b * Long.BYTES);
    }
    float rate = steps.rate();
    float priorRate = steps.priorRate();
    float varianceRate = steps.varianceRate();
    float biasRate = steps.biasRate();
    float userDamping = steps.userDamping();
    float itemDamping = steps.itemDamping();
    FloatVector squares = FloatVector.zero(SPECIES);
    for (int j = 0; j < count; j++) {
      int localUser = 0;
      int localItem = 0;
      float value = 0f;
      long user = firstUser;
      long item = firstItem;
      if (ON_RECORDS) {
        long record = records.get(JAVA_LONG_UNALIGNED, start + (long) Long.BYTES * j);
        value = Kernels.value(record);
        localUser = Objects.checkIndex(Kernels.localUser(record), userRows);
        localItem = Objects.checkIndex(Kernels.localItem(record), itemRows);
        user += (long) localUser * ROW_BYTES;
        item += (long) localItem * ROW_BYTES;
      } else {
        item += (long) ROW_BYTES * j;
      }

      if (OPERATION == TOUCH) {
        FloatVector zero = FloatVector.zero(SPECIES); // added, or nothing would be written
        for (int at = 0; at < ROW_BYTES; at += VECTOR_BYTES) {
          FloatVector p = FloatVector.fromMemorySegment(SPECIES, users, user + at, ORDER);
          FloatVector q = FloatVector.fromMemorySegment(SPECIES, items, item + at, ORDER);
          p.add(zero).intoMemorySegment(users, user + at, ORDER);
          q.add(zero).intoMemorySegment(items, item + at, ORDER);
        }
        continue;
      }

      FloatVector s0 = FloatVector.zero(SPECIES);
      FloatVector s1 = s0;
      FloatVector s2 = s0;
      FloatVector s3 = s0;
      for (int at = 0; at < ROW_BYTES && OPERATION != STEP; at += 64) {
        s0 =
            FloatVector.fromMemorySegment(SPECIES, users, user + at, ORDER)
                .fma(FloatVector.fromMemorySegment(SPECIES, items, item + at, ORDER), s0);
        if (LANES <= 8) {
          int second = at + VECTOR_BYTES;
          s1 =
              FloatVector.fromMemorySegment(SPECIES, users, user + second, ORDER)
                  .fma(FloatVector.fromMemorySegment(SPECIES, items, item + second, ORDER), s1);
        }
        if (LANES == 4) {
          s2 =
              FloatVector.fromMemorySegment(SPECIES, users, user + at + 32, ORDER)
                  .fma(FloatVector.fromMemorySegment(SPECIES, items, item + at + 32, ORDER), s2);
          s3 =
              FloatVector.fromMemorySegment(SPECIES, users, user + at + 48, ORDER)
                  .fma(FloatVector.fromMemorySegment(SPECIES, items, item + at + 48, ORDER), s3);
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

      if (OPERATION == DOTS || OPERATION == DOT) {
        float dot = s0.lane(0);
        if (OPERATION == DOT) {
          return dot;
        }
        out.set(JAVA_FLOAT_UNALIGNED, outOffset + 4L * j, dot);
        continue;
      }
      FloatVector error = FloatVector.broadcast(SPECIES, value).sub(s0);
      if (OPERATION == ERRORS) {
        out.set(JAVA_FLOAT_UNALIGNED, outOffset + 4L * j, error.lane(0));
        continue;
      }
      squares = error.fma(error, squares);
      long userSizes =
          userSteps.get(JAVA_LONG_UNALIGNED, firstUserStep + (long) Long.BYTES * localUser);
      long itemSizes =
          itemSteps.get(JAVA_LONG_UNALIGNED, firstItemStep + (long) Long.BYTES * localItem);
      float userReach = StepSizes.reach(userSizes);
      float itemReach = StepSizes.reach(itemSizes);
      float userPrior = StepSizes.inverseCount(userSizes);
      float itemPrior = StepSizes.inverseCount(itemSizes);
      float userVariance = userReach * userReach;
      float itemVariance = itemReach * itemReach;
      float userPull = userPrior * priorRate + itemVariance * varianceRate;
      float itemPull = itemPrior * priorRate + userVariance * varianceRate;
      FloatVector keptOfUser = FloatVector.broadcast(SPECIES, 1f - userReach * userPull);
      FloatVector keptOfItem = FloatVector.broadcast(SPECIES, 1f - itemReach * itemPull);
      FloatVector userStep = error.mul(userReach * rate);
      FloatVector itemStep = error.mul(itemReach * rate);
      for (int at = 0; at < WHOLE_BYTES; at += VECTOR_BYTES) {
        FloatVector p = FloatVector.fromMemorySegment(SPECIES, users, user + at, ORDER);
        FloatVector q = FloatVector.fromMemorySegment(SPECIES, items, item + at, ORDER);
        userStep.fma(q, p.mul(keptOfUser)).intoMemorySegment(users, user + at, ORDER);
        itemStep.fma(p, q.mul(keptOfItem)).intoMemorySegment(items, item + at, ORDER);
      }
      float userRate = userVariance * biasRate;
      float itemRate = itemVariance * biasRate;
      FloatVector keptOfUserBias =
          FloatVector.broadcast(SPECIES, 1f - userRate * (userDamping * userPrior));
      FloatVector keptOfItemBias =
          FloatVector.broadcast(SPECIES, 1f - itemRate * (itemDamping * itemPrior));
      FloatVector p = FloatVector.fromMemorySegment(SPECIES, users, user + WHOLE_BYTES, ORDER);
      FloatVector q = FloatVector.fromMemorySegment(SPECIES, items, item + WHOLE_BYTES, ORDER);
      FloatVector newP = p.blend(userStep.fma(q, p.mul(keptOfUser)), FACTORS);
      FloatVector newQ = q.blend(itemStep.fma(p, q.mul(keptOfItem)), FACTORS);
      newP = newP.blend(p.fma(keptOfUserBias, error.mul(userRate)), USER_BIAS);
      newP.intoMemorySegment(users, user + WHOLE_BYTES, ORDER);
      if (!SPLIT) {
        newQ = newQ.blend(q.fma(keptOfItemBias, error.mul(itemRate)), ITEM_BIAS);
      }
      newQ.intoMemorySegment(items, item + WHOLE_BYTES, ORDER);
      if (SPLIT) {
        FloatVector last =
            FloatVector.fromMemorySegment(SPECIES, items, item + WHOLE_BYTES + VECTOR_BYTES, ORDER);
        FloatVector moved = last.fma(keptOfItemBias, error.mul(itemRate));
        last.blend(moved, ITEM_BIAS)
            .intoMemorySegment(items, item + WHOLE_BYTES + VECTOR_BYTES, ORDER);
      }
    }
    return squares.lane(0);
  }

  private static MemorySegment memoryOf(MemorySegment segment) {
    return BY_ADDRESS ? NativeMemory.ALL : segment;
  }

  /// Where the byte at `offset` of a segment is in what [#memoryOf] returns.
  private static long offset(MemorySegment segment, long offset) {
    long address = NativeMemory.address(segment, offset);
    return BY_ADDRESS ? address : offset;
  }

  /// Eight chains: two units with a latency of four cycles.
  static long multiplyAdds(int rounds) {
    FloatVector half = FloatVector.broadcast(SPECIES, 0.5f);
    FloatVector c0 = half;
    FloatVector c1 = half;
    FloatVector c2 = half;
    FloatVector c3 = half;
    FloatVector c4 = half;
    FloatVector c5 = half;
    FloatVector c6 = half;
    FloatVector c7 = half;
    for (int round = 0; round < rounds; round++) {
      c0 = c0.fma(half, half);
      c1 = c1.fma(half, half);
      c2 = c2.fma(half, half);
      c3 = c3.fma(half, half);
      c4 = c4.fma(half, half);
      c5 = c5.fma(half, half);
      c6 = c6.fma(half, half);
      c7 = c7.fma(half, half);
    }
    FloatVector sum = c0.add(c1).add(c2.add(c3)).add(c4.add(c5)).add(c6.add(c7));
    return sum.lane(0) == 0 ? 0 : 16L * LANES * rounds; // never 0, which the compiler does not know
  }

  /// [Kernels#reaching]: two chains of sums do, as adding up has a latency of one cycle.
  static long reaching(short[] row, MemorySegment codes, long codesOffset, int limit) {
    NativeMemory.expectFaults();
    long reaching = 0;
    for (int first = 0; first < Kernels.CODED_ITEMS; first += 2 * SHORTS.length()) {
      ShortVector s0 = ShortVector.zero(SHORTS);
      ShortVector s1 = s0;
      long at = codesOffset + first;
      for (int column = 0; column < row.length; column++) {
        ShortVector factor = ShortVector.broadcast(SHORTS, row[column]);
        s0 = s0.add(codes(codes, at).mul(factor));
        s1 = s1.add(codes(codes, at + SHORTS.length()).mul(factor));
        at += Kernels.CODED_ITEMS;
      }
      long low = s0.compare(VectorOperators.GE, (short) limit).toLong();
      long high = s1.compare(VectorOperators.GE, (short) limit).toLong();
      reaching |= low << first | high << (first + SHORTS.length());
    }
    return reaching;
  }

  private static ShortVector codes(MemorySegment codes, long offset) {
    ByteVector bytes = ByteVector.fromMemorySegment(BYTES, codes, offset, ORDER);
    return (ShortVector) bytes.convertShape(VectorOperators.B2S, SHORTS, 0);
  }
}
