package io.github.peccary.engine.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A file of several writers is that of one, whatever each of them left; and every operation of the
/// disk fails in turn.
class PartialFileTest {
  private static final Set<String> TOO_LATE = Set.of("syncFolder", "close");

  /// More than is read at once.
  private static final int BYTES = 150_000;

  @TempDir Path folder;
  private Path target = Path.of("");
  private Path part = Path.of("");
  private final byte[] bytes = new byte[BYTES];

  @BeforeEach
  void name() {
    target = folder.resolve("a.csv");
    part = folder.resolve("a.csv.part");
    new SplittableRandom(42).nextBytes(bytes);
  }

  private static ByteBuffer piece(byte[] bytes, int from, int to) {
    return ByteBuffer.wrap(bytes, from, to - from);
  }

  @Test
  void whoeverGoesOnEndsWithTheSameBytes() throws IOException {
    for (int kept : new int[] {0, 1, 70_000, BYTES}) {
      Files.writeString(target, "old");
      long crc;
      try (PartialFile file = PartialFile.begin(target)) {
        file.append(piece(bytes, 0, kept));
        file.force();
        crc = file.crc32c();
        file.append(ByteBuffer.wrap(new byte[] {1, 2, 3})); // torn off
      }
      assertThat(target).hasContent("old");
      try (PartialFile file = PartialFile.resume(target, kept, crc)) {
        assertThat(file.bytes()).isEqualTo(kept);
        file.append(piece(bytes, kept, BYTES));
        file.commit();
      }
      assertThat(target).hasBinaryContent(bytes);
      assertThat(files()).containsExactly(target);
    }
  }

  @Test
  void whatWasChangedOrCutIsNotGoneOnWith() throws IOException {
    long crc;
    try (PartialFile file = PartialFile.begin(target)) {
      file.append(piece(bytes, 0, 100));
      crc = file.crc32c();
    }
    byte[] changed = Arrays.copyOf(bytes, 100);
    changed[50]++;
    for (byte[] found : List.of(changed, Arrays.copyOf(bytes, 99), new byte[0])) {
      Files.write(part, found);
      assertThatThrownBy(() -> PartialFile.resume(target, 100, crc))
          .isInstanceOf(CorruptFileException.class)
          .hasMessage(
              "the file must be as it was left: bytes=%d, expectedBytes=100; begin it anew (%s)",
              found.length, part);
      assertThat(part).hasBinaryContent(found);
    }
  }

  @Test
  void oneWriterAtATimeIsAtIt() throws IOException {
    try (PartialFile file = PartialFile.begin(target)) {
      file.append(piece(bytes, 0, 100));
      long crc = file.crc32c();
      String sentence = "one writer at a time must be at the output";
      assertThatThrownBy(() -> PartialFile.begin(target)).hasMessageContaining(sentence);
      assertThatThrownBy(() -> PartialFile.resume(target, 100, crc)).hasMessageContaining(sentence);
      file.commit();
    }
    assertThat(target).hasBinaryContent(Arrays.copyOf(bytes, 100));
  }

  @Test
  void oneFailureAnywhereLeavesTheOldFile() throws IOException {
    FailingDisk never = FailingDisk.never();
    write(never);
    assertThat(never.operations.stream().distinct())
        .as("no name before the bytes are on the disk")
        .containsExactly(
            "open", "delete", "create", "write", "force", "rename", "syncFolder", "close");
    for (int failing = 0; failing < never.operations.size(); failing++) {
      Files.writeString(target, "old");
      FailingDisk disk = FailingDisk.at(failing);
      IOException failure = catchThrowableOfType(IOException.class, () -> write(disk));
      assertTold("operation=" + failing, disk.operations.get(failing), failure);
    }
  }

  private void assertTold(String what, String failed, @Nullable IOException failure)
      throws IOException {
    if (TOO_LATE.contains(failed)) {
      assertThat(target).as(what).hasBinaryContent(Arrays.copyOf(bytes, 1000));
    } else {
      assertThat(target).as(what).hasContent("old");
    }
    if (failed.equals("close")) {
      assertThat(failure).as(what).isNull();
    } else {
      assertThat(failure)
          .as(what)
          .hasMessageMatching(target + ": the output[^\\n]+; [^;\\n]+")
          .hasRootCauseMessage("Input/output error");
    }
  }

  /// In the place of one that was left over.
  private void write(Disk disk) throws IOException {
    Files.writeString(part, "left over");
    try (PartialFile file = PartialFile.begin(target, disk)) {
      file.append(piece(bytes, 0, 1000));
      file.commit();
    }
  }

  @Test
  void whatAFullDiskTookCanBeGoneOnWith() throws IOException {
    for (int free = 0; free < 1000; free += 130) {
      FailingDisk full = FailingDisk.full(free);
      long kept = 0;
      long crc = 0;
      try (PartialFile file = PartialFile.begin(target, full)) {
        for (int from = 0; from < 1000; from += 100) {
          file.append(piece(bytes, from, from + 100));
          file.force();
          kept = file.bytes();
          crc = file.crc32c();
        }
      } catch (IOException e) {
        assertThat(e)
            .hasMessageContaining("cannot be written: No space left on device: bytes=")
            .hasMessageEndingWith("; free some space and go on with it, or choose another folder");
      }
      assertThat(kept).isEqualTo(free - free % 100);
      try (PartialFile file = PartialFile.resume(target, kept, crc)) {
        file.append(piece(bytes, (int) kept, 1000));
        file.commit();
      }
      assertThat(target).hasBinaryContent(Arrays.copyOf(bytes, 1000));
    }
  }

  private List<Path> files() throws IOException {
    try (var files = Files.list(folder)) {
      return files.toList();
    }
  }
}
