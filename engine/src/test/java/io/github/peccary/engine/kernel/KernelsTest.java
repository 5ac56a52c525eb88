package io.github.peccary.engine.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peccary.engine.kernel.KernelDigest.Operands;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelsTest {
  private static final float[] MAGNITUDES = {1e-30f, 1e-10f, 1f, 1e10f, 1e18f};

  @Test
  void theVectorKernelIsTheOneUnderTest() {
    assertThat(Kernels.active()).isEqualTo("vector");
    assertThat(Kernels.lanes()).isIn(4, 8, 16);
    assertThat(Kernels.forRank(62)).isSameAs(Kernels.forRank(62));
  }

  @Test
  void everyOperationHasAHiddenClassOfItsOwn() {
    var kernels = (KernelPerOperation) Kernels.forRank(62);
    assertThat(
            List.of(
                kernels.forDot(),
                kernels.forDots(),
                kernels.forErrors(),
                kernels.forUpdate(),
                kernels.forStep(),
                kernels.forTouch(),
                kernels.forSumRows(),
                kernels.forScale()))
        .allMatch(copy -> copy.getClass().isHidden())
        .extracting(Object::getClass)
        .doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 15, 62, 64, 100, 511})
  void scalarAndVectorTwinsFindTheSameCodes(int rank) {
    for (int seed = 0; seed < 40; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int blockBytes = rank * Kernels.CODED_ITEMS;
      byte[] bytes = new byte[3 + blockBytes]; // an odd offset, too
      random.nextBytes(bytes);
      short[] row = new short[rank];
      int largest = seed % 4 == 0 ? Short.MAX_VALUE : 181; // sums run over, or hardly do
      for (int column = 0; column < rank; column++) {
        row[column] = (short) random.nextInt(-largest, largest + 1);
      }
      int limit = random.nextInt(Short.MIN_VALUE, Short.MAX_VALUE + 1);
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment codes = arena.allocateFrom(JAVA_BYTE, bytes);
        for (int tried : new int[] {limit, 0, Short.MIN_VALUE, Short.MAX_VALUE}) {
          assertThat(Kernels.reaching(row, codes, 3, tried))
              .as("rank=%d, seed=%d, limit=%d", rank, seed, tried)
              .isEqualTo(ScalarKernels.reaching(row, codes, 3, tried));
        }
        assertThat(Kernels.reaching(row, codes, 3, Short.MIN_VALUE)).isEqualTo(-1);
        assertThatThrownBy(() -> Kernels.reaching(row, codes, 4, limit))
            .isInstanceOf(IndexOutOfBoundsException.class);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 13, 14, 15, 16, 20, 30, 31, 32, 47, 62, 63, 94, 126, 254, 510})
  void scalarAndVectorTwinsYieldTheSameBits(int rank) {
    for (float magnitude : MAGNITUDES) {
      for (long seed = 0; seed < 5; seed++) {
        try (Arena arena = Arena.ofConfined()) {
          Operands forScalar = Operands.random(arena, rank, magnitude, seed);
          Operands forVector = Operands.random(arena, rank, magnitude, seed);
          MemorySegment scalar = forScalar.runAll(new ScalarKernels(rank));
          MemorySegment vector = forVector.runAll(KernelChoice.defineVectorKernels(rank));
          assertThat(scalar.mismatch(vector))
              .as("first differing byte, magnitude=%s, seed=%d", magnitude, seed)
              .isEqualTo(-1);
        }
      }
    }
  }

  @Test
  void everyVectorWidthAndTheScalarTwinYieldTheSameBits() throws Exception {
    String vectors = "--add-modules=jdk.incubator.vector";
    String expected = KernelDigest.digest();
    assertThat(runDigest(List.of()).split(" ")).containsExactly("scalar", "1", expected);
    assertThat(runDigest(List.of(vectors, "-XX:MaxVectorSize=16")))
        .isEqualTo("vector 4 " + expected);
    assertThat(runDigest(List.of(vectors)))
        .isEqualTo("vector %d %s".formatted(Kernels.lanes(), expected));
    if (Kernels.lanes() > 8) {
      assertThat(runDigest(List.of(vectors, "-XX:UseAVX=2"))).isEqualTo("vector 8 " + expected);
    }
  }

  @Test
  void withoutFmaInHardwareThereIsASentenceInsteadOfACrawl() throws Exception {
    assertThat(runDigest(List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:-UseFMA")))
        .contains("the processor must have fused multiply-add in hardware: nanosPerFma=");
  }

  /// The textbook bound on the rounding error of a sum of n products: n · 2⁻²⁴ · Σ|pq|.
  @ParameterizedTest
  @ValueSource(ints = {16, 64, 256})
  void dotIsAsAccurateAsItsOrderAllows(int stride) {
    SplittableRandom random = new SplittableRandom(stride);
    Kernels kernels = Kernels.forRank(stride - 2);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment rows = arena.allocate(8L * stride, 64);
      for (int run = 0; run < 100; run++) {
        double exact = 0;
        double magnitude = 0;
        for (int column = 0; column < stride; column++) {
          float p = (float) random.nextDouble(-1, 1);
          float q = (float) random.nextDouble(-1, 1);
          rows.setAtIndex(JAVA_FLOAT, column, p);
          rows.setAtIndex(JAVA_FLOAT, stride + column, q);
          exact += (double) p * q;
          magnitude += Math.abs((double) p * q);
        }
        assertThat((double) kernels.dot(rows, 0, rows, 4L * stride))
            .as("run=%d", run)
            .isCloseTo(exact, Offset.offset(stride * 0x1p-24 * magnitude));
      }
    }
  }

  /// One step, checked against the formula in double. At rank 15 the first bias column is the last
  /// of one block of 16, the second the next block's first.
  @ParameterizedTest
  @ValueSource(ints = {1, 14, 15, 16, 30})
  void factorsAndBiasesMoveByTheirStepsAndTheOtherColumnsStay(int rank) {
    int stride = Kernels.strideFor(rank);
    for (Kernels kernels : List.of(new ScalarKernels(rank), Kernels.forRank(rank))) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment users = arena.allocate(4L * stride, 64);
        MemorySegment items = arena.allocate(4L * stride, 64);
        for (int column = 0; column < rank; column++) {
          users.setAtIndex(JAVA_FLOAT, column, 0.1f);
          items.setAtIndex(JAVA_FLOAT, column, 0.2f);
        }
        users.setAtIndex(JAVA_FLOAT, rank, 0.5f);
        users.setAtIndex(JAVA_FLOAT, rank + 1, 1f);
        items.setAtIndex(JAVA_FLOAT, rank, 1f);
        items.setAtIndex(JAVA_FLOAT, rank + 1, -0.25f);
        MemorySegment record = arena.allocate(8, 8);
        record.set(JAVA_LONG, 0, Kernels.record(0, 0, 3f));
        StepSizes steps = new StepSizes(arena, new int[] {180}, 2f, new int[] {20}, 5f);
        steps.setRates(0.01f, 0.5f, 0.1f, 0.7f);
        float squares = kernels.update(users, 0, items, 0, record, 0, 1, steps);

        double userVariance = 0.25; // 60 / (180 + 60)
        double itemVariance = 0.75; // 60 / (20 + 60)
        double userReach = Math.sqrt(userVariance);
        double itemReach = Math.sqrt(itemVariance);
        double userPull = 0.5 / 180 + 0.1 * itemVariance;
        double itemPull = 0.5 / 20 + 0.1 * userVariance;
        double error = 3 - (rank * 0.1 * 0.2 + 0.5 - 0.25);
        assertThat((double) squares).isCloseTo(error * error, within(1e-5));
        for (int column = 0; column < rank; column++) {
          assertThat((double) users.getAtIndex(JAVA_FLOAT, column))
              .isCloseTo(0.1 + userReach * (0.01 * error * 0.2 - userPull * 0.1), within(1e-7));
          assertThat((double) items.getAtIndex(JAVA_FLOAT, column))
              .isCloseTo(0.2 + itemReach * (0.01 * error * 0.1 - itemPull * 0.2), within(1e-7));
        }
        assertThat((double) users.getAtIndex(JAVA_FLOAT, rank))
            .isCloseTo(0.5 + userVariance * 0.7 * (error - 2.0 / 180 * 0.5), within(1e-6));
        assertThat((double) items.getAtIndex(JAVA_FLOAT, rank + 1))
            .isCloseTo(-0.25 + itemVariance * 0.7 * (error - 5.0 / 20 * -0.25), within(1e-6));
        assertThat(users.getAtIndex(JAVA_FLOAT, rank + 1)).isEqualTo(1f);
        assertThat(items.getAtIndex(JAVA_FLOAT, rank)).isEqualTo(1f);
        for (int column = rank + 2; column < stride; column++) {
          assertThat(users.getAtIndex(JAVA_FLOAT, column)).isZero();
          assertThat(items.getAtIndex(JAVA_FLOAT, column)).isZero();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 30, 62})
  void aStepOnTheErrorThatIsFoundIsTheUpdate(int rank) {
    for (Kernels kernels : List.of(new ScalarKernels(rank), Kernels.forRank(rank))) {
      for (long seed = 0; seed < 20; seed++) {
        try (Arena arena = Arena.ofShared()) {
          Operands updated = Operands.random(arena, rank, 1f, seed);
          Operands stepped = Operands.random(arena, rank, 1f, seed);
          updated.updateFirst(kernels);
          stepped.stepOnFirstError(kernels);
          assertThat(stepped.memory().mismatch(updated.memory())).as("seed=%d", seed).isEqualTo(-1);
        }
      }
    }
  }

  @Test
  void touchingChangesNothing() {
    for (Kernels kernels : List.of(new ScalarKernels(30), Kernels.forRank(30))) {
      try (Arena arena = Arena.ofConfined()) {
        Operands operands = Operands.random(arena, 30, 1f, 1);
        byte[] before = operands.memory().toArray(JAVA_BYTE);
        operands.touch(kernels);
        assertThat(operands.memory().toArray(JAVA_BYTE)).isEqualTo(before);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"scalar", "vector"})
  void anUpdateKeepsWithinTheRowsItWasGiven(String name) {
    Kernels kernels = Kernels.named(name, 30);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment rows = arena.allocate(4L * 32 * 3, 64).asSlice(4L * 32, 4L * 32);
      MemorySegment records = arena.allocate(JAVA_LONG);
      StepSizes steps = new StepSizes(arena, new int[3], 1f, new int[3], 1f);
      for (long record : new long[] {Kernels.record(0, 1, 1f), Kernels.record(2, 0, 1f)}) {
        records.set(JAVA_LONG, 0, record);
        assertThatThrownBy(() -> kernels.update(rows, 0, rows, 0, records, 0, 1, steps))
            .isInstanceOf(IndexOutOfBoundsException.class);
      }
      records.set(JAVA_LONG, 0, Kernels.record(0, 0, 1f));
      assertThatThrownBy(() -> kernels.update(rows, 0, rows, 0, records, 1, 1, steps))
          .isInstanceOf(IndexOutOfBoundsException.class);
      MemorySegment readOnly = rows.asReadOnly();
      assertThatThrownBy(() -> kernels.update(readOnly, 0, rows, 0, records, 0, 1, steps))
          .isInstanceOfAny(IllegalArgumentException.class, UnsupportedOperationException.class);
    }
  }

  @Test
  void whatCannotBeReachedByAddressIsRefused() {
    Kernels kernels = Kernels.forRank(30);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment heap = MemorySegment.ofArray(new float[3 * 32]);
      MemorySegment rows = arena.allocate(4L * 32 * 3, 64);
      MemorySegment records = arena.allocate(JAVA_LONG);
      MemorySegment out = arena.allocate(JAVA_FLOAT);
      StepSizes steps = new StepSizes(arena, new int[3], 1f, new int[3], 1f);
      List<ThrowingCallable> onTheHeap =
          List.of(
              () -> kernels.update(heap, 0, rows, 0, records, 0, 1, steps),
              () -> kernels.update(rows, 0, heap, 0, records, 0, 1, steps),
              () -> kernels.update(rows, 0, rows, 0, heap, 0, 1, steps),
              () -> kernels.step(rows, 0, heap, 0, records, 0, 1, steps),
              () -> kernels.errors(rows, 0, rows, 0, records, 0, 1, heap));
      assertThat(onTheHeap)
          .allSatisfy(
              call ->
                  assertThatThrownBy(call)
                      .isInstanceOf(IllegalArgumentException.class)
                      .hasMessageStartingWith("rows and records must lie outside the heap"));
      List<ThrowingCallable> readOnly =
          List.of(
              () -> kernels.update(rows.asReadOnly(), 0, rows, 0, records, 0, 1, steps),
              () -> kernels.step(rows.asReadOnly(), 0, rows, 0, records, 0, 1, steps),
              () -> kernels.touch(rows, 0, rows.asReadOnly(), 0, records, 0, 1),
              () -> kernels.errors(rows, 0, rows, 0, records, 0, 1, out.asReadOnly()));
      assertThat(readOnly)
          .allSatisfy(
              call ->
                  assertThatThrownBy(call)
                      .isInstanceOf(IllegalArgumentException.class)
                      .hasMessageStartingWith("what changes must be writable"));
      List<ThrowingCallable> outside =
          List.of(
              () -> kernels.update(rows, -1, rows, 0, records, 0, 1, steps),
              () -> kernels.update(rows, 0, rows, 3, records, 0, 1, steps),
              () -> kernels.update(rows, 0, rows, 4, records, 0, 1, steps),
              () -> kernels.update(rows, 0, rows, 0, records, -1, 1, steps),
              () -> kernels.update(rows, 0, rows, 0, records, 0, 2, steps),
              () -> kernels.step(rows, 0, rows, 3, records, 0, 1, steps),
              () -> kernels.step(rows, 0, rows, 0, records, 0, 2, steps),
              () -> kernels.errors(rows, 0, rows, 0, records, 0, 1, out.asSlice(2)));
      assertThat(outside)
          .allSatisfy(
              call -> assertThatThrownBy(call).isInstanceOf(IndexOutOfBoundsException.class));
    }
  }

  @Test
  void multiplyAddsCountTwoOperationsForEachLane() {
    assertThat(Kernels.multiplyAdds(10) % (2L * 10 * Kernels.lanes())).isZero();
    assertThat(Kernels.multiplyAdds(10)).isEqualTo(10 * Kernels.multiplyAdds(1)).isPositive();
    assertThat(ScalarKernels.multiplyAdds(10)).isEqualTo(80);
  }

  @Test
  void theStrideIsTheRankAndTwoBiasesRoundedUpToWholeVectors() {
    assertThat(Kernels.strideFor(1)).isEqualTo(16);
    assertThat(Kernels.strideFor(14)).isEqualTo(16);
    assertThat(Kernels.strideFor(15)).isEqualTo(32);
    assertThat(Kernels.strideFor(30)).isEqualTo(32);
    assertThat(Kernels.strideFor(62)).isEqualTo(64);
    assertThatThrownBy(() -> Kernels.strideFor(0))
        .hasMessage("rank must be from 1 to 65536: rank=0");
    assertThatThrownBy(() -> Kernels.forRank(0)).hasMessageContaining("rank=0");
  }

  private static Offset<Double> within(double distance) {
    return Offset.offset(distance);
  }

  private static String runDigest(List<String> flags) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(KernelDigest.class.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output
        .lines()
        .filter(line -> !line.startsWith("WARNING: Using incubator modules"))
        .reduce("", (a, b) -> a.isEmpty() ? b : a + "\n" + b);
  }
}
