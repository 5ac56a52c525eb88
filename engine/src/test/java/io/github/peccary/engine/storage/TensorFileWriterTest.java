package io.github.peccary.engine.storage;

import static io.github.peccary.engine.storage.TensorFiles.littleEndian;
import static io.github.peccary.engine.storage.TensorFiles.segment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class TensorFileWriterTest {

  private static final Map<String, String> METADATA = Map.of(TensorFile.KIND, "test");

  @TempDir Path folder;

  @Test
  void theOldFileStaysUntilTheNewOneIsFoundGood() throws Exception {
    Path file = Files.writeString(folder.resolve("a"), "old");
    List<Path> seen = new ArrayList<>();
    try (var writer = writer(file, TensorSpec.of("a", ElementType.I32, 1))) {
      writer.append("a", segment(littleEndian(4).putInt(7)));
      assertThatThrownBy(
              () ->
                  writer.commit(
                      temporary -> {
                        seen.add(temporary);
                        TensorFile.open(temporary, Verify.CHECKSUMS).close();
                        assertThat(Files.readString(file)).isEqualTo("old");
                        throw new CorruptFileException(temporary, "no");
                      }))
          .isInstanceOf(CorruptFileException.class);
    }
    assertThat(seen).hasSize(1);
    assertThat(seen.getFirst().getFileName().toString()).matches("\\.a\\.[0-9a-f]{8}\\.tmp");
    assertThat(Files.readString(file)).isEqualTo("old");
    assertThat(files()).containsExactly(file);
  }

  @Test
  void leavesNothingWithoutCommit() throws Exception {
    try (var writer = writer(folder.resolve("a"), TensorSpec.of("a", ElementType.I32, 1))) {
      writer.append("a", segment(littleEndian(4).putInt(7)));
      assertThat(files()).hasSize(1);
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void findsBytesThatTheDiskLost() throws Exception {
    Path file = folder.resolve("a");
    try (var writer = writer(file, TensorSpec.of("a", ElementType.I32, 1))) {
      writer.append("a", segment(littleEndian(4).putInt(7)));
      try (var raw = new RandomAccessFile(files().getFirst().toFile(), "rw")) {
        raw.seek(raw.length() - 4);
        raw.writeInt(0);
      }
      assertThatThrownBy(writer::commit)
          .isInstanceOf(CorruptFileException.class)
          .hasMessageStartingWith("tensor a is damaged: crc32c=");
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void refusesTensorsThatAreNotFull() throws Exception {
    try (var writer = writer(folder.resolve("a"), TensorSpec.of("a", ElementType.I32, 2))) {
      writer.append("a", segment(littleEndian(4).putInt(7)));
      assertThatThrownBy(writer::commit)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("a tensor must be complete: tensor=a, bytes=4, expectedBytes=8");
      assertThatThrownBy(() -> writer.append("a", segment(littleEndian(8).putLong(1))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "a tensor must not grow beyond its shape: tensor=a, bytes=12, expectedBytes=8");
      assertThatThrownBy(() -> writer.append("b", MemorySegment.ofArray(new byte[1])))
          .hasMessage("the file must have such a tensor: name=b");
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void refusesTensorsThatTheFormatHasNoPlaceFor() {
    TensorSpec bytes = TensorSpec.of("bytes", ElementType.U8, 3);
    assertThatThrownBy(
            () -> writer(folder.resolve("a"), bytes, TensorSpec.of("x", ElementType.I32, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(
            "tensors must be ordered by falling element size: tensor=x, offset=\\d+");
    assertThatThrownBy(() -> writer(folder.resolve("a"), bytes, bytes))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a file must have a tensor once: tensor=bytes");
    assertThatThrownBy(() -> TensorSpec.of("__metadata__", ElementType.U8, 1))
        .hasMessage("a tensor's name must be letters, digits and underscores: name=__metadata__");
    assertThatThrownBy(() -> TensorSpec.of("a", ElementType.U8, 1, -1))
        .hasMessage("dimensions must not be negative: tensor=a, shape=[1, -1]");
  }

  @Test
  void keepsTheContainersEntriesToItself() {
    for (String key :
        List.of("peccary.crc32c.a", "peccary.headerCrc32c", TensorFile.FORMAT_VERSION)) {
      assertThatThrownBy(
              () ->
                  TensorFileWriter.create(
                      folder.resolve("a"), Map.of(TensorFile.KIND, "x", key, "y"), List.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("metadata must leave this key to the writer: key=" + key);
    }
    assertThatThrownBy(() -> TensorFileWriter.create(folder.resolve("a"), Map.of(), List.of()))
        .hasMessage("metadata must have an entry: key=peccary.kind");
  }

  @Test
  void wantsAFileInAFolderThatIsThere() {
    Path inNone = folder.resolve("none").resolve("a");
    assertThatThrownBy(() -> writer(inNone))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(
            inNone + ": the output's folder must exist; create it first: " + inNone.getParent());
    assertThatThrownBy(() -> writer(folder))
        .isInstanceOf(FileSystemException.class)
        .hasMessage(folder + ": the output must be a file, not a folder; add a file name");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void neverReplacesADevice() {
    assertThatThrownBy(() -> writer(Path.of("/dev/null")))
        .isInstanceOf(FileSystemException.class)
        .hasMessage("/dev/null: the output must be a regular file; choose another name");
  }

  /// Even root may not create files there.
  @Test
  @EnabledOnOs(OS.LINUX)
  void saysThatAFolderCannotBeWritten() {
    assertThatThrownBy(() -> writer(Path.of("/proc/a")))
        .isInstanceOf(FileSystemException.class)
        .hasMessage("/proc/a: the output's folder must be writable; choose another folder");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void hasThePermissionsOfAnyNewFileAndFollowsLinks() throws Exception {
    Path plain = Files.createFile(folder.resolve("plain"));
    Path file = Files.createFile(folder.resolve("a"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    try (var writer = writer(link)) {
      writer.commit();
    }
    assertThat(Files.isSymbolicLink(link)).isTrue();
    TensorFile.open(file, Verify.CHECKSUMS).close();
    assertThat(Files.getPosixFilePermissions(file)).isEqualTo(Files.getPosixFilePermissions(plain));
  }

  /// A limit on the size of files fails a write in its middle, as a full disk does.
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aDiskThatIsFullLeavesTheOldFile() throws Exception {
    Path file = Files.writeString(folder.resolve("a"), "old");
    assertThat(WriterProcess.run(file, "", "256"))
        .matches(
            file
                + ": the output cannot be written: .+: bytes=\\d+, freeBytes=\\d+;"
                + " free some space or choose another folder");
    assertThat(Files.readString(file)).isEqualTo("old");
    assertThat(files()).containsExactly(file);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aProcessThatEndsLeavesTheOldFile() throws Exception {
    Path file = Files.writeString(folder.resolve("a"), "old");
    assertThat(WriterProcess.run(file, "halt", "unlimited")).isEmpty();
    assertThat(Files.readString(file)).isEqualTo("old");
    assertThat(files()).hasSize(2);
    assertThat(WriterProcess.run(file, "", "unlimited")).isEmpty();
    TensorFile.open(file, Verify.CHECKSUMS).close();
    assertThat(files()).containsExactly(file);
  }

  @Test
  void readsTensorsBeyondTwoGibibytes() throws Exception {
    long longs = (1L << 28) + 100;
    String rest =
        ",\"peccary.kind\":\"test\",\"peccary.formatVersion\":\"1\",\"peccary.crc32c.a\":\"00000000\"}"
            + ",\"a\":{\"dtype\":\"I64\",\"shape\":["
            + longs
            + "],\"data_offsets\":[0,"
            + longs * 8
            + "]}}";
    Path file = TensorFiles.withHeader(folder.resolve("a"), rest, 0);
    try (var raw = new RandomAccessFile(file.toFile(), "rw")) {
      raw.setLength(raw.length() + longs * 8); // sparse
      raw.seek(raw.length() - 8);
      raw.writeLong(Long.reverseBytes(42));
    }
    try (TensorFile read = TensorFile.open(file, Verify.STRUCTURE)) {
      assertThat(
              read.tensor("a", ElementType.I64, longs).getAtIndex(ValueLayout.JAVA_LONG, longs - 1))
          .isEqualTo(42);
    }
  }

  private static TensorFileWriter writer(Path target, TensorSpec... tensors) throws IOException {
    return TensorFileWriter.create(target, METADATA, List.of(tensors));
  }

  private List<Path> files() throws IOException {
    try (var files = Files.list(folder)) {
      return files.toList();
    }
  }
}
