package io.github.peccary.engine.storage;

import static io.github.peccary.engine.storage.TensorFiles.littleEndian;
import static io.github.peccary.engine.storage.TensorFiles.segment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class TensorFileTest {

  @TempDir Path folder;

  @Test
  void givesBackWhatWasWritten() throws Exception {
    Path file = folder.resolve("a.safetensors");
    String text = "a \"quoted\" é\uD83D\uDC17\n";
    try (var writer =
        TensorFileWriter.create(
            file,
            Map.of(TensorFile.KIND, "test", "text", text, "half", "x\uD83D"),
            List.of(
                TensorSpec.of("longs", ElementType.I64, 2),
                TensorSpec.of("floats", ElementType.F32, 1, 3),
                TensorSpec.of("scalar", ElementType.I32),
                TensorSpec.of("none", ElementType.I32, 0, 7),
                TensorSpec.of("bytes", ElementType.U8, 5)))) {
      writer.append("bytes", segment(littleEndian(3).put(new byte[] {1, 2, 3})));
      writer.append("longs", segment(littleEndian(16).putLong(1L << 40).putLong(-2)));
      writer.append("bytes", segment(littleEndian(2).put(new byte[] {4, 5})));
      writer.append("scalar", segment(littleEndian(4).putInt(-7)));
      writer.append(
          "floats", segment(littleEndian(12).putFloat(1).putFloat(-0f).putFloat(Float.NaN)));
      writer.commit();
    }
    try (TensorFile read = TensorFile.open(file, Verify.CHECKSUMS)) {
      assertThat(read.tensor("longs", ElementType.I64, 2).toArray(ValueLayout.JAVA_LONG))
          .containsExactly(1L << 40, -2);
      assertThat(read.tensor("floats", ElementType.F32, -1, 3).toArray(ValueLayout.JAVA_FLOAT))
          .containsExactly(1f, -0f, Float.NaN);
      assertThat(read.tensor("bytes", ElementType.U8, -1).toArray(ValueLayout.JAVA_BYTE))
          .containsExactly(1, 2, 3, 4, 5);
      assertThat(read.tensor("scalar", ElementType.I32).get(ValueLayout.JAVA_INT, 0)).isEqualTo(-7);
      assertThat(read.tensor("none", ElementType.I32, 0, -1).byteSize()).isZero();
      assertThat(read.metadata())
          .isEqualTo(
              Map.of(
                  TensorFile.KIND,
                  "test",
                  TensorFile.FORMAT_VERSION,
                  "1",
                  "text",
                  text,
                  "half",
                  "x?"));
      assertThat(read.tensors().stream().map(tensor -> tensor.spec().name()))
          .containsExactly("longs", "floats", "scalar", "none", "bytes");
    }
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  /// Reads the layout with nothing but the description of the format.
  @Test
  void isLaidOutAsTheFormatSays() throws Exception {
    byte[] bytes = Files.readAllBytes(TensorFiles.small(folder.resolve("a.safetensors")));
    ByteBuffer all = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int length = (int) all.getLong(0);
    assertThat((8 + length) % 64).isZero();
    String json = new String(bytes, 8, length, StandardCharsets.UTF_8);
    assertThat(json).startsWith("{").matches("(?s).*} *");
    List<List<String>> tensors =
        Pattern.compile(
                "\"(\\w+)\":\\{\"dtype\":\"(\\w+)\",\"shape\":\\[([\\d,]*)],"
                    + "\"data_offsets\":\\[(\\d+),(\\d+)]}")
            .matcher(json)
            .results()
            .map(TensorFileTest::groups)
            .toList();
    assertThat(tensors)
        .containsExactly(
            List.of("longs", "I64", "3", "0", "24"),
            List.of("floats", "F32", "1,2", "24", "32"),
            List.of("bytes", "U8", "3", "32", "35"));
    assertThat(all.getLong(8 + length + 16)).isEqualTo(3L << 40);
    assertThat(all.getFloat(8 + length + 24)).isEqualTo(1.5f);
    assertThat(bytes).hasSize(8 + length + 35);
    assertThat(new String(bytes, 8 + length + 32, 3, StandardCharsets.UTF_8)).isEqualTo("abc");
  }

  @Test
  void findsEveryFlippedBit() throws Exception {
    Path file = TensorFiles.small(folder.resolve("a.safetensors"));
    byte[] bytes = Files.readAllBytes(file);
    int header = bytes.length - 35;
    try (var raw = new RandomAccessFile(file.toFile(), "rw")) {
      for (int bit = 0; bit < bytes.length * Byte.SIZE; bit++) {
        int at = bit / Byte.SIZE;
        raw.seek(at);
        raw.write(bytes[at] ^ (1 << (bit % Byte.SIZE)));
        assertThatThrownBy(() -> TensorFile.open(file, Verify.CHECKSUMS))
            .as("bit=%s", bit)
            .isInstanceOf(CorruptFileException.class)
            .hasMessageContaining("(" + file + ")");
        if (at < header) {
          assertThatThrownBy(() -> TensorFile.open(file, Verify.STRUCTURE))
              .as("bit=%s", bit)
              .isInstanceOf(CorruptFileException.class);
        }
        raw.seek(at);
        raw.write(bytes[at]);
      }
    }
    TensorFile.open(file, Verify.CHECKSUMS).close();
  }

  @Test
  void findsEveryTruncationAndWhatIsAppended() throws Exception {
    Path file = TensorFiles.small(folder.resolve("a.safetensors"));
    byte[] bytes = Files.readAllBytes(file);
    for (int length = 0; length < bytes.length; length++) {
      Files.write(file, Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> TensorFile.open(file, Verify.STRUCTURE))
          .as("length=%s", length)
          .isInstanceOf(CorruptFileException.class);
    }
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 2));
    assertCorrupt(
        file,
        "tensors must lie one after the other inside the file: tensor=bytes, data_offsets=[32, 35],"
            + " expectedBegin=32, tensorBytes=3, dataBytes=33; the copy was cut short?");
    Files.write(file, Arrays.copyOf(bytes, bytes.length + 1));
    assertCorrupt(
        file,
        "the last tensor must end with the file: bytes="
            + (bytes.length + 1)
            + ", expectedBytes="
            + bytes.length
            + "; this is another file, or one with something after it");
    Files.write(file, new byte[5]);
    assertCorrupt(file, "truncated: bytes=5, expectedBytes=8; the copy was cut short?");
  }

  @Test
  void saysWhichTensorIsDamaged() throws Exception {
    Path file = TensorFiles.small(folder.resolve("a.safetensors"));
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 2] = 'B';
    Files.write(file, bytes);
    assertThatThrownBy(() -> TensorFile.open(file, Verify.CHECKSUMS))
        .hasMessageMatching(
            "tensor bytes is damaged: crc32c=[0-9a-f]{8}, expected=364b3fb7; copy it again \\(.*\\)");
    TensorFile.open(file, Verify.STRUCTURE).close();
  }

  @Test
  void refusesFilesOfOthers() throws Exception {
    Path file = folder.resolve("a.safetensors");
    byte[] json =
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}"
            .getBytes(StandardCharsets.UTF_8);
    Files.write(
        file,
        littleEndian(8 + json.length + 1).putLong(json.length).put(json).put((byte) 1).array());
    assertCorrupt(
        file,
        "the file was not written by Peccary, or its beginning is damaged: the header must begin"
            + " with {\"__metadata__\":{\"peccary.headerCrc32c\":\"; give a file that Peccary has"
            + " written");
    Files.writeString(file, "SQLite format 3\0 and so on");
    assertCorrupt(
        file,
        "the file must be a safetensors file written by Peccary: headerBytes=7358993341780611411,"
            + " fileBytes=26; it is of another kind, or its copy was cut short");
    TensorFiles.withHeader(file, ",\"peccary.formatVersion\":\"1\"}}", 0);
    assertCorrupt(file, "the file was not written by Peccary: its metadata must have peccary.kind");
    TensorFiles.withHeader(
        file, ",\"peccary.formatVersion\":\"2\",\"peccary.kind\":\"ratings\"}}", 0);
    assertCorrupt(
        file,
        "the format must be one that this Peccary knows: formatVersion=2, known=1;"
            + " use the Peccary that wrote it");
  }

  @Test
  void refusesAKindThatIsNotWanted() throws Exception {
    try (var file = TensorFile.open(TensorFiles.small(folder.resolve("a")), Verify.CHECKSUMS)) {
      file.requireKind("test");
      assertThatThrownBy(() -> file.requireKind("ratings"))
          .isInstanceOf(CorruptFileException.class)
          .hasMessage(
              "the file must be a ratings file: kind=test; give a ratings file ("
                  + file.path()
                  + ")");
    }
  }

  @Test
  void refusesWhatIsNoFile() {
    assertThatThrownBy(() -> TensorFile.open(folder.resolve("none"), Verify.STRUCTURE))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(folder.resolve("none") + ": the file must exist; check its name");
    assertCorrupt(folder, "the file must be a file, not a folder; name a file in it");
  }

  /// Whoever opens a pipe may wait for ever.
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void refusesDevicesAndPipes() throws Exception {
    assertCorrupt(
        Path.of("/dev/null"),
        "the file must be a regular one, not a device or a pipe; name another file");
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertCorrupt(
        pipe, "the file must be a regular one, not a device or a pipe; name another file");
  }

  @Test
  void refusesAnotherTypeOrShapeThanAskedFor() throws Exception {
    try (var file = TensorFile.open(TensorFiles.small(folder.resolve("a")), Verify.CHECKSUMS)) {
      String path = " (" + file.path() + ")";
      assertThatThrownBy(() -> file.tensor("floats", ElementType.F32, -1, 3))
          .isInstanceOf(CorruptFileException.class)
          .hasMessage(
              "tensor floats must have another type or shape: found=F32[1, 2],"
                  + " expected=F32[any, 3]"
                  + path);
      assertThatThrownBy(() -> file.tensor("floats", ElementType.F32, 1, 1))
          .isInstanceOf(CorruptFileException.class);
      assertThatThrownBy(() -> file.tensor("floats", ElementType.I32, 1, 2))
          .isInstanceOf(CorruptFileException.class);
      assertThatThrownBy(() -> file.tensor("floats", ElementType.F32, 2))
          .isInstanceOf(CorruptFileException.class);
      assertThatThrownBy(() -> file.tensor("x", ElementType.F32, 2))
          .hasMessage("the file must hold a tensor: name=x" + path);
      assertThatThrownBy(() -> file.metadata("x"))
          .hasMessage("metadata must have an entry: key=x" + path);
      assertThat(file.contains("floats")).isTrue();
      assertThat(file.contains("x")).isFalse();
    }
  }

  @Test
  void theFingerprintIsThatOfTheContent() throws Exception {
    String first = fingerprint("1", 7);
    assertThat(first).matches("[0-9a-f]{64}");
    assertThat(fingerprint("2", 7)).as("other metadata").isEqualTo(first);
    assertThat(fingerprint("1", 8)).as("another number").isNotEqualTo(first);
    assertThat(fingerprint("1", 7, "note")).isNotEqualTo(fingerprint("2", 7, "note"));
  }

  @Test
  void canBeClosedTwice() throws Exception {
    TensorFile file = TensorFile.open(TensorFiles.small(folder.resolve("a")), Verify.STRUCTURE);
    var longs = file.tensor("longs", ElementType.I64, 3);
    file.close();
    file.close();
    assertThatThrownBy(() -> longs.get(ValueLayout.JAVA_LONG, 0))
        .isInstanceOf(IllegalStateException.class);
  }

  private String fingerprint(String note, int number, String... keys) throws IOException {
    Path file = folder.resolve("f");
    try (var writer =
        TensorFileWriter.create(
            file,
            Map.of(TensorFile.KIND, "test", "note", note),
            List.of(TensorSpec.of("a", ElementType.I32, 1)))) {
      writer.append("a", segment(littleEndian(4).putInt(number)));
      writer.commit();
    }
    try (var read = TensorFile.open(file, Verify.CHECKSUMS)) {
      return read.fingerprint(keys);
    }
  }

  private static List<String> groups(MatchResult result) {
    return IntStream.rangeClosed(1, result.groupCount()).mapToObj(result::group).toList();
  }

  private static void assertCorrupt(Path file, String sentence) {
    assertThatThrownBy(() -> TensorFile.open(file, Verify.STRUCTURE))
        .isInstanceOf(CorruptFileException.class)
        .hasMessage(sentence + " (" + file + ")");
  }
}
