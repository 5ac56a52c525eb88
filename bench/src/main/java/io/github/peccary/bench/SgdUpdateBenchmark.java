package io.github.peccary.bench;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.train.KernelProbe;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// How many updates a second does one core make, by stride and by where the rows lie, and how many
/// times faster is the vector kernel than its scalar twin? What would it be without arithmetic, the
/// rows only read and written?
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgs = {JvmArgs.VECTORS, JvmArgs.NATIVE_ACCESS, JvmArgs.UNROLLING})
public class SgdUpdateBenchmark {
  @Param({"16", "32", "64", "128", "256"})
  int stride;

  @Param({"vector", "scalar"})
  String kernel = "";

  @Param({"L1", "L2", "memory"})
  String rows = "";

  private KernelProbe probe;

  @Setup(Level.Trial)
  public void setUp() {
    int bytes =
        switch (rows) {
          case "L1" -> 24 << 10;
          case "L2" -> 512 << 10;
          default -> 256 << 20;
        };
    probe = new KernelProbe(Kernels.named(kernel, stride - 2), stride - 2, bytes);
    checkAgainstTwin(probe, stride - 2, bytes);
  }

  @TearDown(Level.Trial)
  public void tearDown() {
    probe.close();
  }

  @Benchmark
  @OperationsPerInvocation(KernelProbe.RECORDS)
  public float update() {
    return probe.update();
  }

  @Benchmark
  @OperationsPerInvocation(KernelProbe.RECORDS)
  public void touch() {
    probe.touch();
  }

  /// The first chunk leaves the same bits as on the other twin, or the numbers mean nothing.
  private static void checkAgainstTwin(KernelProbe probe, int rank, int bytes) {
    try (KernelProbe twin = new KernelProbe(Kernels.named("scalar", rank), rank, bytes)) {
      if (Float.compare(probe.update(), twin.update()) != 0
          || probe.users().mismatch(twin.users()) != -1) {
        throw new IllegalStateException("the twins must yield the same bits: rank=" + rank);
      }
    }
  }
}
