package io.github.peccary.tools.roofline;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.memory.HugePages;
import io.github.peccary.engine.parallel.Workers;
import io.github.peccary.engine.train.KernelProbe;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.IntToLongFunction;

/// Measures limits of this machine, each with a loop of its own, and kernels beside them. After
/// Williams, Waterman and Patterson, "Roofline: An Insightful Visual Performance Model for
/// Multicore Architectures" (CACM 2009).
///
/// A limit is the best of several runs, for nothing can be faster; a kernel is their median, as
/// that is what one gets. The first runs only have everything compiled.
public final class Roofline {
  /// Bytes of rows that lie in a core's L2 cache.
  static final long CACHED_BYTES = 512 << 10;

  private static final long COPIED_BYTES = 64 << 20; // of each thread, and as many to copy to
  private static final long SCATTERED_BYTES = 96 << 20; // of each thread
  private static final int SCATTERED_STRIDE = 64;
  private static final int MULTIPLY_ADD_ROUNDS = 20_000;

  private static final long SMALL_BYTES = 64 << 10; // sooner filled, and in the same cache
  private static final int WINDOWS = 20;
  private static final long WINDOW_NANOS = 500_000;

  private static final int WARM_UP_RUNS = 40;
  private static final int RUNS = 7;

  private final long runNanos;

  /// @param runMillis how long one run of a loop lasts at least; every figure takes 47, most of
  ///     them for the JIT compiler
  public Roofline(int runMillis) {
    this.runNanos = 1_000_000L * runMillis;
  }

  /// What a number of threads can do together.
  ///
  /// @param fmaFlops fp32 operations a second of fused multiply-adds, two each, on registers
  /// @param copyBytesPerSecond of one large array to another, bytes read and bytes written
  /// @param rowsPerSecond rows of 256 bytes, at random in memory, read and written
  public record Limits(
      int threads, double fmaFlops, double copyBytesPerSecond, double rowsPerSecond) {}

  /// One core's updates, rows in its L2 cache.
  ///
  /// @param stride floats in a row
  /// @param updatesPerSecond of the active kernel
  /// @param scalarUpdatesPerSecond of the scalar twin
  /// @param touchesPerSecond the same rows read and written without arithmetic
  /// @param fmaFlops of one core
  public record KernelRate(
      int stride,
      double updatesPerSecond,
      double scalarUpdatesPerSecond,
      double touchesPerSecond,
      double fmaFlops) {

    /// Operations of an update: `2 · stride` of the dot product, and for each of the two rows a
    /// product and an fma, `3 · stride`.
    public int flopsPerUpdate() {
      return 8 * stride;
    }

    /// Two rows, read and written.
    public int bytesPerUpdate() {
      return 4 * stride * Float.BYTES;
    }

    /// Updates a second that the nearer of the two limits allows.
    public double limit() {
      return Math.min(touchesPerSecond, fmaFlops / flopsPerUpdate());
    }

    /// Which limit that is: `rows` or `arithmetic`.
    public String nearestLimit() {
      return limit() == touchesPerSecond ? "rows" : "arithmetic";
    }

    /// 1 at the limit.
    public double shareOfLimit() {
      return updatesPerSecond / limit();
    }
  }

  /// Measures the limits of as many threads as `workers` has; takes seconds and some 200 MB a
  /// thread.
  public Limits limits(Workers workers) {
    int threads = workers.threads();
    double flops = best(rates(workers, _ -> Kernels.multiplyAdds(MULTIPLY_ADD_ROUNDS)));
    double copied;
    try (Arena arena = Arena.ofShared()) {
      MemorySegment[] from = new MemorySegment[threads];
      MemorySegment[] to = new MemorySegment[threads];
      Arrays.setAll(from, _ -> HugePages.allocate(arena, COPIED_BYTES));
      Arrays.setAll(to, _ -> HugePages.allocate(arena, COPIED_BYTES));
      copied = best(rates(workers, worker -> copy(from[worker], to[worker])));
    }
    int rank = SCATTERED_STRIDE - 2;
    KernelProbe[] probes = new KernelProbe[threads];
    Arrays.setAll(probes, _ -> new KernelProbe(Kernels.forRank(rank), rank, SCATTERED_BYTES));
    double rows = best(rates(workers, worker -> 2 * touch(probes[worker])));
    for (KernelProbe probe : probes) {
      probe.close();
    }
    return new Limits(threads, flops, copied, rows);
  }

  private static long copy(MemorySegment from, MemorySegment to) {
    to.copyFrom(from);
    return 2 * from.byteSize();
  }

  private static long touch(KernelProbe probe) {
    probe.touch();
    return KernelProbe.RECORDS;
  }

  private static long update(KernelProbe probe) {
    return probe.update() < 0 ? 0 : KernelProbe.RECORDS; // a sum of squares is never below 0
  }

  /// Measures the kernels of one stride on the calling thread.
  ///
  /// @param stride a multiple of 16
  /// @param fmaFlops of one thread
  public KernelRate kernel(int stride, double fmaFlops) {
    int rank = stride - 2;
    try (Workers one = new Workers(1);
        KernelProbe active = new KernelProbe(Kernels.forRank(rank), rank, CACHED_BYTES);
        KernelProbe scalar = new KernelProbe(Kernels.named("scalar", rank), rank, CACHED_BYTES)) {
      return new KernelRate(
          stride,
          median(rates(one, _ -> update(active))),
          median(rates(one, _ -> update(scalar))),
          best(rates(one, _ -> touch(active))),
          fmaFlops);
    }
  }

  /// Updates a second that one core makes if the rows of `rank` factors lie in its cache, from a
  /// few milliseconds: for use after a training, when the kernel has been compiled.
  public static double updatesInCache(int rank) {
    double best = 0;
    try (KernelProbe probe = new KernelProbe(Kernels.forRank(rank), rank, SMALL_BYTES)) {
      for (int window = 0; window < WINDOWS; window++) {
        long start = System.nanoTime();
        long nanos = 0;
        long updated = 0;
        while (nanos < WINDOW_NANOS) {
          updated += update(probe);
          nanos = System.nanoTime() - start;
        }
        best = Math.max(best, updated * 1e9 / nanos);
      }
    }
    return best;
  }

  /// What `work` says that it did, a second, all workers together, ascending.
  private double[] rates(Workers workers, IntToLongFunction work) {
    double[] rates = new double[RUNS];
    double[] ofWorkers = new double[workers.threads()];
    for (int run = -WARM_UP_RUNS; run < RUNS; run++) {
      workers.run(
          worker -> {
            long done = 0;
            long start = System.nanoTime();
            long nanos = 0;
            while (nanos < runNanos) {
              done += work.applyAsLong(worker);
              nanos = System.nanoTime() - start;
            }
            ofWorkers[worker] = done * 1e9 / nanos;
          });
      if (run >= 0) {
        rates[run] = Arrays.stream(ofWorkers).sum();
      }
    }
    Arrays.sort(rates);
    return rates;
  }

  private static double best(double[] rates) {
    return rates[rates.length - 1];
  }

  private static double median(double[] rates) {
    return rates[rates.length / 2];
  }
}
