package io.github.peccary.engine.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The operations of the disk are those of [DiskFailureTest].
class WholeFileTest {
  @TempDir Path folder;

  @Test
  void anOldFileIsReplaced() throws IOException {
    Path file = folder.resolve("file");
    WholeFile.write(file, "old");
    WholeFile.write(file, "é\n");
    assertThat(file).hasContent("é\n");
    assertThat(names()).containsExactly("file");
  }

  @Test
  void whatCannotBeWrittenLeavesNothing() throws IOException {
    Path target = folder.resolve("target");
    Files.createDirectories(target.resolve("full"));
    assertThatThrownBy(() -> WholeFile.write(target, "text"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the output must be replaceable");
    assertThat(names()).containsExactly("target");
  }

  private Stream<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList().stream();
    }
  }
}
