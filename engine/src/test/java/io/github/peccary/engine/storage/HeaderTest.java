package io.github.peccary.engine.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Headers that somebody made up, each under a checksum that is right.
class HeaderTest {

  private static final String METADATA =
      """
      ,"peccary.kind":"test","peccary.formatVersion":"1","peccary.crc32c.a":"00000000",\
      "peccary.crc32c.b":"00000000"}""";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          # overlapping, with a hole, out of the file, in another order, backwards
          I32 | [2] | [0,8]   | U8 | [4] | [4,8]   | tensors must lie one after the other inside the file: tensor=b, data_offsets=[4, 8], expectedBegin=8
          I32 | [2] | [0,8]   | U8 | [4] | [9,13]  | tensors must lie one after the other inside the file: tensor=b, data_offsets=[9, 13], expectedBegin=8
          I32 | [2] | [4,12]  | U8 | [4] | [12,16] | tensors must lie one after the other inside the file: tensor=a
          I32 | [2] | [0,8]   | U8 | [9] | [8,17]  | tensors must lie one after the other inside the file: tensor=b
          I32 | [2] | [8,16]  | U8 | [8] | [0,8]   | tensors must lie one after the other inside the file: tensor=a
          I32 | [2] | [8,0]   | U8 | [8] | [8,16]  | tensors must lie one after the other inside the file: tensor=a
          I32 | [2] | [-8,0]  | U8 | [8] | [8,16]  | tensors must lie one after the other inside the file: tensor=a
          # offsets that do not fit the shape
          I32 | [2] | [0,4]   | U8 | [8] | [4,12]  | tensors must lie one after the other inside the file: tensor=a
          I32 | [2] | [0]     | U8 | [8] | [8,16]  | tensors must lie one after the other inside the file: tensor=a
          I32 | [2] | [0,8,8] | U8 | [8] | [8,16]  | tensors must lie one after the other inside the file: tensor=a
          I32 | [2] | [0,8]   | U8 | [4] | [8,12]  | the last tensor must end with the file: bytes=336, expectedBytes=332
          # unaligned
          U8  | [2] | [0,2]   | I32 | [2] | [2,10] | a tensor must begin at a multiple of its element size: tensor=b, type=I32, offset=322
          # shapes
          I32 | [-2] | [0,-8] | U8 | [8] | [8,16]  | dimensions must not be negative: tensor=a, shape=[-2]
          I32 | [-1,-2] | [0,8] | U8 | [8] | [8,16] | dimensions must not be negative: tensor=a, shape=[-1, -2]
          I32 | [4611686018427387904] | [0,0] | U8 | [16] | [0,16] | a tensor's bytes must fit 63 bits: tensor=a, shape=[4611686018427387904]
          I32 | [4294967296,4294967296] | [0,0] | U8 | [16] | [0,16] | a tensor's bytes must fit 63 bits: tensor=a
          I32 | [9223372036854775808] | [0,0] | U8 | [16] | [0,16] | the header must be a safetensors header: Numeric value (9223372036854775808) out of range of long
          I32 | [1e3] | [0,8] | U8 | [8] | [8,16]  | the header must be a safetensors header: it lacks whole numbers in a
          I32 | ["2"] | [0,8] | U8 | [8] | [8,16]  | the header must be a safetensors header: it lacks whole numbers in a
          I32 | [[2]] | [0,8] | U8 | [8] | [8,16]  | the header must be a safetensors header: it lacks whole numbers in a
          I32 | 2     | [0,8] | U8 | [8] | [8,16]  | the header must be a safetensors header: it lacks a list in a
          # types
          I16 | [4] | [0,8]   | U8 | [8] | [8,16]  | dtype must be F32, I32, I64, I8 or U8: tensor=a, dtype=I16
          i32 | [2] | [0,8]   | U8 | [8] | [8,16]  | dtype must be F32, I32, I64, I8 or U8: tensor=a, dtype=i32
          """)
  void refusesTensorsThatCannotBe(
      String aType,
      String aShape,
      String aOffsets,
      String bType,
      String bShape,
      String bOffsets,
      String sentence)
      throws Exception {
    assertCorrupt(
        METADATA
            + tensor("a", aType, aShape, aOffsets)
            + tensor("b", bType, bShape, bOffsets)
            + "}",
        sentence);
  }

  @Test
  void acceptsTheGoodOneAmongThem() throws Exception {
    Path file = folder.resolve("a");
    String json =
        METADATA + tensor("a", "I32", "[2]", "[0,8]") + tensor("b", "U8", "[8]", "[8,16]") + "}";
    TensorFiles.withHeader(file, json, 16);
    try (TensorFile read = TensorFile.open(file, Verify.STRUCTURE)) {
      assertThat(read.tensors()).hasSize(2);
      assertThat(read.tensors().getLast())
          .isEqualTo(new TensorInfo(TensorSpec.of("b", ElementType.U8, 8), 328, "00000000"));
    }
  }

  @Test
  void refusesKeysThatAreThereTwice() throws Exception {
    String a = tensor("a", "I32", "[4]", "[0,16]");
    assertCorrupt(METADATA + a + a + "}", "the header must be a safetensors header: Duplicate");
    assertCorrupt(
        METADATA + a.replace("}", ",\"shape\":[4]}") + "}",
        "the header must be a safetensors header: Duplicate field 'shape'");
    assertCorrupt(
        METADATA.replace("}", ",\"peccary.kind\":\"x\"}") + a + "}",
        "the header must be a safetensors header: Duplicate field 'peccary.kind'");
    assertCorrupt(
        METADATA + a + ",\"__metadata__\":{}}",
        "the header must be a safetensors header: Duplicate field '__metadata__'");
  }

  @Test
  void refusesWhatIsNoHeader() throws Exception {
    String a = tensor("a", "I32", "[4]", "[0,16]");
    String lacks = "the header must be a safetensors header: it lacks ";
    assertCorrupt(METADATA + a, "the header must be a safetensors header: Unexpected end-of-input");
    assertCorrupt(METADATA + a + "}}", "the header must be a safetensors header: Unexpected");
    assertCorrupt(METADATA + a + "} {}", lacks + "one object and spaces");
    assertCorrupt(METADATA + ",\"a\":3}", lacks + "an object as a");
    assertCorrupt(
        METADATA + ",\"a\":{}}", lacks + "dtype, shape, data_offsets and a checksum of a");
    assertCorrupt(
        METADATA + a.replace("\"a\"", "\"c\"") + "}",
        lacks + "dtype, shape, data_offsets and a checksum of c");
    assertCorrupt(METADATA + a.replace("shape", "size") + "}", lacks + "dtype, shape and data_off");
    assertCorrupt(METADATA.replace("\"test\"", "7") + a + "}", lacks + "text as peccary.kind");
    assertCorrupt(
        METADATA.replace("\"test\"", "[[[[[[]]]]]]") + a + "}", lacks + "text as peccary.kind");
    assertCorrupt(METADATA + a.replace("[4]", "[[[[[4]]]]]") + "}", lacks + "whole numbers in a");
    assertCorrupt(
        METADATA.replace("crc32c.a", "crc32c.a b") + a.replace("\"a\"", "\"a b\"") + "}",
        "a tensor's name must be letters, digits and underscores: name=a b");
  }

  @Test
  void allocatesNothingForAHeaderThatCannotBe() throws Exception {
    Path file = TensorFiles.small(folder.resolve("a"));
    for (long length : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32, 1 << 24}) {
      try (var raw = new RandomAccessFile(file.toFile(), "rw")) {
        raw.writeLong(Long.reverseBytes(length));
        raw.setLength(1L << 33); // sparse
      }
      assertThatThrownBy(() -> TensorFile.open(file, Verify.CHECKSUMS))
          .as("length=%s", length)
          .isInstanceOf(CorruptFileException.class);
    }
    assertCorrupt(",".repeat(1 << 20), "the header must be a safetensors header: ");
  }

  @Test
  void isBoundedWhenWritten() {
    assertThatThrownBy(
            () ->
                TensorFileWriter.create(
                    folder.resolve("a"), Map.of(TensorFile.KIND, "x".repeat(1 << 24)), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the header must not exceed 16777216 bytes: bytes=");
    assertThat(folder).isEmptyDirectory();
  }

  private static String tensor(String name, String type, String shape, String offsets) {
    return ",\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}"
        .formatted(name, type, shape, offsets);
  }

  private void assertCorrupt(String json, String sentence) throws IOException {
    Path file = folder.resolve("made-up");
    TensorFiles.withHeader(file, json, 16);
    assertThatThrownBy(() -> TensorFile.open(file, Verify.STRUCTURE))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageStartingWith(sentence)
        .hasMessageEndingWith("(" + file + ")");
  }
}
