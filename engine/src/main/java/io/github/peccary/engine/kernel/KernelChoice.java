package io.github.peccary.engine.kernel;

import io.github.peccary.engine.kernel.KernelPerOperation.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/// Chooses the twin once per process, and defines the vector one anew for each rank.
final class KernelChoice {
  private static final String VECTOR_MODULE = "jdk.incubator.vector";

  /// Far above what an fma instruction costs, far below the BigDecimal that stands in for it.
  private static final long SLOW_FMA_NANOS = 400;

  static final int LANES = lanes();

  private static final ConcurrentHashMap<Integer, Kernels> BY_RANK = new ConcurrentHashMap<>();

  private KernelChoice() {}

  static Kernels forRank(int rank) {
    int _ = Kernels.strideFor(rank); // refuses what cannot be a rank
    return BY_RANK.computeIfAbsent(
        rank, r -> LANES > 1 ? defineVectorKernels(r) : new ScalarKernels(r));
  }

  static Kernels defineVectorKernels(int rank) {
    return new KernelPerOperation(
        define(rank, Operation.DOT),
        define(rank, Operation.DOTS),
        define(rank, Operation.ERRORS),
        define(rank, Operation.UPDATE),
        define(rank, Operation.STEP),
        define(rank, Operation.TOUCH),
        define(rank, Operation.SUM_ROWS),
        define(rank, Operation.SCALE));
  }

  /// The same source as a hidden class with rank and operation as its class data: the JIT compiler
  /// sees constants, unrolls the loops over columns, and knows at each column what it holds.
  private static KernelPerOperation.Pass define(int rank, Operation operation) {
    try (InputStream in = KernelChoice.class.getResourceAsStream("VectorKernels.class")) {
      if (in == null) {
        throw new IllegalStateException("VectorKernels.class must lie beside Kernels.class");
      }
      List<?> classData = List.of(rank, operation);
      var lookup =
          MethodHandles.lookup().defineHiddenClassWithClassData(in.readAllBytes(), classData, true);
      return (KernelPerOperation.Pass) lookup.lookupClass().getDeclaredConstructor().newInstance();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the vector kernel must be definable: rank=" + rank, e);
    }
  }

  private static int lanes() {
    refuseSlowFma();
    return ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent()
        ? VectorKernels.preferredLanes()
        : 1;
  }

  /// Without the instruction, `Math.fma` computes through BigDecimal: microseconds for each of the
  /// billions of calls. No public API tells, so the fastest of a few short runs is timed.
  private static void refuseSlowFma() {
    long fastest = Long.MAX_VALUE;
    float sum = 1f;
    for (int run = 0; run < 20; run++) {
      long start = System.nanoTime();
      for (int call = 0; call < 16; call++) {
        sum = Math.fma(sum, 0.75f, 0.3f);
      }
      fastest = Math.min(fastest, (System.nanoTime() - start) / 16);
    }
    if (fastest > SLOW_FMA_NANOS || Float.isNaN(sum)) {
      throw new UnsupportedOperationException(
          "the processor must have fused multiply-add in hardware: nanosPerFma="
              + fastest
              + "; run on x86-64 with FMA3 (2013 or newer) or on AArch64, without -XX:-UseFMA");
    }
  }
}
