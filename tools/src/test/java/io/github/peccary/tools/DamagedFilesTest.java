package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every command that reads a file × every way in which the file can be the wrong one.
class DamagedFilesTest {
  @TempDir private static Path folder;
  private static Path ratings;
  private static Path model;
  private static Path checkpoint;

  @BeforeAll
  static void train() {
    ratings = TwoTastes.ratings(folder);
    model = TwoTastes.model(folder, ratings);
    Path kept = folder.resolve("kept");
    Path other = folder.resolve("other.safetensors");
    Cli.run("train", ratings, "-o", other, "--epochs", 1, "--checkpoint", kept);
    checkpoint = kept.resolve("checkpoint.safetensors");
  }

  private static final List<String> DAMAGES =
      List.of(
          "missing",
          "folder",
          "empty",
          "truncated",
          "flipped header",
          "flipped data",
          "grown",
          "text",
          "foreign",
          "other kind");

  private static Stream<Arguments> commandsAndDamages() {
    return Stream.of(
            "train",
            "train --from",
            "train --resume",
            "evaluate model",
            "evaluate ratings",
            "predict",
            "recommend",
            "similar",
            "inspect")
        .flatMap(command -> DAMAGES.stream().map(damage -> Arguments.of(command, damage)))
        .filter(pair -> !Arrays.equals(pair.get(), new Object[] {"inspect", "other kind"}));
  }

  private static Path damaged(Path good, String damage) throws IOException {
    Path file = folder.resolve("damaged.safetensors");
    byte[] bytes = Files.readAllBytes(good);
    switch (damage) {
      case "missing" -> Files.deleteIfExists(file);
      case "folder" -> {
        return folder;
      }
      case "empty" -> Files.write(file, new byte[0]);
      case "truncated" -> Files.write(file, Arrays.copyOf(bytes, bytes.length - 100));
      case "flipped header" -> {
        bytes[200] ^= 1;
        Files.write(file, bytes);
      }
      case "flipped data" -> {
        bytes[bytes.length / 2] ^= 16;
        Files.write(file, bytes);
      }
      case "grown" -> Files.write(file, Arrays.copyOf(bytes, bytes.length + 64));
      case "text" -> Files.writeString(file, "user,item,rating\n1,2,3\n".repeat(50));
      case "foreign" -> Files.write(file, foreign());
      case "other kind" ->
          Files.copy(
              good.equals(model) ? ratings : model,
              file,
              java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      default -> throw new AssertionError(damage);
    }
    return file;
  }

  /// A safetensors file of somebody else's.
  private static byte[] foreign() {
    byte[] header =
        "{\"weight\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}  "
            .getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(8 + header.length + 8)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .array();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("commandsAndDamages")
  void isRefusedInOneSentence(String command, String damage) throws IOException {
    Path output = folder.resolve("output.safetensors");
    Files.writeString(output, "old");
    Path good =
        switch (command) {
          case "train", "evaluate ratings" -> ratings;
          case "train --resume" -> checkpoint;
          default -> model;
        };
    Path file = damaged(good, damage);
    List<Object> args =
        switch (command) {
          case "train" -> List.of("train", file, "-o", output);
          case "train --from" -> List.of("train", ratings, "-o", output, "--from", file);
          case "train --resume" -> List.of("train", ratings, "-o", output, "--resume", file);
          case "evaluate model" -> List.of("evaluate", file, ratings);
          case "evaluate ratings" -> List.of("evaluate", model, file);
          case "predict" -> List.of("predict", file, "--user", 1, "--item", TwoTastes.isbn(7));
          case "recommend" -> List.of("recommend", file, "--user", 1);
          case "similar" -> List.of("similar", file, "--item", TwoTastes.isbn(7));
          default -> List.of(command, file);
        };
    List<Object> json = new ArrayList<>(args);
    json.add("--json");
    Cli.Result result = Cli.run(json.toArray());
    assertThat(result.exitCode()).as(result.err()).isEqualTo(1);
    assertThat(result.err().lines()).as(result.err()).hasSize(1);
    assertThat(result.err()).startsWith("peccary: ").contains(file.toString());
    assertThat(result.err()).doesNotContain("unexpected");
    assertThat(result.json()).containsKey("error");
    assertThat(output).hasContent("old");
  }

  @Test
  void inspectSaysWhatItCouldReadOfADamagedFile() throws IOException {
    Cli.Result result = Cli.run("inspect", damaged(model, "flipped data"), "--json");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.json())
        .containsEntry("valid", false)
        .containsEntry("kind", "model")
        .containsKeys("tensors", "metadata", "error");
    assertThat((String) result.json().get("error"))
        .matches(
            "tensor \\w+ is damaged: crc32c=[0-9a-f]{8}, expected=[0-9a-f]{8}; copy it again .*");
    assertThat(Cli.run("inspect", damaged(model, "text"), "--json").json())
        .containsEntry("valid", false)
        .containsEntry("kind", null);
  }
}
