package io.github.peccary.engine.model;

import io.github.peccary.engine.storage.TensorFile;
import io.github.peccary.engine.storage.TensorFileWriter;
import io.github.peccary.engine.storage.TensorInfo;
import io.github.peccary.engine.storage.TensorSpec;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/// A model as another program might write it: checksums are right, and contents are not.
final class ModelEdit {
  private ModelEdit() {}

  /// Writes a model again.
  ///
  /// @param entries of the metadata to be changed, or taken away where they are empty
  /// @param tensors to be changed
  /// @param edit gets a tensor's name and bytes
  static void rewrite(
      Path file,
      Map<String, String> entries,
      Set<String> tensors,
      BiConsumer<String, MemorySegment> edit)
      throws IOException {
    Path other = file.resolveSibling("changed.safetensors");
    try (TensorFile from = TensorFile.open(file, Verify.STRUCTURE);
        Arena arena = Arena.ofConfined()) {
      Map<String, String> metadata = new HashMap<>(from.metadata());
      metadata.remove(TensorFile.FORMAT_VERSION);
      entries.forEach(
          (key, value) -> {
            metadata.put(key, value);
            if (value.isEmpty()) {
              metadata.remove(key);
            }
          });
      List<TensorSpec> specs =
          new ArrayList<>(from.tensors().stream().map(TensorInfo::spec).toList());
      try (TensorFileWriter to = TensorFileWriter.create(other, metadata, specs)) {
        for (TensorSpec spec : specs) {
          long[] shape = spec.shape().stream().mapToLong(Long::longValue).toArray();
          MemorySegment bytes = arena.allocate(spec.bytes(), 8);
          bytes.copyFrom(from.tensor(spec.name(), spec.type(), shape));
          if (tensors.contains(spec.name())) {
            edit.accept(spec.name(), bytes);
          }
          to.append(spec.name(), bytes);
        }
        to.commit();
      }
    }
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
  }
}
