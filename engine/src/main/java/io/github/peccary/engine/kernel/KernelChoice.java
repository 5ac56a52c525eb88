package io.github.peccary.engine.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.ConcurrentHashMap;

/// Chooses the twin once per process, and defines the vector one anew for each stride.
final class KernelChoice {
  private static final String VECTOR_MODULE = "jdk.incubator.vector";

  /// Far above what an fma instruction costs, far below the BigDecimal that stands in for it.
  private static final long SLOW_FMA_NANOS = 400;

  static final int LANES = lanes();

  private static final ConcurrentHashMap<Integer, Kernels> BY_STRIDE = new ConcurrentHashMap<>();

  private KernelChoice() {}

  static Kernels forStride(int stride) {
    if (stride < Kernels.SPECIFIED_LANES || stride % Kernels.SPECIFIED_LANES != 0) {
      throw new IllegalArgumentException(
          "the stride must be a positive multiple of 16: stride=" + stride);
    }
    return BY_STRIDE.computeIfAbsent(
        stride, s -> LANES > 1 ? defineVectorKernels(s) : new ScalarKernels(s));
  }

  static Kernels defineVectorKernels(int stride) {
    return new KernelPerOperation(define(stride), define(stride), define(stride), define(stride));
  }

  /// The same source as a hidden class with the stride as its class data: the JIT compiler sees a
  /// constant, unrolls the loops over columns and keeps the step sizes in registers.
  private static KernelPerOperation.Pass define(int stride) {
    try (InputStream in = KernelChoice.class.getResourceAsStream("VectorKernels.class")) {
      if (in == null) {
        throw new IllegalStateException("VectorKernels.class must lie beside Kernels.class");
      }
      var lookup =
          MethodHandles.lookup().defineHiddenClassWithClassData(in.readAllBytes(), stride, true);
      return (KernelPerOperation.Pass) lookup.lookupClass().getDeclaredConstructor().newInstance();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the vector kernel must be definable: stride=" + stride, e);
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
