package io.github.peccary.tools.command;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.ModelFormat;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.ratings.RatingsFormat;
import io.github.peccary.engine.storage.CorruptFileException;
import io.github.peccary.engine.storage.TensorFile;
import io.github.peccary.engine.storage.TensorInfo;
import io.github.peccary.engine.storage.Verify;
import io.github.peccary.engine.train.Checkpoint;
import io.github.peccary.tools.Console;
import io.github.peccary.tools.Format;
import io.github.peccary.tools.Refusal;
import io.github.peccary.tools.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "inspect",
    description = {
      "Check every bit of a file and list what it holds.",
      "The exit code is 1 where the file is damaged, and the sentence says what is wrong with it."
    },
    footer = {
      "  peccary inspect model.safetensors",
      "  peccary inspect --json ratings.safetensors | jq .metadata",
    })
final class InspectCommand implements Callable<Integer> {
  private static final int SHOWN = 200;

  private final Console console;

  @Parameters(paramLabel = "FILE", description = "A ratings file, a model or a checkpoint.")
  private Path path;

  InspectCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("kind", null);
    fields.put("valid", false);
    fields.put("tensors", List.of());
    fields.put("metadata", Map.of());
    try (TensorFile file = TensorFile.open(path, Verify.STRUCTURE)) {
      fields.put("kind", file.metadata(TensorFile.KIND));
      fields.put("tensors", file.tensors().stream().map(InspectCommand::fields).toList());
      fields.put("metadata", file.metadata());
      checkContent(file);
      fields.put("valid", true);
      print(file);
    } catch (CorruptFileException | IOException e) {
      throw new Refusal(e, fields);
    }
    console.result(fields);
    return 0;
  }

  /// The checks of whoever uses such a file: offsets, ids, order, finite numbers.
  private void checkContent(TensorFile file) throws IOException {
    String kind = file.metadata(TensorFile.KIND);
    switch (kind) {
      case RatingsFormat.RATINGS -> RatingMatrix.open(path, Verify.CHECKSUMS).close();
      case ModelFormat.KIND -> FactorModel.open(path).close();
      case Checkpoint.KIND -> Checkpoint.open(path).close();
      default ->
          throw new CorruptFileException(
              path,
              "the kind must be ratings, model or checkpoint: kind="
                  + kind
                  + "; give one of these");
    }
  }

  private static Map<String, Object> fields(TensorInfo tensor) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", tensor.spec().name());
    fields.put("dtype", tensor.spec().type().name());
    fields.put("shape", tensor.spec().shape());
    fields.put("crc32c", tensor.crc32c());
    return fields;
  }

  /// What a load keeps for the next one is long, and nothing for people.
  private static String shown(String value) {
    return value.codePointCount(0, value.length()) > SHOWN
        ? value.substring(0, value.offsetByCodePoints(0, SHOWN)) + "…"
        : value;
  }

  private void print(TensorFile file) throws IOException {
    console.line(
        "%s: a valid %s file, %s"
            .formatted(path, file.metadata(TensorFile.KIND), Format.bytes(Files.size(path))));
    console.line("");
    Table tensors = new Table("tensor<", "type<", "shape<", "bytes", "crc32c<");
    for (TensorInfo tensor : file.tensors()) {
      tensors.row(
          tensor.spec().name(),
          tensor.spec().type().name(),
          String.join(" × ", tensor.spec().shape().stream().map(Format::count).toList()),
          Format.bytes(tensor.spec().bytes()),
          tensor.crc32c());
    }
    tensors.lines().forEach(console::line);
    console.line("");
    Table metadata = new Table("metadata<", "value<");
    file.metadata().forEach((key, value) -> metadata.row(key, shown(value)));
    metadata.lines().forEach(console::line);
  }
}
