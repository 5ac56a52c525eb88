package io.github.peccary.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class FactorMatrixTest {
  @Test
  void rowsAreAlignedAndIndependent() {
    try (Arena arena = Arena.ofConfined()) {
      FactorMatrix matrix = FactorMatrix.allocate(arena, 5, 30);
      matrix.set(4, 31, 2f);
      matrix.set(3, 31, 1f);
      assertThat(matrix.get(4, 31)).isEqualTo(2f);
      assertThat(matrix.get(4, 0)).isZero();
      assertThat(matrix.rowOffset(4)).isEqualTo(4 * 128);
      assertThat(matrix.segment().address() % 64).isZero();
      assertThat(FactorMatrix.of(matrix.segment(), 5, 30).get(3, 31)).isEqualTo(1f);
    }
  }

  /// Offsets are long: a matrix of 2³³ bytes is addressed at its end. The segment is only a range
  /// of addresses here, so it costs no memory; nothing is read through it.
  @Test
  void offsetsDoNotWrapBeyond2To31Floats() {
    int rows = 1 << 26;
    MemorySegment range = MemorySegment.NULL.reinterpret(rows * 128L);
    FactorMatrix matrix = FactorMatrix.of(range, rows, 30);
    assertThat(matrix.rowOffset(rows - 1)).isEqualTo((rows - 1) * 128L);
  }

  @Test
  void aSegmentOfAnotherSizeIsRefused() {
    assertThatThrownBy(() -> FactorMatrix.of(MemorySegment.ofArray(new float[3]), 1, 14))
        .hasMessage("the segment must hold rows x stride floats: bytes=12, rows=1, stride=16");
  }
}
