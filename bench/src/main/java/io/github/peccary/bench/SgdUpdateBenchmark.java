package io.github.peccary.bench;

import io.github.peccary.engine.kernel.Kernels;
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

/// How many updates a second does one core make, by stride, with all rows in its L2 cache, and how
/// many times faster is the vector kernel than its scalar twin?
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgs = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class SgdUpdateBenchmark {
  @Param({"16", "32", "64", "128"})
  int stride;

  @Param({"vector", "scalar"})
  String kernel = "";

  private KernelOperands operands;

  @Setup(Level.Trial)
  public void setUp() {
    operands = new KernelOperands(Kernels.named(kernel, stride - 2), stride, 512 << 10);
    checkAgainstTwin(operands, stride);
  }

  @TearDown(Level.Trial)
  public void tearDown() {
    operands.close();
  }

  @Benchmark
  @OperationsPerInvocation(KernelOperands.RECORDS)
  public float update() {
    return operands.update();
  }

  /// The first chunk leaves the same bits as on the other twin, or the numbers mean nothing.
  private static void checkAgainstTwin(KernelOperands operands, int stride) {
    try (KernelOperands twin =
        new KernelOperands(Kernels.named("scalar", stride - 2), stride, 512 << 10)) {
      if (Float.compare(operands.update(), twin.update()) != 0
          || operands.users.mismatch(twin.users) != -1) {
        throw new IllegalStateException("the twins must yield the same bits: stride=" + stride);
      }
    }
  }
}
