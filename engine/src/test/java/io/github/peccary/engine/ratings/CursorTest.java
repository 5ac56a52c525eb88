package io.github.peccary.engine.ratings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorTest {
  private static final int SIZE = 2500;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1023, 1024, 1025, 2499, 2500})
  void everyNumberComesFromTheFirstWantedOn(int first) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment longs =
          arena.allocateFrom(ValueLayout.JAVA_LONG, LongStream.range(0, SIZE).toArray());
      MemorySegment ints =
          arena.allocateFrom(
              ValueLayout.JAVA_INT,
              IntStream.range(0, SIZE).map(n -> Float.floatToRawIntBits(n)).toArray());
      LongCursor longCursor = new LongCursor(longs, first);
      IntCursor floats = new IntCursor(ints, first);
      for (int n = first; n < SIZE; n++) {
        assertThat(longCursor.next()).isEqualTo(n);
        assertThat(floats.nextFloat()).isEqualTo(n);
      }
      assertThatThrownBy(longCursor::next).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(floats::next).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }
}
