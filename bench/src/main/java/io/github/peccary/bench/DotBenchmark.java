package io.github.peccary.bench;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.peccary.engine.kernel.Kernels;
import io.github.peccary.engine.train.KernelProbe;
import java.lang.foreign.MemorySegment;
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

/// How many items a second does one core score for a user, by stride, with the rows of the items in
/// its L2 cache, and how many times faster is the vector kernel than its scalar twin?
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgs = {JvmArgs.VECTORS, JvmArgs.NATIVE_ACCESS, JvmArgs.UNROLLING})
public class DotBenchmark {
  private static final int ITEMS = KernelProbe.RECORDS;

  @Param({"16", "32", "64", "128"})
  int stride;

  @Param({"vector", "scalar"})
  String kernel = "";

  private KernelProbe probe;

  @Setup(Level.Trial)
  public void setUp() {
    probe = new KernelProbe(Kernels.named(kernel, stride - 2), stride - 2, 8L * ITEMS * stride);
    MemorySegment scores = scores();
    Kernels twin = Kernels.named("scalar", stride - 2);
    for (int item = 0; item < ITEMS; item++) {
      float expected = twin.dot(probe.users(), 0, probe.items(), 4L * stride * item);
      if (scores.getAtIndex(JAVA_FLOAT, item) != expected) {
        throw new IllegalStateException("the twins must yield the same bits: stride=" + stride);
      }
    }
  }

  @TearDown(Level.Trial)
  public void tearDown() {
    probe.close();
  }

  @Benchmark
  @OperationsPerInvocation(ITEMS)
  public MemorySegment scores() {
    return probe.dots();
  }
}
