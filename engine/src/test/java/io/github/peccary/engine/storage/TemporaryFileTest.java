package io.github.peccary.engine.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Temporaries that dead writers left are removed, and those of living ones never.
class TemporaryFileTest {

  @TempDir Path folder;

  @Test
  void thoseOfTheSameTargetAreRemoved() throws Exception {
    Files.writeString(folder.resolve(".a.0123abcd.tmp"), "left over");
    Files.writeString(folder.resolve(".a.89efcdab.tmp"), "");
    try (var writer = writer(folder.resolve("a"))) {
      assertThat(names()).singleElement().asString().doesNotContain("0123abcd", "89efcdab");
      writer.commit();
    }
    assertThat(names()).containsExactly("a");
  }

  @Test
  void whateverElseLooksLikeThemStays() throws Exception {
    List<String> others =
        List.of(
            ".b.0123abcd.tmp",
            ".a.b.0123abcd.tmp",
            ".a.0123abcg.tmp",
            ".a.0123abcd.tmp.1",
            ".a.tmp",
            "a.0123abcd.tmp",
            ".A.0123abcd.tmp");
    for (String other : others) {
      Files.writeString(folder.resolve(other), "mine");
    }
    Files.createDirectory(folder.resolve(".a.00000000.tmp"));
    writer(folder.resolve("a")).close();
    assertThat(names()).containsAll(others).contains(".a.00000000.tmp").hasSize(others.size() + 1);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aLinkOfSuchANameIsNotFollowed() throws Exception {
    Path mine = Files.writeString(folder.resolve("mine"), "mine");
    Files.createSymbolicLink(folder.resolve(".a.0123abcd.tmp"), mine);
    writer(folder.resolve("a")).close();
    assertThat(mine).hasContent("mine");
    assertThat(names()).contains(".a.0123abcd.tmp");
  }

  /// Closing a second channel on a file gives up its lock, so none may be opened, by whatever path.
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void thoseOfThisProcessStayUntilTheyHaveTheirName() throws Exception {
    Path target = folder.resolve("a");
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder);
    try (var first = writer(target)) {
      try (var second = writer(link.resolve("a"))) {
        assertThat(names()).hasSize(3);
        first.commit(
            temporary -> {
              TensorFile.open(temporary, Verify.CHECKSUMS).close();
              writer(folder.resolve("link/../a")).close();
              assertThat(temporary).exists();
            });
        second.commit();
      }
    }
    assertThat(names()).containsExactly("a", "link");
    TensorFile.open(target, Verify.CHECKSUMS).close();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void thatOfAnotherProcessStaysUntilTheProcessDies() throws Exception {
    Path target = folder.resolve("a");
    Process process = WriterProcess.start(target, "wait", "unlimited");
    try (BufferedReader output = process.inputReader()) {
      assertThat(output.readLine()).isEqualTo("written");
      try (var writer = writer(target)) {
        assertThat(names()).hasSize(2);
        writer.commit();
      }
      assertThat(names()).as("checked by its writer, not yet renamed").hasSize(2);
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertThat(names()).hasSize(2);
    writer(target).close();
    assertThat(names()).containsExactly("a");
  }

  private static TensorFileWriter writer(Path target) throws IOException {
    return TensorFileWriter.create(target, Map.of(TensorFile.KIND, "test"), List.of());
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
