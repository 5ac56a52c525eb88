package io.github.peccary.engine.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorFileTest {

  @TempDir Path folder;

  @Test
  void givesBackWhatWasWritten() throws Exception {
    Path file = folder.resolve("a.safetensors");
    try (var writer =
        TensorFileWriter.create(
            file,
            Map.of(TensorFile.KIND, "test", "text", "a \"quoted\" é\uD83D\uDC17\n"),
            List.of(
                TensorSpec.of("longs", ElementType.I64, 2),
                TensorSpec.of("floats", ElementType.F32, 1, 3),
                TensorSpec.of("bytes", ElementType.U8, 5),
                TensorSpec.of("none", ElementType.U8, 0)))) {
      writer.append("bytes", MemorySegment.ofArray(new byte[] {1, 2, 3}));
      writer.append("longs", bytes(MemorySegment.ofArray(new long[] {1L << 40, -2})));
      writer.append("bytes", MemorySegment.ofArray(new byte[] {4, 5}));
      writer.append("floats", bytes(MemorySegment.ofArray(new float[] {1f, -0f, Float.NaN})));
      writer.commit();
    }
    try (TensorFile read = TensorFile.open(file, Verify.CHECKSUMS)) {
      assertThat(read.tensor("longs", ElementType.I64, 2).toArray(ValueLayout.JAVA_LONG))
          .containsExactly(1L << 40, -2);
      assertThat(read.tensor("floats", ElementType.F32, -1, 3).toArray(ValueLayout.JAVA_FLOAT))
          .containsExactly(1f, -0f, Float.NaN);
      assertThat(read.tensor("bytes", ElementType.U8, -1).toArray(ValueLayout.JAVA_BYTE))
          .containsExactly(1, 2, 3, 4, 5);
      assertThat(read.tensor("none", ElementType.U8, 0).byteSize()).isZero();
      assertThat(read.metadata("text")).isEqualTo("a \"quoted\" é\uD83D\uDC17\n");
    }
  }

  private static MemorySegment bytes(MemorySegment array) {
    return MemorySegment.ofArray(array.toArray(ValueLayout.JAVA_BYTE));
  }
}
