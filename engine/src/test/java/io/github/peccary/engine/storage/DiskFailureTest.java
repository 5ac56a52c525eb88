package io.github.peccary.engine.storage;

import static io.github.peccary.engine.storage.TensorFiles.littleEndian;
import static io.github.peccary.engine.storage.TensorFiles.segment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every operation of a writer fails in turn, alone and with all that follow it.
class DiskFailureTest {

  /// What fails without harm, or when the new file has its name already.
  private static final Set<String> TOO_LATE = Set.of("syncFolder", "close");

  @TempDir Path folder;
  private Path file = Path.of("");
  private byte[] written = {};

  @BeforeEach
  void writeOnce() throws IOException {
    file = folder.resolve("a.safetensors");
    write(Disk.REAL);
    written = Files.readAllBytes(file);
  }

  @Test
  void aDiskThatWritesLittleAtATimeWritesEverything() throws Exception {
    Files.writeString(file, "old");
    FailingDisk disk = FailingDisk.never();
    write(disk);
    assertThat(file).hasBinaryContent(written);
    assertThat(disk.operations.stream().distinct())
        .as("no name before the bytes are on the disk")
        .containsExactly("create", "write", "force", "rename", "syncFolder", "close");
    assertThat(disk.operations).filteredOn("write"::equals).hasSizeGreaterThan(10);
  }

  @Test
  void oneFailureAnywhereLeavesTheOldFileAndNothingElse() throws Exception {
    for (int failing = 0, count = operations(); failing < count; failing++) {
      FailingDisk disk = FailingDisk.at(failing);
      assertWhole(failing, disk);
      assertThat(files()).as("operation=%s", failing).containsExactly(file);
    }
  }

  @Test
  void aDiskThatIsGoneFromAnywhereOnLeavesATemporaryAtMost() throws Exception {
    for (int failing = 0, count = operations(); failing < count; failing++) {
      FailingDisk disk = FailingDisk.from(failing);
      assertWhole(failing, disk);
      assertThat(files())
          .as("operation=%s", failing)
          .contains(file)
          .hasSizeLessThanOrEqualTo(disk.operations.contains("delete") ? 2 : 1);
      write(Disk.REAL);
      assertThat(files()).as("after the next one").containsExactly(file);
    }
  }

  @Test
  void aDiskThatIsFullAtAnyByteLeavesTheOldFile() throws Exception {
    for (long free = 0; free < written.length; free += 13) {
      Files.writeString(file, "old");
      assertThat(failure(FailingDisk.full(free)))
          .as("freeBytes=%s", free)
          .hasMessageMatching(
              file
                  + ": the output cannot be written: No space left on device: bytes="
                  + written.length
                  + ", freeBytes=\\d+; free some space or choose another folder");
      assertThat(file).hasContent("old");
      assertThat(files()).containsExactly(file);
    }
    write(FailingDisk.full(written.length));
    assertThat(file).hasBinaryContent(written);
  }

  @Test
  void aDiskThatTellsItIsTooSmallIsNotWrittenTo() throws Exception {
    Files.writeString(file, "old");
    FailingDisk disk = FailingDisk.small(written.length - 1);
    assertThat(failure(disk))
        .hasMessage(
            "%s: the output's folder must have room for it: bytes=%d, freeBytes=%d; free some space or choose another folder",
            file, written.length, written.length - 1);
    assertThat(disk.operations).isEmpty();
    assertThat(file).hasContent("old");
    assertThat(files()).containsExactly(file);
    write(FailingDisk.small(written.length));
    assertThat(file).hasBinaryContent(written);
  }

  private int operations() throws IOException {
    FailingDisk disk = FailingDisk.never();
    write(disk);
    return disk.operations.size();
  }

  private void assertWhole(int failing, FailingDisk disk) throws IOException {
    Files.writeString(file, "old");
    IOException failure = failure(disk);
    String failed = disk.operations.get(failing);
    String what = "operation=%d, %s".formatted(failing, failed);
    if (TOO_LATE.contains(failed)) {
      assertThat(file).as(what).hasBinaryContent(written);
    } else {
      assertThat(file).as(what).hasContent("old");
    }
    if (failed.equals("close")) {
      assertThat(failure).as(what).isNull();
    } else {
      assertThat(failure)
          .as(what)
          .hasMessageMatching(file + ": the output[^\\n]+; [^;\\n]+")
          .hasRootCauseMessage("Input/output error");
    }
  }

  private @Nullable IOException failure(Disk disk) {
    return catchThrowableOfType(IOException.class, () -> write(disk));
  }

  private void write(Disk disk) throws IOException {
    try (var writer =
        TensorFileWriter.create(
            file,
            Map.of(TensorFile.KIND, "test"),
            List.of(
                TensorSpec.of("longs", ElementType.I64, 3),
                TensorSpec.of("bytes", ElementType.U8, 500)),
            disk)) {
      writer.append("longs", segment(littleEndian(24).putLong(1).putLong(-2).putLong(3)));
      writer.append("bytes", MemorySegment.ofArray(new byte[500]));
      writer.commit();
    }
  }

  private List<Path> files() throws IOException {
    try (var files = Files.list(folder)) {
      return files.toList();
    }
  }
}
