package io.github.peccary.engine.storage;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/// Writes a file all or nothing: into a temporary beside the target, which takes the target's name
/// only when it is complete, on disk, and has passed the reader's own check. Until then the old
/// file is untouched; a crash leaves at most the temporary, `.<name>.<random>.tmp`, which the next
/// writer to the same target removes. It never removes that of a writer that still lives.
///
/// Bytes go through positional writes, never through a map: a full disk is an `IOException` here,
/// and a crash there.
public final class TensorFileWriter implements AutoCloseable {

  /// What a finished temporary must pass.
  @FunctionalInterface
  public interface Check {
    /// Opens `temporary` as a reader would, and throws if it is not as it must be.
    void accept(Path temporary) throws IOException;
  }

  private static final int WRITE_BYTES = 1 << 26;

  private static final class Tensor {
    final TensorSpec spec;
    final long offset;
    final CRC32C crc = new CRC32C();
    long written;

    Tensor(TensorSpec spec, long offset) {
      this.spec = spec;
      this.offset = offset;
    }
  }

  private final TemporaryFile file;
  private final SortedMap<String, String> metadata;
  private final List<Tensor> tensors;
  private final Map<String, Tensor> byName;

  private TensorFileWriter(
      TemporaryFile file, SortedMap<String, String> metadata, List<Tensor> tensors) {
    this.file = file;
    this.metadata = metadata;
    this.tensors = tensors;
    this.byName = new HashMap<>();
    tensors.forEach(tensor -> byName.put(tensor.spec.name(), tensor));
  }

  /// Begins a file.
  ///
  /// @param metadata has [TensorFile#KIND]; format version and checksums are added here
  /// @param tensors in the order of the file: those of larger elements first, as the format allows
  ///     no holes
  /// @throws NoSuchFileException if the target's folder does not exist
  public static TensorFileWriter create(
      Path target, Map<String, String> metadata, List<TensorSpec> tensors) throws IOException {
    return create(target, metadata, tensors, Disk.REAL);
  }

  static TensorFileWriter create(
      Path target, Map<String, String> metadata, List<TensorSpec> tensors, Disk disk)
      throws IOException {
    TensorFile.requireLittleEndian();
    SortedMap<String, String> entries = entries(metadata);
    Path place = place(target);
    // The checksums have a fixed width, so the header's size is known before they are.
    List<CRC32C> zeros = tensors.stream().map(tensor -> new CRC32C()).toList();
    long offset = Header.render(entries, tensors, zeros).length;
    List<Tensor> placed = new ArrayList<>();
    for (TensorSpec spec : tensors) {
      if (offset % spec.type().bytes() != 0) {
        throw new IllegalArgumentException(
            "tensors must be ordered by falling element size: tensor="
                + spec.name()
                + ", offset="
                + offset);
      }
      if (placed.stream().anyMatch(tensor -> tensor.spec.name().equals(spec.name()))) {
        throw new IllegalArgumentException("a file must have a tensor once: tensor=" + spec.name());
      }
      placed.add(new Tensor(spec, offset));
      offset = Math.addExact(offset, spec.bytes());
    }
    return new TensorFileWriter(TemporaryFile.create(place, offset, disk), entries, placed);
  }

  /// Appends bytes to a tensor. The tensors may be written in any order, in as many pieces as
  /// wanted.
  ///
  /// @param bytes little-endian elements, row-major, off the heap or a `byte[]`
  public void append(String tensor, MemorySegment bytes) throws IOException {
    Tensor to = byName.get(tensor);
    if (to == null) {
      throw new IllegalArgumentException("the file must have such a tensor: name=" + tensor);
    }
    if (bytes.byteSize() > to.spec.bytes() - to.written) {
      throw new IllegalArgumentException(
          "a tensor must not grow beyond its shape: tensor="
              + tensor
              + ", bytes="
              + (to.written + bytes.byteSize())
              + ", expectedBytes="
              + to.spec.bytes());
    }
    for (long from = 0; from < bytes.byteSize(); from += WRITE_BYTES) {
      ByteBuffer piece =
          bytes.asSlice(from, Math.min(WRITE_BYTES, bytes.byteSize() - from)).asByteBuffer();
      to.crc.update(piece.duplicate());
      to.written += file.write(piece, to.offset + to.written);
    }
  }

  /// Finishes the file and gives it its name.
  ///
  /// @param check what the file must pass; it is expected to verify checksums too. What it throws
  ///     goes to the caller
  /// @throws IllegalStateException if a tensor is not complete
  public void commit(Check check) throws IOException {
    for (Tensor tensor : tensors) {
      if (tensor.written != tensor.spec.bytes()) {
        throw new IllegalStateException(
            "a tensor must be complete: tensor="
                + tensor.spec.name()
                + ", bytes="
                + tensor.written
                + ", expectedBytes="
                + tensor.spec.bytes());
      }
    }
    byte[] header =
        Header.render(
            metadata,
            tensors.stream().map(tensor -> tensor.spec).toList(),
            tensors.stream().map(tensor -> tensor.crc).toList());
    file.write(ByteBuffer.wrap(header), 0);
    file.force();
    check.accept(file.path());
    file.rename();
  }

  /// The same with the check of the container alone.
  public void commit() throws IOException {
    commit(written -> TensorFile.open(written, Verify.CHECKSUMS).close());
  }

  /// Removes the temporary, unless the file was committed.
  @Override
  public void close() throws IOException {
    file.close();
  }

  private static SortedMap<String, String> entries(Map<String, String> metadata) {
    SortedMap<String, String> entries = new TreeMap<>();
    metadata.forEach((key, value) -> entries.put(wellFormed(key), wellFormed(value)));
    if (!entries.containsKey(TensorFile.KIND)) {
      throw new IllegalArgumentException("metadata must have an entry: key=" + TensorFile.KIND);
    }
    for (String key : entries.keySet()) {
      if (key.startsWith(Header.TENSOR_CRC)
          || key.equals(Header.HEADER_CRC)
          || key.equals(TensorFile.FORMAT_VERSION)) {
        throw new IllegalArgumentException(
            "metadata must leave this key to the writer: key=" + key);
      }
    }
    entries.put(TensorFile.FORMAT_VERSION, TensorFile.VERSION);
    return entries;
  }

  /// Text that came from outside may hold half a surrogate pair, which UTF-8 cannot: it becomes a
  /// question mark.
  private static String wellFormed(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  /// The file that will be replaced: links are followed, devices and folders refused.
  private static Path place(Path target) throws IOException {
    Path absolute = target.toAbsolutePath();
    Path folder = absolute.getParent();
    if (folder == null || Files.isDirectory(absolute)) {
      throw new FileSystemException(
          target.toString(), null, "the output must be a file, not a folder; add a file name");
    }
    if (!Files.isDirectory(folder)) {
      throw new NoSuchFileException(
          target.toString(), null, "the output's folder must exist; create it first: " + folder);
    }
    if (!Files.exists(absolute)) {
      return absolute;
    }
    if (!Files.isRegularFile(absolute)) {
      throw new FileSystemException(
          target.toString(), null, "the output must be a regular file; choose another name");
    }
    return absolute.toRealPath();
  }
}
