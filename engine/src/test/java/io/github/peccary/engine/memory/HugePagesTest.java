package io.github.peccary.engine.memory;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HugePagesTest {
  private static final long MIB = 1 << 20;

  @ParameterizedTest
  @ValueSource(longs = {0, 8, 4 * MIB - 8, 4 * MIB, 4 * MIB + 8, 9 * MIB - 64})
  void givesZerosOfTheSizeAskedFor(long bytes) {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment segment = HugePages.allocate(arena, bytes);
      assertThat(segment.byteSize()).isEqualTo(bytes);
      assertThat(segment.address() % 64).isZero();
      assertThat(segment.isNative()).isTrue();
      for (long offset = 0; offset < bytes; offset += Long.BYTES) {
        assertThat(segment.get(JAVA_LONG, offset)).isZero();
        segment.set(JAVA_LONG, offset, -1 - offset);
      }
      for (long offset = 0; offset < bytes; offset += Long.BYTES) {
        assertThat(segment.get(JAVA_LONG, offset)).isEqualTo(-1 - offset);
      }
    }
  }

  @Test
  void segmentsDoNotOverlap() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment a = HugePages.allocate(arena, 5 * MIB);
      MemorySegment b = HugePages.allocate(arena, 5 * MIB);
      a.fill((byte) 1);
      assertThat(b.mismatch(MemorySegment.ofArray(new byte[(int) (5 * MIB)]))).isEqualTo(-1);
    }
  }

  @Test
  void livesAsLongAsItsArena() {
    MemorySegment segment;
    try (Arena arena = Arena.ofShared()) {
      segment = HugePages.allocate(arena, 8 * MIB);
    }
    assertThatThrownBy(() -> segment.get(JAVA_LONG, 0)).isInstanceOf(IllegalStateException.class);
  }

  /// A terabyte in all: more than a machine has, unless each is given back.
  @Test
  void givesTheMemoryBack() {
    for (int round = 0; round < 1 << 11; round++) {
      try (Arena arena = Arena.ofConfined()) {
        HugePages.allocate(arena, 512 * MIB).set(JAVA_LONG, 256 * MIB, round);
      }
    }
  }
}
