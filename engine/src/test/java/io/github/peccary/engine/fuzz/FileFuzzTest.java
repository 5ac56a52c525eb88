package io.github.peccary.engine.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.fuzz.Mutator.Mutant;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Damaged files, as many as there is time for: opening one gives what it holds or a
/// `CorruptFileException`. With checksums switched off it may also give wrong values. Never another
/// exception, at opening or afterwards, nor more memory than the file gives reason for.
///
/// `-Dpeccary.fuzz.seconds=600` runs longer, `-Dpeccary.fuzz.seed=` begins with another file; that
/// of a failure is in its message, and comes first then.
class FileFuzzTest {
  private static final double SECONDS =
      Double.parseDouble(System.getProperty("peccary.fuzz.seconds", "2"));
  private static final long SEED = Long.getLong("peccary.fuzz.seed", 42);
  private static final Duration HANGS = Duration.ofSeconds(60);

  @TempDir Path folder;
  private final Map<FileKind, Sample> samples = new EnumMap<>(FileKind.class);
  private Opening opening;
  private final AtomicLong seed = new AtomicLong(SEED);
  private long accepted;

  @BeforeEach
  void writeOneOfEachKind() throws IOException {
    for (FileKind kind : FileKind.values()) {
      samples.put(kind, Sample.write(kind, folder.resolve(kind.name())));
    }
    opening = new Opening(folder.resolve("mutant"));
  }

  @AfterEach
  void close() throws IOException {
    opening.close();
  }

  private Sample sample(FileKind kind) {
    return Objects.requireNonNull(samples.get(kind));
  }

  @ParameterizedTest
  @EnumSource
  void goodFilesAreAccepted(FileKind kind) throws IOException {
    Sample sample = sample(kind);
    byte[] rebuilt = sample.content().render(json -> json, 0);
    for (Verify verify : Verify.values()) {
      assertThat(opening.accepts(kind, sample.bytes(), verify)).isTrue();
      assertThat(opening.accepts(kind, rebuilt, verify)).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void noTruncationIsAccepted(FileKind kind) throws IOException {
    byte[] bytes = sample(kind).bytes();
    for (int length = 0; length < bytes.length; length++) {
      assertThat(opening.accepts(kind, Arrays.copyOf(bytes, length), Verify.STRUCTURE))
          .as("length=%s", length)
          .isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void noOtherKindIsAccepted(FileKind kind) throws IOException {
    for (Sample other : samples.values()) {
      for (Verify verify : Verify.values()) {
        assertThat(opening.accepts(kind, other.bytes(), verify)).isEqualTo(kind == other.kind());
      }
    }
  }

  @Test
  void whateverIsDamagedIsToldOrHarmless() throws Exception {
    FutureTask<Long> opens = new FutureTask<>(this::fuzz);
    Thread fuzzer = Thread.ofPlatform().daemon().start(opens);
    while (true) {
      long before = seed.get();
      try {
        long count = opens.get(HANGS.toSeconds(), TimeUnit.SECONDS);
        assertThat(count).isPositive();
        assertThat(accepted).as("damages must not all be found at once").isPositive();
        return;
      } catch (TimeoutException e) {
        assertThat(seed.get())
            .as("hangs: -Dpeccary.fuzz.seed=%s %s", seed, List.of(fuzzer.getStackTrace()))
            .isNotEqualTo(before);
      }
    }
  }

  /// Returns the number of files opened.
  private long fuzz() {
    long start = System.nanoTime();
    List<Sample> all = List.copyOf(samples.values());
    Mutator mutator = new Mutator(all.stream().map(Sample::bytes).toList());
    for (; System.nanoTime() - start < SECONDS * 1e9; seed.incrementAndGet()) {
      try {
        Sample sample = all.get((int) Long.remainderUnsigned(seed.get(), all.size()));
        check(sample, mutator.mutate(sample, seed.get()));
      } catch (Throwable e) {
        throw new AssertionError("-Dpeccary.fuzz.seed=" + seed, e);
      }
    }
    long opens = seed.get() - SEED;
    ThreadMXBean cpu = ManagementFactory.getThreadMXBean();
    System.out.printf(
        "%d damaged files opened from -Dpeccary.fuzz.seed=%d on, %d accepted, %.0f a second of CPU%n",
        opens, SEED, accepted, opens * 1e9 / cpu.getCurrentThreadCpuTime());
    return opens;
  }

  private void check(Sample sample, Mutant mutant) throws IOException {
    boolean found = opening.accepts(sample.kind(), mutant.bytes(), mutant.verify());
    accepted += found ? 1 : 0;
    if (!mutant.sealed() && mutant.verify() == Verify.CHECKSUMS) {
      assertThat(found)
          .as("checksums find every change")
          .isEqualTo(Arrays.equals(sample.bytes(), mutant.bytes()));
    }
  }
}
